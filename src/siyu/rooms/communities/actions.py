"""Every write of the communities' room."""

from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from siyu.foundation.crypto import mask_phone, phone_in
from siyu.foundation.ids import new_ids
from siyu.rooms.communities.models import Community
from siyu.rooms.communities.types import NAME_LENGTH, THEME_LENGTH
from siyu.rooms.operations.actions import insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.sellers.queries import seller_ids_by_key

_STATE = ("seller_id", "name", "theme", "opened_at", "ended_at", "members")


@transaction.atomic
def import_communities(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update communities of a source from COMMUNITY_ROWS.

    A new one needs its owner and its opening; rows without them, of an unknown seller, or that
    end before they begin are rejected. Rows with one key are laid over each other in their order.
    """
    ring = settings.SIYU_KEYRING
    given = [
        row | {"key": ring.safe_key(row["key"])} | {"told": row["key"]}
        for row in plain_rows(table=rows)
    ]
    found = Community.objects.filter(
        program_id=program_id,
        source=source,
        source_key__in=any_of(values={row["key"] for row in given}),
    )
    ids, known = {}, {}
    for community in found:
        ids[community.source_key] = community.id
        known[community.source_key] = _state(community)
    sellers = seller_ids_by_key(
        program_id=program_id,
        source=source,
        keys={row["seller_key"] for row in given if row["seller_key"]},
    )
    before, told, rejects = dict(known), set(), []
    for row in given:
        after = _after(known.get(row["key"]), row, sellers)
        problem = _problem(row, after, sellers)
        if problem is None:
            known[row["key"]] = after
            told.add(row["key"])
        else:
            rejects.append(problem)
    new = [key for key in known if key not in ids]
    changed = {key: ids[key] for key in before if known[key] != before[key]}
    _write(program_id, source, known, new, changed)
    return ImportCounts(
        created=len(new),
        updated=len(changed),
        unchanged=len(told) - len(new) - len(changed),
        rejects=tuple(rejects),
    )


def _state(community: Community) -> dict[str, Any]:
    return {name: getattr(community, name) for name in _STATE}


def _after(
    before: dict[str, Any] | None, row: dict[str, Any], sellers: dict[str, int]
) -> dict[str, Any]:
    """What is known of a community once a row told its part."""
    told = {
        "seller_id": sellers.get(row["seller_key"]),
        "name": (row["name"] or "")[:NAME_LENGTH],
        "theme": (row["theme"] or "")[:THEME_LENGTH],
        "opened_at": row["opened_at"],
        "ended_at": row["ended_at"],
        "members": row["members"],
    }
    name = mask_phone(phone_in(row["told"])) or row["told"]
    blank = dict.fromkeys(_STATE) | {"name": name[:NAME_LENGTH], "theme": ""}
    known = before or blank
    return {name: known[name] if told[name] in (None, "") else told[name] for name in _STATE}


def _problem(row: dict[str, Any], after: dict[str, Any], sellers: dict[str, int]) -> Reject | None:
    if row["seller_key"] and row["seller_key"] not in sellers:
        problem = ("seller_key", row["seller_key"], "unknown_seller", "import this seller first")
    elif missing := next((n for n in ("seller_id", "opened_at") if after[n] is None), None):
        column = "seller_key" if missing == "seller_id" else missing
        problem = (column, "", "missing_value", "a new community needs it")
    elif after["ended_at"] and after["ended_at"] < after["opened_at"]:
        value = after["ended_at"].isoformat()
        problem = ("ended_at", value, "ends_before_it_begins", "must not be before opened_at")
    else:
        return None
    column, value, code, reason = problem
    return Reject(row=row["row"], column=column, value=value, code=code, reason=reason)


def _write(
    program_id: int,
    source: str,
    known: dict[str, dict[str, Any]],
    new: list[str],
    changed: dict[str, int],
) -> None:
    stamp = write_stamp()
    update_rows(
        model=Community,
        key="id",
        columns=(*_STATE, "stamp"),
        rows=[(*known[key].values(), stamp, community_id) for key, community_id in changed.items()],
    )
    insert_rows(
        model=Community,
        columns=("id", "program_id", "source", "source_key", *_STATE, "stamp"),
        rows=[
            (community_id, program_id, source, key, *known[key].values(), stamp)
            for community_id, key in zip(new_ids(len(new)), new, strict=True)
        ],
    )
