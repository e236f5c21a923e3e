from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.ids import new_ids
from siyu.rooms.customers.queries import opted_out_among, serving_now
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
_SPARE = 20
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

    Works in short transactions, a batch of sellers each, so a killed run is gone on with.
    """
    dispatch = Dispatch.objects.get(id=run.arguments["dispatch_id"])
    if dispatch.cancelled_at:
        return
    on = program_of(program_id=dispatch.program_id).day_of(dispatch.created_at)
    units = _units_of_sellers(dispatch)
    with log.step("assign") as step:
        parts = list(_parts(dispatch, units))
        for done in range(0, len(parts), _SELLERS_AT_ONCE):
            _hand_out(dispatch, parts[done : done + _SELLERS_AT_ONCE], units, on)
            step.advance(done, len(parts))
        step.wrote(Assignment.objects.filter(dispatch_id=dispatch.id).count())
    Dispatch.objects.filter(id=dispatch.id).update(assigned_at=utc_now())


def _units_of_sellers(dispatch: Dispatch) -> dict[int, int]:
    """The unit of every working seller who is meant."""
    units = units_of_working_sellers(program_id=dispatch.program_id)
    if not dispatch.unit_ids:
        return units
    below = units_below(viewer=owner_viewer(program_id=dispatch.program_id))
    meant = {each for unit_id in dispatch.unit_ids for each in below.get(unit_id, ())}
    return {seller_id: unit_id for seller_id, unit_id in units.items() if unit_id in meant}


def _parts(dispatch: Dispatch, units: dict[int, int]) -> Iterator[_Part]:
    """Each seller with the customers to choose from, the most valuable first."""
    if dispatch.segment_id is None:
        for seller_id in sorted(units):
            yield seller_id, [None]
        return
    members = reach_of(
        viewer=owner_viewer(program_id=dispatch.program_id),
        segment_id=dispatch.segment_id,
        unit_ids=dispatch.unit_ids,
        most=2 * dispatch.per_seller + _SPARE,
    )
    pairs = zip(members["seller_id"].to_pylist(), members["customer_id"].to_pylist(), strict=True)
    for seller_id, some in groupby(pairs, key=lambda pair: pair[0]):
        if seller_id in units:
            yield seller_id, [customer_id for _seller, customer_id in some]


@transaction.atomic
def _hand_out(dispatch: Dispatch, parts: Sequence[_Part], units: dict[int, int], on: date) -> None:
    had = set(
        Assignment.objects.filter(
            dispatch_id=dispatch.id, seller_id__in=any_of(values=[each for each, _ in parts])
        ).values_list("seller_id", flat=True)
    )
    wanted = [(seller_id, some) for seller_id, some in parts if seller_id not in had]
    reasons = _left_out(dispatch, wanted, on)
    stamp = write_stamp()
    rows: list[tuple[Any, ...]] = []
    for seller_id, customers in wanted:
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
    locked = Dispatch.objects.select_for_update().get(id=dispatch.id)
    locked.left_out = Counter(locked.left_out) + Counter(each.value for each in reasons.values())
    locked.save(update_fields=["left_out"])


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
    others = Assignment.objects.filter(
        customer_id__in=any_of(values=seller_of), blocked_until__gt=on
    )
    found |= dict.fromkeys(others.values_list("customer_id", flat=True), LeftOut.ASSIGNED)
    found |= dict.fromkeys(opted_out_among(customer_ids=seller_of), LeftOut.OPTED_OUT)
    moved = (
        each
        for each, seller_id in seller_of.items()
        if serving.get(each, (None, None))[0] != seller_id
    )
    return found | dict.fromkeys(moved, LeftOut.MOVED)
