from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import transaction

from siyu.foundation.ids import new_id
from siyu.rooms.customers.actions.import_customers import add_unknown_customers
from siyu.rooms.customers.events import FollowsChanged
from siyu.rooms.customers.models import Follow, Merge
from siyu.rooms.customers.queries.current import current_ids
from siyu.rooms.customers.rules import Tie, serving_periods
from siyu.rooms.operations.actions import announce, insert_rows, update_rows, write_stamp
from siyu.rooms.operations.queries import any_of, plain_rows
from siyu.rooms.operations.types import ImportCounts, Reject
from siyu.rooms.sellers.queries import seller_ids_by_key

_STATE = ("acquired_by_id", "account", "says_serving", "ended_at", "serving_from", "serving_until")
_COLUMNS = ("id", "program_id", "customer_id", "seller_id", "followed_at", *_STATE, "stamp")


@transaction.atomic
def import_follows(*, program_id: int, source: str, rows: pa.Table) -> ImportCounts:
    """Create or update follows from FOLLOW_ROWS, and settle who serves when.

    Rows of one customer stand together. Unknown customers are added with nothing but their key;
    rows of an unknown seller, and rows that end before they begin, are rejected. Ties that a
    merged customer had stay as the merge left them.
    """
    sound, rejects = _sound(program_id, source, plain_rows(table=rows))
    customers = add_unknown_customers(
        program_id=program_id, source=source, keys=[row["customer_key"] for row in sound]
    )
    current = current_ids(customer_ids=customers.values())
    customers = {key: current.get(told, told) for key, told in customers.items()}
    ties: dict[int, list[Follow]] = defaultdict(list)
    for follow in Follow.objects.filter(customer_id__in=any_of(values=set(customers.values()))):
        ties[follow.customer_id].append(follow)
    before = {follow.id: _state(follow) for follows in ties.values() for follow in follows}
    settled = _settled_by_merge(customers.values())
    touched: set[Follow] = set()
    settled_rows = 0
    for row in sound:
        customer_id = customers[row["customer_key"]]
        tie = (customer_id, row["seller_id"], row["followed_at"])
        if tie not in settled:
            touched.add(_apply(program_id, row, customer_id, ties))
        elif row["ended_at"] and (taken := _taken(settled[tie], ties[customer_id])):
            taken.ended_at = max(row["ended_at"], taken.followed_at)
            touched.add(taken)
        else:
            settled_rows += 1
    for customer_id in {follow.customer_id for follow in touched}:
        _settle(ties[customer_id])
    created, changed = _write([f for follows in ties.values() for f in follows], before)
    moved = sorted({follow.customer_id for follow in (*created, *changed)})
    if moved:
        announce(FollowsChanged(program_id=program_id, customer_ids=tuple(moved)))
    updated = sum(1 for follow in changed if follow in touched)
    return ImportCounts(
        created=len(created),
        updated=updated,
        unchanged=len(touched) - len(created) - updated + settled_rows,
        rejects=tuple(rejects),
    )


def _settled_by_merge(
    customer_ids: Iterable[int],
) -> dict[tuple[int, int, datetime], int | None]:
    """Ties that customers had under ids merged into theirs: (customer, seller, since when).

    With each the id of the follow that took its place, if one did.
    """
    merges = list(
        Merge.objects.filter(into_id__in=any_of(values=set(customer_ids)), undone_at=None)
    )
    into = {merge.customer_id: merge.into_id for merge in merges}
    taken = {merge.ended_id: merge.taken_id for merge in merges}
    rows = Follow.objects.filter(customer_id__in=any_of(values=into)) if into else ()
    return {
        (into[row.customer_id], row.seller_id, row.followed_at): taken.get(row.id) for row in rows
    }


def _taken(follow_id: int | None, ties: list[Follow]) -> Follow | None:
    """The follow that took the place of a merged customer's, while it goes on."""
    found = (each for each in ties if each.id == follow_id and each.ended_at is None)
    return next(found, None)


def _sound(
    program_id: int, source: str, rows: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Reject]]:
    keys = {row[name] for row in rows for name in ("seller_key", "acquired_by_key") if row[name]}
    sellers = seller_ids_by_key(program_id=program_id, source=source, keys=keys)
    sound, rejects = [], []
    for row in rows:
        unknown = next(
            (
                name
                for name in ("seller_key", "acquired_by_key")
                if row[name] and row[name] not in sellers
            ),
            None,
        )
        if unknown:
            problem = (unknown, row[unknown], "unknown_seller", "import this seller first")
        elif row["ended_at"] and row["ended_at"] < row["followed_at"]:
            value = row["ended_at"].isoformat()
            problem = ("ended_at", value, "ends_before_it_begins", "must not be before followed_at")
        else:
            row["seller_id"] = sellers[row["seller_key"]]
            row["acquired_by_id"] = sellers.get(row["acquired_by_key"])
            sound.append(row)
            continue
        column, value, code, reason = problem
        rejects.append(Reject(row=row["row"], column=column, value=value, code=code, reason=reason))
    return sound, rejects


def _apply(
    program_id: int, row: dict[str, Any], customer_id: int, ties: dict[int, list[Follow]]
) -> Follow:
    for follow in ties[customer_id]:
        if (follow.seller_id, follow.followed_at) == (row["seller_id"], row["followed_at"]):
            break
    else:
        follow = Follow(
            id=new_id(),
            program_id=program_id,
            customer_id=customer_id,
            seller_id=row["seller_id"],
            followed_at=row["followed_at"],
        )
        ties[customer_id].append(follow)
    follow.acquired_by_id = row["acquired_by_id"] or follow.acquired_by_id
    follow.account = row["account"] or follow.account
    if row["is_serving"] is not None:
        follow.says_serving = row["is_serving"]
    follow.ended_at = row["ended_at"] or follow.ended_at
    return follow


def _settle(follows: list[Follow]) -> None:
    follows.sort(key=lambda follow: (follow.followed_at, follow.id))
    periods = serving_periods(
        [Tie(follow.says_serving, follow.followed_at, follow.ended_at) for follow in follows]
    )
    for follow, period in zip(follows, periods, strict=True):
        follow.serving_from, follow.serving_until = period or (None, None)


def _state(follow: Follow) -> tuple[Any, ...]:
    return tuple(getattr(follow, name) for name in _STATE)


def _write(
    follows: list[Follow], before: dict[int, tuple[Any, ...]]
) -> tuple[list[Follow], list[Follow]]:
    created = [follow for follow in follows if follow.id not in before]
    changed = [
        follow for follow in follows if follow.id in before and before[follow.id] != _state(follow)
    ]
    stamp = write_stamp()
    # Ended servings first: two open ones at once, even for a moment, break the constraint.
    changed.sort(key=lambda follow: follow.serving_from is not None and not follow.serving_until)
    update_rows(
        model=Follow,
        key="id",
        columns=(*_STATE, "stamp"),
        rows=[(*_state(follow), stamp, follow.id) for follow in changed],
    )
    insert_rows(
        model=Follow,
        columns=_COLUMNS,
        rows=[
            (
                follow.id,
                follow.program_id,
                follow.customer_id,
                follow.seller_id,
                follow.followed_at,
                *_state(follow),
                stamp,
            )
            for follow in created
        ],
    )
    return created, changed
