"""Candidate tasks: the best reason for each customer, ranked for the seller she belongs to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import days_between
from siyu.analytics.signals import SIGNALS
from siyu.analytics.staging import as_one

CANDIDATES = ibis.schema(
    {
        "customer_id": "int64",
        "seller_id": "int64",
        "signal": "string",
        "priority": "int32",
        "evidence_1": "int64",
        "evidence_2": "int64",
        "evidence_3": "int64",
        "evidence_4": "int64",
        "propensity_ppm": "int64",
        "order_value_minor": "int64",
        "expected_value_minor": "int64",
        "rank": "int32",
    }
)
_USES_QUOTA = ("open", "held", "done")
_NONE: Mapping[str, int] = {}


def candidates(
    *,
    customers_mart: ibis.Table,
    contacts: ibis.Table,
    assignments: ibis.Table,
    merges: ibis.Table,
    memberships: ibis.Table,
    as_of: date,
    priorities: Mapping[str, int],
    segments: Mapping[str, int],
    keep: int,
    quota_days: int,
    rests: Mapping[str, int] = _NONE,
    most: Mapping[str, int] = _NONE,
) -> ibis.Table:
    """One row a customer who may be contacted and has a reason; `keep` a seller at most.

    `priorities` gives the signals with a playbook and their order (the lowest number wins;
    of equal ones the signal declared first); signals not named are not used. `segments` gives
    the segment to which a signal's customers must belong; where the name is none of
    `signals.SIGNALS`, to belong is the whole reason. Left out are
    customers without a serving seller, opted out, below 18, blocked on `as_of` by a task or an
    assignment of a dispatch, or with an open, held or done task within `quota_days`. `rests`
    gives signals that ask for the same customer again only after so many days, `most` those that
    give a seller so many candidates at most; a customer who rests is taken for her next reason.
    Contacts
    drawn on `as_of` itself do not count, so that the same night run twice draws the same.

    Columns: customer_id, seller_id, signal, priority, evidence_1 to evidence_4 (see
    `signals.evidence_of`), propensity_ppm, order_value_minor, expected_value_minor, rank (from 1
    within the seller, by expected value and then customer_id).
    """
    contacts = as_one(contacts, merges=merges)
    assignments = as_one(assignments, merges=merges)
    own = sorted(name for name in segments if name not in SIGNALS)
    chosen = sorted(
        (name for name in (*SIGNALS, *own) if name in priorities),
        key=lambda name: priorities[name],
    )
    free = _eligible(customers_mart, _barred(contacts, assignments, as_of, quota_days))
    free = _with_stays(free, memberships, {segments[name] for name in chosen if name in segments})
    resting = {name: days for name, days in rests.items() if name in chosen}
    free = _with_rests(free, contacts, resting, as_of)
    reasons = _Reasons(chosen, segments, resting, as_of)
    marked = _placed(free, reasons, {name: most[name] for name in chosen if name in most})
    best = _first_of_sellers(marked.filter(marked.place.notnull()), keep)
    shown = best.mutate(
        signal=_by_place(best, chosen, "string"),
        priority=_by_place(best, [priorities[name] for name in chosen], "int32"),
        rank=_place_of(best) + 1,
        **_evidence(best, chosen, segments, as_of),
    )
    return shown.select(*CANDIDATES)


def _first_of_sellers(table: ibis.Table, keep: int) -> ibis.Table:
    """At most so many of each seller, before anything else is worked out of them."""
    return table.filter(_place_of(table) < keep)


def _place_of(table: ibis.Table) -> Any:
    order = (table.expected_value_minor.desc(), table.customer_id)
    return ibis.row_number().over(group_by="seller_id", order_by=order)


def _barred(
    contacts: ibis.Table, assignments: ibis.Table, as_of: date, quota_days: int
) -> ibis.Table:
    """The customers whom nobody may contact on `as_of`."""
    drawn = contacts.filter(contacts.drawn_on < as_of)
    within_quota = _contacted_since(drawn, as_of - timedelta(days=quota_days))
    blocked = (drawn.blocked_until > as_of).fill_null(False)
    listed = drawn.filter(within_quota | blocked).select("customer_id")
    asked_for = assignments.filter((assignments.blocked_until > as_of).fill_null(False))
    return listed.union(asked_for.select("customer_id"), distinct=True)


def _contacted_since(drawn: ibis.Table, day: date) -> Any:
    contacted_on = ibis.coalesce(drawn.contacted_on, drawn.drawn_on)
    return drawn.state.isin(_USES_QUOTA) & (contacted_on > day)


def _with_rests(
    table: ibis.Table, contacts: ibis.Table, rests: Mapping[str, int], as_of: date
) -> ibis.Table:
    """The customers, each with the signals that must not ask for her again yet."""
    drawn = contacts.filter(contacts.drawn_on < as_of)
    for place, (name, days) in enumerate(sorted(rests.items())):
        asked = drawn.filter(
            drawn.signal == name, _contacted_since(drawn, as_of - timedelta(days=days))
        )
        column = f"rests_{place}"
        resting = asked.select(**{column: asked.customer_id}).distinct()
        table = table.left_join(resting, table.customer_id == resting[column])
    return table


def _eligible(customers_mart: ibis.Table, barred: ibis.Table) -> ibis.Table:
    may = customers_mart.filter(
        customers_mart.seller_id.notnull(),
        ~customers_mart.opted_out,
        ~customers_mart.is_minor,
    )
    return may.anti_join(barred, "customer_id")


def _with_stays(
    table: ibis.Table, memberships: ibis.Table, segment_ids: Collection[int]
) -> ibis.Table:
    """The customers, each with the day since when she belongs to each of the segments."""
    now = memberships.filter(memberships.left_on.isnull())
    for segment_id in sorted(segment_ids):
        stays = now.filter(now.segment_id == segment_id).select(
            "customer_id", **{_since(segment_id): now.entered_on}
        )
        table = table.left_join(stays, "customer_id").drop("customer_id_right")
    return table


def _since(segment_id: int) -> str:
    return f"in_{segment_id}_since"


@dataclass(frozen=True)
class _Reasons:
    """The signals in their order, and what each asks besides its own rule."""

    chosen: Sequence[str]
    segments: Mapping[str, int]
    rests: Mapping[str, int]
    as_of: date

    def applies(self, table: ibis.Table, name: str) -> Any:
        """Whether a signal is a reason to contact the customer now."""
        holds = SIGNALS[name].holds(table, self.as_of) if name in SIGNALS else ibis.literal(True)
        if name in self.segments:
            holds &= table[_since(self.segments[name])].notnull()
        if name in self.rests:
            holds &= table[f"rests_{sorted(self.rests).index(name)}"].isnull()
        return holds


def _placed(table: ibis.Table, reasons: _Reasons, most: Mapping[str, int]) -> ibis.Table:
    """The customers with the place in `chosen` of their first reason; null for none.

    A signal that is limited takes of each seller those of the greatest value, the others go on
    to their next reason. What is not limited is decided in one step.
    """
    table = table.mutate(place=ibis.null("int64"))
    step: list[tuple[int, str]] = []
    for place, name in enumerate(reasons.chosen):
        if name not in most:
            step.append((place, name))
            continue
        table, step = _with_first(table, reasons, step), []
        table = table.mutate(applies=table.place.isnull() & reasons.applies(table, name))
        nth = ibis.row_number().over(
            group_by=("seller_id", "applies"),
            order_by=(table.expected_value_minor.desc(), table.customer_id),
        )
        table = table.mutate(nth=nth)
        is_taken = table.applies & (table.nth < most[name])
        table = table.mutate(place=is_taken.ifelse(place, table.place)).drop("applies", "nth")
    return _with_first(table, reasons, step)


def _with_first(
    table: ibis.Table, reasons: _Reasons, step: Sequence[tuple[int, str]]
) -> ibis.Table:
    if not step:
        return table
    first = ibis.cases(
        *((reasons.applies(table, name), place) for place, name in step),
        else_=ibis.null("int64"),
    )
    return table.mutate(place=table.place.fill_null(first))


def _by_place(table: ibis.Table, values: Sequence[Any], dtype: str) -> Any:
    """The value at the customer's place."""
    nothing = ibis.null(dtype)
    if not values:
        return nothing
    return ibis.cases(*((table.place == k, value) for k, value in enumerate(values)), else_=nothing)


def _evidence(
    table: ibis.Table, chosen: Sequence[str], segments: Mapping[str, int], as_of: date
) -> dict[str, Any]:
    measures = [_measure(table, name, segments, as_of) for name in chosen]
    return {
        f"evidence_{position + 1}": _by_place(
            table, [measure[position].cast("int64") for measure in measures], "int64"
        )
        for position in range(4)
    }


def _measure(
    table: ibis.Table, name: str, segments: Mapping[str, int], as_of: date
) -> tuple[Any, Any, Any, Any]:
    if name in SIGNALS:
        return SIGNALS[name].measure(table, as_of)
    since = days_between(start=table[_since(segments[name])], end=ibis.literal(as_of))
    return since, table.orders, table.spend_minor, table.recency_days
