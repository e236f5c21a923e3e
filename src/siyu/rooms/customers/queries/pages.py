from collections.abc import Iterable

from django.conf import settings

from siyu.foundation.crypto import mask_phone, phone_in
from siyu.foundation.errors import NotFound
from siyu.rooms.customers.models import Customer, Follow, Identity, PersonalRecord
from siyu.rooms.customers.queries.current import current_ids
from siyu.rooms.customers.queries.serving import serving_now
from siyu.rooms.customers.types import CustomerView
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.sellers.queries import seller_ids_within

_SEALED_BATCH = 10_000


def find_customer(*, viewer: Viewer, customer_id: int) -> CustomerView:
    """A customer within the viewer's reach: her serving seller must be. Raises NotFound.

    Access follows today's serving follow, so a seller who handed her over no longer sees her. One
    who was merged into another is the other.
    """
    viewer.require(Right.SEE_CUSTOMERS)
    customer_id = current_ids(customer_ids=[customer_id]).get(customer_id, customer_id)
    customer = Customer.objects.filter(id=customer_id, program_id=viewer.program_id).first()
    follow = Follow.objects.filter(
        customer_id=customer_id, serving_from__isnull=False, serving_until__isnull=True
    ).first()
    sellers = seller_ids_within(viewer=viewer)
    within = sellers is None or (follow is not None and follow.seller_id in sellers)
    if customer is None or not within:
        raise NotFound("There is no such customer within your reach.")
    record = PersonalRecord.objects.filter(customer_id=customer_id).first()
    person = settings.SIYU_KEYRING.open(record.sealed) if record else {}
    return CustomerView(
        id=customer.id,
        program_id=customer.program_id,
        name=person.get("name") or "",
        masked_phone=mask_phone(person.get("phone")),
        gender=customer.gender,
        born_on=customer.born_on,
        city=customer.city or "",
        opted_out=customer.opted_out,
        serving_seller_id=follow.seller_id if follow else None,
        followed_at=follow.followed_at if follow else None,
    )


def names_of_customers(*, viewer: Viewer, customer_ids: Iterable[int]) -> dict[int, str]:
    """Names by id of those within reach, in one batch; one without a name is missing."""
    ids = _within(viewer, customer_ids)
    ring = settings.SIYU_KEYRING
    rows = PersonalRecord.objects.filter(customer_id__in=ids).values_list(
        "customer_id", "sealed", "customer__program_id"
    )
    names = (
        (customer_id, ring.open(sealed).get("name"))
        for customer_id, sealed, program_id in rows
        if program_id == viewer.program_id
    )
    return {customer_id: name for customer_id, name in names if name}


def keys_of_customers(*, viewer: Viewer, customer_ids: Iterable[int]) -> dict[int, str]:
    """Outside keys by id of those within reach; a phone number only as its blind index."""
    ids = _within(viewer, customer_ids)
    rows = Customer.objects.filter(program_id=viewer.program_id, id__in=any_of(values=ids))
    return dict(rows.values_list("id", "source_key"))


def find_by_phone(*, viewer: Viewer, phone: str) -> list[int]:
    """Ids of customers within reach who have exactly this phone number."""
    viewer.require(Right.SEE_CUSTOMERS)
    index = settings.SIYU_KEYRING.blind_index("phone", phone)
    ids = PersonalRecord.objects.filter(phone_index=index).values_list("customer_id", flat=True)
    current = current_ids(customer_ids=ids)
    people = dict.fromkeys(current.get(each, each) for each in ids)
    return [customer_id for customer_id in people if _is_within(viewer, customer_id)]


def find_by_number(*, viewer: Viewer, text: str) -> list[int]:
    """Ids of customers within reach who have this whole phone number, outside key or alias."""
    viewer.require(Right.SEE_CUSTOMERS)
    phone = phone_in(text)
    found = find_by_phone(viewer=viewer, phone=phone) if phone else []
    stored = settings.SIYU_KEYRING.safe_key(text)
    profiles = Customer.objects.filter(program_id=viewer.program_id, source_key=stored)
    aliases = Identity.objects.filter(program_id=viewer.program_id, key=stored)
    ids = [
        *profiles.values_list("id", flat=True),
        *aliases.values_list("customer_id", flat=True),
    ]
    current = current_ids(customer_ids=ids)
    people = dict.fromkeys([*found, *(current.get(each, each) for each in ids)])
    return [customer_id for customer_id in people if _is_within(viewer, customer_id)]


def search_own(*, viewer: Viewer, text: str, limit: int = 50) -> list[tuple[int, str]]:
    """(id, name) of the viewer's own customers whose name holds the text, by name.

    Names are sealed, so one seller's customers are opened in memory; any other scope than a
    seller's own finds nobody.
    """
    viewer.require(Right.SEE_CUSTOMERS)
    sellers = seller_ids_within(viewer=viewer)
    if viewer.scope is not Scope.SELF or not sellers:
        return []
    ring = settings.SIYU_KEYRING
    own = Follow.objects.filter(
        seller_id__in=sellers, serving_from__isnull=False, serving_until__isnull=True
    ).values("customer_id")
    wanted = text.casefold()
    rows = PersonalRecord.objects.filter(customer_id__in=own).values_list("customer_id", "sealed")
    found = []
    for customer_id, sealed in rows.iterator(chunk_size=_SEALED_BATCH):
        name = ring.open(sealed).get("name") or ""
        if wanted in name.casefold():
            found.append((customer_id, name))
    return sorted(found, key=lambda row: (row[1], row[0]))[:limit]


def _within(viewer: Viewer, customer_ids: Iterable[int]) -> set[int]:
    viewer.require(Right.SEE_CUSTOMERS)
    ids = set(customer_ids)
    sellers = seller_ids_within(viewer=viewer)
    if sellers is None:
        return ids
    serving = serving_now(customer_ids=ids)
    return {customer_id for customer_id, (seller, _) in serving.items() if seller in sellers}


def _is_within(viewer: Viewer, customer_id: int) -> bool:
    try:
        find_customer(viewer=viewer, customer_id=customer_id)
    except NotFound:
        return False
    return True
