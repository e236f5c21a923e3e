from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from siyu.foundation.crypto import digest, mask_phone, phone_in
from siyu.foundation.ids import new_id, new_ids
from siyu.rooms.operations.actions import insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.organization.actions import (
    create_seller_staff,
    ensure_dealers,
    ensure_units,
    grant_role,
    withdraw_role,
)
from siyu.rooms.organization.queries import grants_of, logins_taken, program_of
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.actions.assistants import open_to_assistants
from siyu.rooms.sellers.actions.inviters import join_inviters, leave_out_circles
from siyu.rooms.sellers.models import Seller
from siyu.rooms.sellers.types import INVITED, ORIGIN_LENGTH, SellerKind, SellerStatus

_COLUMNS = (
    "staff_id",
    "unit_id",
    "kind",
    "status",
    "joined_on",
    "origin",
    "inviter_key",
    "sealed",
    "phone_index",
    "digest",
    "stamp",
)


@transaction.atomic
def import_sellers(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update sellers from SELLER_ROWS; stores, regions and dealers there come to be.

    A seller without a store belongs to headquarters' own store. Each seller gets a sign-in
    account without a password, and may use it until she has left. Rows with an unknown kind or
    status are rejected, and so are those whose login is another person's, and those who would
    have invited themselves, through others too. Who invited her may come later than she. A key
    that is a phone number is kept as its blind index. Who joined by an invitation is known by her
    phone number.
    """
    ring = settings.SIYU_KEYRING
    given, rejects = _sound(plain_rows(table=rows))
    _take_over_invited(program_id, source, given)
    rejects += leave_out_circles(program_id=program_id, source=source, given=given)
    kept = {key: ring.safe_key(key) for key in given}
    stored = {
        seller.source_key: seller
        for seller in Seller.objects.filter(
            program_id=program_id, source=source, source_key__in=any_of(values=kept.values())
        )
    }
    known = {key: stored[safe] for key, safe in kept.items() if safe in stored}
    program = program_of(program_id=program_id)
    new, refused = _with_logins(
        program.code, source, [row for key, row in given.items() if key not in known]
    )
    units = ensure_units(
        program_id=program_id,
        stores=[
            (_store_key(row), row["store_name"], row["region_name"], row["city"])
            for row in (
                *(row for _, row in new),
                *(given[key] for key in known if _tells_store(given[key])),
            )
        ],
    )
    ensure_dealers(
        program_id=program_id,
        stores=[
            (units[_store_key(row)], row["dealer_key"], row["dealer_name"])
            for row in (*(row for _, row in new), *(given[key] for key in known))
            if row["dealer_key"]
        ],
    )
    stamp = write_stamp()
    _create(program_id, source, new, units, stamp)
    updated = 0
    for key, seller in known.items():
        updated += _update(seller, given[key], units, stamp)
    join_inviters(program_id=program_id, stamp=stamp)
    return ImportCounts(
        created=len(new),
        updated=updated,
        unchanged=len(known) - updated,
        rejects=(*rejects, *refused),
    )


def _sound(rows: list[dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[Reject]]:
    """Rows by key, those of one key laid over each other, and rejects for unknown words."""
    given: dict[str, dict[str, Any]] = {}
    rejects = []
    for row in rows:
        if len(row["origin"] or "") > ORIGIN_LENGTH:
            rejects.append(_too_long(row))
            continue
        if row["dealer_key"] and not _tells_store(row):
            rejects.append(_without_store(row))
            continue
        for column, known in (("kind", SellerKind), ("status", SellerStatus)):
            if row[column] is not None and row[column] not in set(known):
                words = ", ".join(known)
                rejects.append(
                    Reject(
                        row=row["row"],
                        column=column,
                        value=row[column],
                        code="unknown_word",
                        reason=f"not one of: {words}",
                    )
                )
                break
        else:
            phone = row["phone"] or row["key"]
            row["phone"] = phone_in(phone) or row["phone"]
            key = phone_in(row["key"]) or row["key"]
            before = given.get(key, {})
            given[key] = {n: before.get(n) if v is None else v for n, v in row.items()}
    return given, rejects


def _too_long(row: dict[str, Any]) -> Reject:
    return Reject(
        row=row["row"],
        column="origin",
        value=row["origin"],
        code="too_long",
        reason=f"at most {ORIGIN_LENGTH} characters",
    )


def _without_store(row: dict[str, Any]) -> Reject:
    return Reject(
        row=row["row"],
        column="dealer_key",
        value=row["dealer_key"],
        code="no_store",
        reason="a dealer runs a store; name the store too",
    )


def _take_over_invited(program_id: int, source: str, given: dict[str, dict[str, Any]]) -> None:
    """Give sellers who joined by an invitation the key by which a file names them now.

    A row is hers where it alone has her phone number and has not left.
    """
    ring = settings.SIYU_KEYRING
    keys: dict[bytes, list[str]] = {}
    for key, row in given.items():
        if row["phone"] and row["status"] != SellerStatus.LEFT:
            keys.setdefault(ring.blind_index("phone", row["phone"]), []).append(ring.safe_key(key))
    joined = Seller.objects.filter(
        program_id=program_id, source=INVITED, phone_index__in=list(keys)
    )
    taken = Seller.objects.filter(program_id=program_id, source=source)
    for seller in joined:
        found = keys[bytes(seller.phone_index or b"")]
        if len(found) == 1 and not taken.filter(source_key=found[0]).exists():
            Seller.objects.filter(program_id=program_id, invited_by=seller).update(
                inviter_key=found[0]
            )
            seller.source, seller.source_key = source, found[0]
            seller.save(update_fields=["source", "source_key"])


def _with_logins(
    code: str, source: str, rows: list[dict[str, Any]]
) -> tuple[list[tuple[str, dict[str, Any]]], list[Reject]]:
    """Each new seller with a login that is free, and rejects for logins of other people."""
    choices = {row["key"]: _choices(code, source, row) for row in rows}
    taken = logins_taken(logins=[login for some in choices.values() for login in some])
    new, rejects = [], []
    for row in rows:
        login = next((login for login in choices[row["key"]] if login not in taken), None)
        if login is None:
            rejects.append(
                Reject(
                    row=row["row"],
                    column="login",
                    value=row["login"],
                    code="login_taken",
                    reason="another person signs in with this login; choose another",
                )
            )
        else:
            taken.add(login)
            new.append((login, row))
    return new, rejects


def _choices(code: str, source: str, row: dict[str, Any]) -> list[str]:
    if row["login"]:
        return [row["login"]]
    own = f"{code}-{new_id()}"
    key = row["key"]
    # A login is shown and logged, so it must not be a phone number.
    return [own] if phone_in(key) else [f"{code}-{key}", f"{code}-{source}-{key}"[:200], own]


def _store_key(row: dict[str, Any]) -> str:
    return row["store_key"] or row["store_name"] or "headquarters"


def _tells_store(row: dict[str, Any]) -> bool:
    return bool(row["store_key"] or row["store_name"])


def _name(row: dict[str, Any]) -> str:
    return row["name"] or mask_phone(phone_in(row["key"])) or row["key"]


def _digest(row: dict[str, Any]) -> bytes:
    return digest(*(value for name, value in sorted(row.items()) if name != "row"))


def _create(
    program_id: int,
    source: str,
    new: list[tuple[str, dict[str, Any]]],
    units: dict[str, int],
    stamp: int,
) -> None:
    ring = settings.SIYU_KEYRING
    staff = create_seller_staff(
        program_id=program_id,
        sellers=[(login, _name(row), units[_store_key(row)]) for login, row in new],
    )
    insert_rows(
        model=Seller,
        columns=("id", "program_id", "source", "source_key", *_COLUMNS),
        rows=[
            (
                seller_id,
                program_id,
                source,
                ring.safe_key(row["key"]),
                staff[login],
                units[_store_key(row)],
                row["kind"] or SellerKind.GUIDE.value,
                row["status"] or SellerStatus.ACTIVE.value,
                row["joined_on"],
                row["origin"] or "",
                ring.safe_key(row["invited_by_key"] or ""),
                ring.seal({"name": _name(row), "phone": row["phone"]}),
                ring.blind_index("phone", row["phone"]) if row["phone"] else None,
                _digest(row),
                stamp,
            )
            for seller_id, (login, row) in zip(new_ids(len(new)), new, strict=True)
        ],
    )
    for login, row in new:
        if row["status"] == SellerStatus.LEFT:
            _may_enter(False, staff[login], program_id, units[_store_key(row)])


def _may_enter(works: bool, staff_id: int, program_id: int, unit_id: int) -> None:
    """Open the workbench to a seller who works, close it to one who left.

    Another role that headquarters gave her in the meantime is none of a file's business.
    """
    told: dict[str, Any] = {"staff_id": staff_id, "program_id": program_id, "actor_id": None}
    if not works:
        withdraw_role(role=Role.SELLER, **told)
    elif program_id not in {grant.program_id for grant in grants_of(staff_id=staff_id)}:
        grant_role(role=Role.SELLER, unit_id=unit_id, **told)


def _update(seller: Seller, row: dict[str, Any], units: dict[str, int], stamp: int) -> bool:
    if bytes(seller.digest) == _digest(row):
        return False
    ring = settings.SIYU_KEYRING
    person = ring.open(seller.sealed)
    person = {name: row[name] or person.get(name) for name in ("name", "phone")}
    unit_id = units[_store_key(row)] if _tells_store(row) else seller.unit_id
    status = row["status"] or seller.status
    works = status != SellerStatus.LEFT
    if seller.staff_id is not None and works != (seller.status != SellerStatus.LEFT):
        _may_enter(works, seller.staff_id, seller.program_id, unit_id)
        open_to_assistants(seller=seller, opened=works)
    inviter_key = ring.safe_key(row["invited_by_key"] or "") or seller.inviter_key
    if inviter_key != seller.inviter_key:
        Seller.objects.filter(id=seller.id).update(invited_by=None)
    update_rows(
        model=Seller,
        key="id",
        columns=_COLUMNS,
        rows=[
            (
                seller.staff_id,
                unit_id,
                row["kind"] or seller.kind,
                status,
                row["joined_on"] or seller.joined_on,
                row["origin"] or seller.origin,
                inviter_key,
                ring.seal(person),
                ring.blind_index("phone", person["phone"]) if person["phone"] else None,
                _digest(row),
                stamp,
                seller.id,
            )
        ],
    )
    return True
