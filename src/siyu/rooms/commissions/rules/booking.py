"""What is to be booked: the difference between what a plan pays and what was booked before."""

import calendar
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from siyu.analytics.commissions import NET_LINES, Bonus, Payee, Period, Plan, Scope, Share
from siyu.rooms.commissions.types import BOOKED_LINES, Subject
from siyu.rooms.ledger.types import Account, Kind, Purpose, Transfer

_MONTHS_IN_A_NUMBER = 100
_GOODS = ("line_id", "order_id", "product_id", "brand_id", "category_id", "unit_id")
Row = Mapping[str, Any]
_PAYEES = tuple(name for name in NET_LINES if name.endswith("_id") and name not in _GOODS)


@dataclass(frozen=True)
class Neighbours:
    """Which lines a limit or bonus is counted over: those whose column names one of the payees."""

    column: str
    payees: frozenset[int]
    months: frozenset[int] | None


def named_in_lines(rows: Iterable[Row]) -> set[int]:
    """Everybody whom these lines name and a plan may pay."""
    return {row[name] for row in rows for name in _PAYEES if row[name] is not None}


def subjects_of(plan: Plan, rows: Iterable[Row]) -> set[Subject]:
    """The months and campaigns whose limits and bonuses these lines are counted in."""
    return {
        Subject(scope, row["month"] if by_month else 0, rule, row[column])
        for row in rows
        for scope, rule, column, by_month in _counters(plan)
        if row[column] is not None
    }


def neighbours_of(plan: Plan, rows: Sequence[Row]) -> list[Neighbours]:
    """The lines over which the limits and bonuses of these lines are counted."""
    payees: dict[tuple[str, bool], set[int]] = defaultdict(set)
    asked = {payee.payee_id for payee in subjects_of(plan, rows)}
    for _, _, column, by_month in _counters(plan):
        payees[column, by_month] |= asked
    months = frozenset(row["month"] for row in rows)
    return [
        Neighbours(column, frozenset(found), months if by_month else None)
        for (column, by_month), found in sorted(payees.items())
        if found
    ]


def earned_on(subject: Subject, *, plan: Plan, days: Mapping[int, date]) -> date:
    """The day that an accrual belongs to, from which its release is counted.

    Of a line or order its own in ``days``; of a month or a campaign its last day.
    """
    if subject.scope in {Scope.LINE, Scope.ORDER}:
        return days[subject.subject_id]
    if not subject.subject_id:
        last = plan.bonuses[subject.rule - len(plan.shares)].only.until_on
        return last or plan.from_on
    year, month = divmod(subject.subject_id, _MONTHS_IN_A_NUMBER)
    return date(year, month, calendar.monthrange(year, month)[1])


def digests_of(lines: pa.Table) -> dict[int, bytes]:
    """SHA-256 of each payee's BOOKED_LINES, which stand together by payee.

    Of every column one after the other its numbers, as 8 bytes, the lowest first.
    """
    numbers = [lines.column(name).to_numpy() for name in BOOKED_LINES.names if name != "earned_on"]
    days = lines.column("earned_on").cast(pa.int32()).to_numpy()
    columns = [each.astype("<i8") for each in (*numbers, days)]
    found = {}
    for payee_id, start, end in _runs(lines.column("payee_id").to_pylist()):
        digest = hashlib.sha256()
        for column in columns:
            digest.update(column[start:end].tobytes())
        found[payee_id] = digest.digest()
    return found


def sums_of(lines: pa.Table) -> dict[int, int]:
    """What each payee gets of BOOKED_LINES, in minor units; those of nothing are left out."""
    sums = lines.group_by("payee_id").aggregate([("amount_minor", "sum")])
    pairs = zip(
        sums.column("payee_id").to_pylist(),
        sums.column("amount_minor_sum").to_pylist(),
        strict=True,
    )
    return {payee_id: amount for payee_id, amount in sorted(pairs) if amount}


def posting_key(number: int) -> str:
    """The ledger's key of a batch."""
    return f"accruals {number}"


def transfer_of(payee_id: int, amount_minor: int, digest: bytes) -> Transfer:
    """The transfer of what a payee gets, or of what is taken back."""
    house, own = Account(Purpose.PROGRAM_REVENUE), Account(Purpose.COMMISSION_PAYABLE, payee_id)
    taken_back = amount_minor < 0
    return Transfer(
        source=own if taken_back else house,
        destination=house if taken_back else own,
        amount_minor=abs(amount_minor),
        kind=Kind.REVERSAL if taken_back else Kind.ACCRUAL,
        lines=digest,
        may_owe=taken_back,
    )


def _runs(values: Sequence[int]) -> Iterable[tuple[int, int, int]]:
    """(value, start, end) of neighbours that are equal."""
    start = 0
    for place in range(1, len(values) + 1):
        if place == len(values) or values[place] != values[start]:
            yield values[start], start, place
            start = place


def _counters(plan: Plan) -> Collection[tuple[Scope, int, str, bool]]:
    """(scope, rule, column of the payee, whether by month) of all limits of months and bonuses."""
    found = [
        (Scope.MONTH, rule, _payee_column(share), True)
        for rule, share in enumerate(plan.shares)
        if any(limit.per is Period.MONTH for limit in share.limits)
    ]
    for place, bonus in enumerate(plan.bonuses, len(plan.shares)):
        found += [
            (Scope.BONUS, place, column, bonus.per is Period.MONTH)
            for column in _team_columns(bonus)
        ]
    return found


def _payee_column(share: Share) -> str:
    return f"above_{share.depth}_id" if share.to is Payee.INVITER else f"{share.to.value}_id"


def _team_columns(bonus: Bonus) -> list[str]:
    above = [f"above_{depth}_id" for depth in range(2, bonus.team_depth + 2)]
    return [f"{bonus.to.value}_id", *above]
