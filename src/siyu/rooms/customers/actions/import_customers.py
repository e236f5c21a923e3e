from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.crypto import digest, phone_in
from siyu.foundation.ids import new_ids
from siyu.rooms.customers.models import Consent, Customer, Identity, PersonalRecord
from siyu.rooms.customers.queries.current import current_ids
from siyu.rooms.customers.queries.keys import ids_as_told, safe_keys
from siyu.rooms.customers.rules import one_form
from siyu.rooms.operations.actions import insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts
from siyu.rooms.organization.queries import today_in

_PROFILE = ("gender", "born_on", "city", "city_tier", "registered_at", "opted_out")
_FIELDS = ("name", "phone", *_PROFILE)
_content = itemgetter(*_FIELDS)
_Row = dict[str, Any]


@transaction.atomic
def import_customers(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update customers from CUSTOMER_ROWS; a null leaves what is known as it is.

    Rows of one key are one customer, the last one's values holding; their aliases all lead to
    her. An outside key that is a phone number is kept as its blind index. An opt-out that a
    seller noted stays, whatever a file says. Rows of a merged customer change nobody, but a
    refusal is that of the kept one.
    """
    given, aliases = _by_key(rows)
    told = ids_as_told(program_id=program_id, source=source, keys=given)
    current = current_ids(customer_ids=told.values())
    ids = {key: current.get(customer_id, customer_id) for key, customer_id in told.items()}
    digests = {
        customer_id: bytes(stored)
        for customer_id, stored in Customer.objects.filter(
            id__in=any_of(values=ids.values())
        ).values_list("id", "digest")
    }
    stamp = write_stamp()
    new = {key: row for key, row in given.items() if key not in ids}
    ids |= _create(program_id, source, new, stamp)
    changed = {
        ids[key]: row
        for key, row in given.items()
        if key not in new and told[key] not in current and digests[ids[key]] != _digest(row)
    }
    updated = _update(changed, source, stamp)
    updated += _refuse(
        {
            current[told[key]]
            for key, row in given.items()
            if told.get(key) in current and row["opted_out"]
        },
        source,
        stamp,
    )
    _add_aliases(
        program_id, source, [(alias, told.get(key, ids[key])) for alias, key in aliases.items()]
    )
    return ImportCounts(
        created=len(new), updated=updated, unchanged=len(given) - len(new) - updated
    )


@transaction.atomic
def add_unknown_customers(*, program_id: int, source: str, keys: Iterable[str]) -> dict[str, int]:
    """Ids by key of customers met in files; new ones are added with nothing but their key.

    A merged customer keeps her own id here: what is sold under it is told apart from the kept
    one's, so that past sales stay with who served her.
    """
    wanted = {key: one_form(key) for key in keys}
    told = dict.fromkeys(wanted.values())
    ids = ids_as_told(program_id=program_id, source=source, keys=told)
    missing = [key for key in told if key not in ids]
    if missing:
        rows = {key: dict.fromkeys(_FIELDS) | {"phone": phone_in(key)} for key in missing}
        ids |= _create(program_id, source, rows, write_stamp())
    return {key: ids[form] for key, form in wanted.items()}


def _by_key(rows: pa.Table) -> tuple[dict[str, _Row], dict[str, str]]:
    given: dict[str, _Row] = {}
    aliases: dict[str, str] = {}
    for row in plain_rows(table=rows):
        key, alias = one_form(row["key"]), row["alias"] and one_form(row["alias"])
        row["phone"] = row["phone"] or phone_in(key)
        if key in given:
            row |= {name: given[key][name] for name in _FIELDS if row[name] is None}
        given[key] = row
        if alias and alias != key:
            aliases[alias] = key
    return given, aliases


def _digest(row: _Row) -> bytes:
    return digest(*_content(row))


def _create(program_id: int, source: str, rows: dict[str, _Row], stamp: int) -> dict[str, int]:
    ids = dict(zip(rows, new_ids(len(rows)), strict=True))
    kept = safe_keys(rows)
    today = today_in(program_id=program_id)
    insert_rows(
        model=Customer,
        columns=(
            "id",
            "program_id",
            "source",
            "source_key",
            *_PROFILE,
            "created_on",
            "digest",
            "stamp",
        ),
        rows=[
            (
                ids[key],
                program_id,
                source,
                kept[key],
                row["gender"] or "unknown",
                row["born_on"],
                row["city"],
                row["city_tier"],
                row["registered_at"],
                bool(row["opted_out"]),
                today,
                _digest(row),
                stamp,
            )
            for key, row in rows.items()
        ],
    )
    _add_personal_records(
        [(ids[key], row) for key, row in rows.items() if row["name"] or row["phone"]]
    )
    _add_consents([(ids[key], False) for key, row in rows.items() if row["opted_out"]], source)
    return ids


def _add_personal_records(people: list[tuple[int, _Row]]) -> None:
    ring = settings.SIYU_KEYRING
    insert_rows(
        model=PersonalRecord,
        columns=("customer_id", "sealed", "phone_index"),
        rows=[
            (
                customer_id,
                ring.seal({"name": row["name"], "phone": row["phone"]}),
                ring.blind_index("phone", row["phone"]) if row["phone"] else None,
            )
            for customer_id, row in people
        ],
    )


def _add_consents(changes: list[tuple[int, bool]], source: str) -> None:
    now = utc_now()
    insert_rows(
        model=Consent,
        columns=("id", "customer_id", "purpose", "channel", "given", "source", "at"),
        rows=[
            (consent_id, customer_id, "marketing", "all", given, source, now)
            for consent_id, (customer_id, given) in zip(new_ids(len(changes)), changes, strict=True)
        ],
    )


def _update(rows: dict[int, _Row], source: str, stamp: int) -> int:
    ring = settings.SIYU_KEYRING
    profiles = Customer.objects.in_bulk(list(rows))
    records = PersonalRecord.objects.in_bulk(list(rows))
    kept = {("opted_out", customer_id) for customer_id in _opted_out_by_hand(rows)}
    changed, consents, people = [], [], []
    for customer_id, row in rows.items():
        profile = profiles[customer_id]
        record = records.get(customer_id)
        person = ring.open(record.sealed) if record else {"name": None, "phone": None}
        told = {name: row[name] or person[name] for name in ("name", "phone")}
        before = tuple(getattr(profile, name) for name in _PROFILE)
        after = tuple(
            old if row[name] is None or (name, customer_id) in kept else row[name]
            for name, old in zip(_PROFILE, before, strict=True)
        )
        if told != person:
            people.append((customer_id, told))
        if after[-1] != before[-1]:
            consents.append((customer_id, not after[-1]))
        if after != before or told != person:
            changed.append((*after, _digest(row), stamp, customer_id))
    update_rows(model=Customer, key="id", columns=(*_PROFILE, "digest", "stamp"), rows=changed)
    PersonalRecord.objects.filter(
        customer_id__in=[customer_id for customer_id, _ in people]
    ).delete()
    _add_personal_records(people)
    _add_consents(consents, source)
    return len(changed)


def _refuse(customer_ids: set[int], source: str, stamp: int) -> int:
    """Note that these want no marketing; returns of how many that was not known."""
    rows = Customer.objects.filter(id__in=any_of(values=customer_ids), opted_out=False)
    new = list(rows.values_list("id", flat=True))
    Customer.objects.filter(id__in=any_of(values=new)).update(opted_out=True, stamp=stamp)
    _add_consents([(customer_id, False) for customer_id in new], source)
    return len(new)


def _opted_out_by_hand(customer_ids: Iterable[int]) -> set[int]:
    """Those whose last word was their own refusal; no file takes that back."""
    last: dict[int, tuple[bool, str]] = {}
    rows = Consent.objects.filter(customer_id__in=any_of(values=customer_ids)).order_by("at", "id")
    for customer_id, given, source in rows.values_list("customer_id", "given", "source"):
        last[customer_id] = (given, source)
    return {customer_id for customer_id, word in last.items() if word == (False, Consent.BY_HAND)}


def _add_aliases(program_id: int, source: str, aliases: list[tuple[str, int]]) -> None:
    kept = safe_keys(alias for alias, _ in aliases)
    known = set(
        Identity.objects.filter(
            program_id=program_id, source=source, key__in=any_of(values=kept.values())
        ).values_list("key", flat=True)
    )
    new = [(kept[alias], owner) for alias, owner in aliases if kept[alias] not in known]
    insert_rows(
        model=Identity,
        columns=("id", "program_id", "source", "key", "customer_id"),
        rows=[
            (identity_id, program_id, source, key, owner)
            for identity_id, (key, owner) in zip(new_ids(len(new)), new, strict=True)
        ],
    )
