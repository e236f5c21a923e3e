from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from siyu.foundation.crypto import digest
from siyu.foundation.ids import new_ids
from siyu.rooms.operations.actions import insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.organization.actions import create_seller_staff, ensure_units
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.models import Seller
from siyu.rooms.sellers.types import SellerKind, SellerStatus

_COLUMNS = (
    "staff_id",
    "unit_id",
    "kind",
    "status",
    "joined_on",
    "sealed",
    "phone_index",
    "digest",
    "stamp",
)


@transaction.atomic
def import_sellers(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update sellers from SELLER_ROWS; stores and regions named there come to be.

    A seller without a store belongs to headquarters' own store. Each seller gets a sign-in
    account without a password. Rows with an unknown kind or status are rejected.
    """
    given, rejects = _sound(plain_rows(table=rows))
    units = ensure_units(
        program_id=program_id,
        stores=[
            (_store_key(row), row["store_name"], row["region_name"], row["city"])
            for row in given.values()
        ],
    )
    known = {
        seller.source_key: seller
        for seller in Seller.objects.filter(
            program_id=program_id, source=source, source_key__in=any_of(values=given)
        )
    }
    created = [row for key, row in given.items() if key not in known]
    stamp = write_stamp()
    _create(program_id, source, created, units, stamp)
    updated = 0
    for key, seller in known.items():
        updated += _update(seller, given[key], units, stamp)
    return ImportCounts(
        created=len(created),
        updated=updated,
        unchanged=len(known) - updated,
        rejects=tuple(rejects),
    )


def _sound(rows: list[dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[Reject]]:
    given: dict[str, dict[str, Any]] = {}
    rejects = []
    for row in rows:
        row["kind"] = row["kind"] or SellerKind.GUIDE.value
        row["status"] = row["status"] or SellerStatus.ACTIVE.value
        for column, known in (("kind", SellerKind), ("status", SellerStatus)):
            if row[column] not in set(known):
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
            given[row["key"]] = row
    return given, rejects


def _store_key(row: dict[str, Any]) -> str:
    return row["store_key"] or row["store_name"] or "headquarters"


def _digest(row: dict[str, Any]) -> bytes:
    return digest(*(value for name, value in sorted(row.items()) if name != "row"))


def _create(
    program_id: int, source: str, rows: list[dict[str, Any]], units: dict[str, int], stamp: int
) -> None:
    ring = settings.SIYU_KEYRING
    code = program_of(program_id=program_id).code
    logins = [row["login"] or f"{code}-{row['key']}" for row in rows]
    staff = create_seller_staff(
        program_id=program_id,
        sellers=[
            (login, row["name"] or row["key"], units[_store_key(row)])
            for login, row in zip(logins, rows, strict=True)
        ],
    )
    insert_rows(
        model=Seller,
        columns=("id", "program_id", "source", "source_key", *_COLUMNS),
        rows=[
            (
                seller_id,
                program_id,
                source,
                row["key"],
                staff[login],
                units[_store_key(row)],
                row["kind"],
                row["status"],
                row["joined_on"],
                ring.seal({"name": row["name"] or row["key"], "phone": row["phone"]}),
                ring.blind_index("phone", row["phone"]) if row["phone"] else None,
                _digest(row),
                stamp,
            )
            for seller_id, login, row in zip(new_ids(len(rows)), logins, rows, strict=True)
        ],
    )


def _update(seller: Seller, row: dict[str, Any], units: dict[str, int], stamp: int) -> bool:
    if bytes(seller.digest) == _digest(row):
        return False
    ring = settings.SIYU_KEYRING
    person = ring.open(seller.sealed)
    person = {name: row[name] or person.get(name) for name in ("name", "phone")}
    placed = row["store_key"] or row["store_name"]
    update_rows(
        model=Seller,
        key="id",
        columns=_COLUMNS,
        rows=[
            (
                seller.staff_id,
                units[_store_key(row)] if placed else seller.unit_id,
                row["kind"],
                row["status"],
                row["joined_on"] or seller.joined_on,
                ring.seal(person),
                ring.blind_index("phone", person["phone"]) if person["phone"] else None,
                _digest(row),
                stamp,
                seller.id,
            )
        ],
    )
    return True
