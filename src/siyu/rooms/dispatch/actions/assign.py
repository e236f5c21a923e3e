from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.ids import new_ids
from siyu.rooms.customers.queries import known_as, opted_out_among, serving_now
from siyu.rooms.dispatch.models import Assignment, Dispatch
from siyu.rooms.dispatch.types import AssignmentState, LeftOut
from siyu.rooms.operations.actions import RunLog, insert_rows, write_stamp
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import RunView
from siyu.rooms.organization.queries import owner_viewer, program_of, units_below
from siyu.rooms.outreach.queries import kept_back
from siyu.rooms.segments.queries import reach_of
from siyu.rooms.sellers.queries import units_of_working_sellers

_SELLERS_AT_ONCE = 200
# Those on a list of the last days are left out, and they are the most valuable ones.
_LOOKED_AT, _SPARE = 2, 160
_COLUMNS = (
    "id",
    "program_id",
    "dispatch_id",
    "unit_id",
    "seller_id",
    "customer_id",
    "place",
    "assigned_on",
    "state",
    "outcome",
    "skip_reason",
    "reason",
    "note",
    "blocked_until",
    "stamp",
)
_Part = tuple[int, list[int | None]]


def run_dispatch(run: RunView, log: RunLog) -> None:
    """The runner of the kind ``dispatch``: every seller gets her part.

    Works in short transactions, a batch of sellers each, so a killed run is gone on with. One
    that is over, or was handed out before, is left as it is.
    """
    dispatch = Dispatch.objects.get(id=run.arguments["dispatch_id"])
    if dispatch.assigned_at or dispatch.cancelled_at:
        return
    on = program_of(program_id=dispatch.program_id).day_of(dispatch.created_at)
    units = _units_of_sellers(dispatch)
    with log.step("assign") as step:
        handed = 0
        for parts in _parts(dispatch, units):
            if not _hand_out(dispatch.id, parts, units, on):
                return
            handed += len(parts)
            step.advance(handed)
        step.wrote(Assignment.objects.filter(dispatch_id=dispatch.id).count())
    Dispatch.objects.filter(id=dispatch.id).update(assigned_at=utc_now())


def _units_of_sellers(dispatch: Dispatch) -> dict[int, int]:
    """The unit of every working seller who is meant and has not got her part yet, by id."""
    units = units_of_working_sellers(program_id=dispatch.program_id)
    meant = None
    if dispatch.unit_ids:
        below = units_below(viewer=owner_viewer(program_id=dispatch.program_id))
        meant = {each for unit_id in dispatch.unit_ids for each in below.get(unit_id, ())}
    return {
        seller_id: units[seller_id]
        for seller_id in sorted(units)
        if seller_id > dispatch.handed_to and (meant is None or units[seller_id] in meant)
    }


def _parts(dispatch: Dispatch, units: dict[int, int]) -> Iterator[list[_Part]]:
    """Sellers by id, some hundred at a time, each with the customers to choose from.

    The most valuable customer comes first.
    """
    sellers = list(units)
    members = _members(dispatch) if dispatch.segment_id is not None else None
    for start in range(0, len(sellers), _SELLERS_AT_ONCE):
        some = sellers[start : start + _SELLERS_AT_ONCE]
        yield [(each, [None]) for each in some] if members is None else _own(members, some)


def _own(members: pa.Table, sellers: list[int]) -> list[_Part]:
    """Of the members, which lie by seller, those of some sellers."""
    bounds = (sellers[0], sellers[-1] + 1)
    first, end = np.searchsorted(members["seller_id"].to_numpy(), bounds)
    own: dict[int, list[int | None]] = {seller_id: [] for seller_id in sellers}
    pairs = members.slice(first, end - first).to_pydict()
    for seller_id, customer_id in zip(pairs["seller_id"], pairs["customer_id"], strict=True):
        if seller_id in own:
            own[seller_id].append(customer_id)
    return list(own.items())


def _members(dispatch: Dispatch) -> pa.Table:
    """The segment's members who may be contacted, as (seller_id, customer_id)."""
    return reach_of(
        viewer=owner_viewer(program_id=dispatch.program_id),
        segment_id=dispatch.segment_id or 0,
        unit_ids=dispatch.unit_ids,
        most=_LOOKED_AT * dispatch.per_seller + _SPARE,
    ).select(["seller_id", "customer_id"])


@transaction.atomic
def _hand_out(dispatch_id: int, parts: list[_Part], units: dict[int, int], on: date) -> bool:
    """Give these sellers their parts; returns whether the dispatch still stands."""
    dispatch = Dispatch.objects.select_for_update().get(id=dispatch_id)
    if dispatch.cancelled_at:
        return False
    reasons = _left_out(dispatch, parts, on)
    stamp = write_stamp()
    rows: list[tuple[Any, ...]] = []
    for seller_id, customers in parts:
        chosen = [each for each in customers if each not in reasons][: dispatch.per_seller]
        rows += (
            (
                0,
                dispatch.program_id,
                dispatch.id,
                units[seller_id],
                seller_id,
                customer_id,
                place,
                on,
                AssignmentState.OPEN.value,
                "",
                "",
                "",
                "",
                dispatch.due_on + timedelta(days=1) if customer_id else None,
                stamp,
            )
            for place, customer_id in enumerate(chosen, start=1)
        )
    ids = new_ids(len(rows))
    insert_rows(
        model=Assignment,
        columns=_COLUMNS,
        rows=[(new, *row[1:]) for new, row in zip(ids, rows, strict=True)],
    )
    dispatch.left_out = Counter(dispatch.left_out) + Counter(
        each.value for each in reasons.values()
    )
    dispatch.handed_to = parts[-1][0]
    dispatch.save(update_fields=["left_out", "handed_to"])
    return True


def _left_out(dispatch: Dispatch, parts: list[_Part], on: date) -> dict[int, LeftOut]:
    """Which of the customers may not be asked for now, and why."""
    seller_of = {each: seller_id for seller_id, some in parts for each in some if each}
    serving = serving_now(customer_ids=seller_of)
    found = {
        customer_id: LeftOut(why.value)
        for customer_id, why in kept_back(
            program_id=dispatch.program_id, customer_ids=seller_of, on=on
        ).items()
    }
    people = known_as(customer_ids=seller_of)
    others = Assignment.objects.filter(customer_id__in=any_of(values=people), blocked_until__gt=on)
    asked = (people[each or 0] for each in others.values_list("customer_id", flat=True))
    found |= dict.fromkeys(asked, LeftOut.ASSIGNED)
    found |= dict.fromkeys(opted_out_among(customer_ids=seller_of), LeftOut.OPTED_OUT)
    moved = (
        each
        for each, seller_id in seller_of.items()
        if serving.get(each, (None, None))[0] != seller_id
    )
    return found | dict.fromkeys(moved, LeftOut.MOVED)
