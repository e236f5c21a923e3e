from collections.abc import Iterable

from django.conf import settings

from siyu.foundation.crypto import phone_in
from siyu.rooms.customers.models import Customer, Identity, PersonalRecord
from siyu.rooms.customers.queries.current import current_ids
from siyu.rooms.operations.queries import any_of, pick_by_source


def safe_keys(keys: Iterable[str]) -> dict[str, str]:
    """Each outside key as it is stored: a phone number only as its blind index."""
    ring = settings.SIYU_KEYRING
    return {key: ring.safe_key(key) for key in keys}


def ids_as_told(*, program_id: int, source: str, keys: Iterable[str]) -> dict[str, int]:
    """As `customer_ids_by_key`, but merged customers are not resolved."""
    kept = safe_keys(keys)
    profiles = Customer.objects.filter(
        program_id=program_id, source_key__in=any_of(values=kept.values())
    )
    aliases = Identity.objects.filter(program_id=program_id, key__in=any_of(values=kept.values()))
    found = pick_by_source(rows=aliases.values_list("key", "source", "customer_id"), source=source)
    found |= pick_by_source(rows=profiles.values_list("source_key", "source", "id"), source=source)
    ids = {key: found[stored] for key, stored in kept.items() if stored in found}
    unknown = {key: phone_in(key) for key, stored in kept.items() if stored != key}
    phones = {key: phone for key, phone in unknown.items() if phone and key not in ids}
    owners = _owners(program_id, set(phones.values()))
    return ids | {key: owners[phone] for key, phone in phones.items() if phone in owners}


def customer_ids_by_key(*, program_id: int, source: str, keys: Iterable[str]) -> dict[str, int]:
    """Ids by outside key or alias, of customers that exist.

    A key of another source counts if only one has it. A key that is a phone number also finds
    the customer who has that phone, if only one has. Keys of a merged customer lead to who she is.
    """
    ids = ids_as_told(program_id=program_id, source=source, keys=keys)
    current = current_ids(customer_ids=ids.values())
    return {key: current.get(customer_id, customer_id) for key, customer_id in ids.items()}


def _owners(program_id: int, phones: set[str]) -> dict[str, int]:
    """The customer of each phone number that only one has."""
    ring = settings.SIYU_KEYRING
    indexes = {ring.blind_index("phone", phone): phone for phone in phones}
    rows = PersonalRecord.objects.filter(phone_index__in=list(indexes)).values_list(
        "phone_index", "customer_id", "customer__program_id"
    )
    owners: dict[str, list[int]] = {}
    for index, customer_id, owner_program_id in rows:
        if index is not None and owner_program_id == program_id:
            owners.setdefault(indexes[bytes(index)], []).append(customer_id)
    return {phone: ids[0] for phone, ids in owners.items() if len(ids) == 1}
