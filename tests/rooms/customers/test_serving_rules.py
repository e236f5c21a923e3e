from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from siyu.rooms.customers.rules import Tie, serving_periods

DAY_ZERO = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 12


def day(number: int) -> datetime:
    return DAY_ZERO + timedelta(days=number)


def tie(says: bool | None, start: int, end: int | None = None) -> Tie:
    return Tie(says, day(start), None if end is None else day(end))


@st.composite
def some_ties(draw: st.DrawFn) -> list[Tie]:
    """Ties of one customer within some days, ordered by their beginning as the rule asks."""
    starts = sorted(draw(st.lists(st.integers(0, DAYS - 1), max_size=8)))
    return [
        tie(
            draw(st.sampled_from([True, None, False])),
            start,
            draw(st.none() | st.integers(start, DAYS)),
        )
        for start in starts
    ]


def serving_by_day(ties: Sequence[Tie]) -> list[int | None]:
    """A plain reference: walk through the days and keep who serves."""
    serving: int | None = None
    days = []
    for number in range(DAYS):
        for index, one in enumerate(ties):
            if one.followed_at != day(number):
                continue
            if serving is not None:
                ended_at = ties[serving].ended_at
                free = ended_at is not None and ended_at <= day(number)
            else:
                free = True
            if one.says_serving or (one.says_serving is None and free):
                serving = index
        ended_at = None if serving is None else ties[serving].ended_at
        days.append(None if ended_at is not None and ended_at <= day(number) else serving)
    return days


@given(some_ties())
def test_the_periods_are_those_of_a_walk_through_the_days(ties: list[Tie]):
    periods = serving_periods(ties)
    found: list[int | None] = []
    for number in range(DAYS):
        now = [
            index
            for index, period in enumerate(periods)
            if period and period[0] <= day(number) and (not period[1] or day(number) < period[1])
        ]
        assert len(now) <= 1
        found.append(now[0] if now else None)
    assert found == serving_by_day(ties)


@given(some_ties())
def test_no_two_serve_at_once_and_none_outside_its_tie(ties: list[Tie]):
    periods = serving_periods(ties)
    assert len(periods) == len(ties)
    open_ones = [period for period in periods if period and period[1] is None]
    assert len(open_ones) <= 1
    for one, period in zip(ties, periods, strict=True):
        if period is None:
            continue
        assert one.says_serving is not False
        assert period[0] == one.followed_at
        ends = [moment for moment in (period[1], one.ended_at) if moment is not None]
        assert period[1] is not None or one.ended_at is None
        assert ends == sorted(ends)
    kept = sorted(period for period in periods if period and period[0] != period[1])
    for before, after in pairwise(kept):
        assert before[1] is not None
        assert before[1] <= after[0]


def test_a_tie_that_says_so_takes_over():
    assert serving_periods([tie(True, 0), tie(True, 5)]) == [(day(0), day(5)), (day(5), None)]


def test_a_tie_that_does_not_say_waits_for_nobody():
    assert serving_periods([tie(None, 0, 3), tie(None, 2), tie(None, 3)]) == [
        (day(0), day(3)),
        None,
        (day(3), None),
    ]


def test_a_tie_that_denies_it_never_serves():
    assert serving_periods([tie(False, 0)]) == [None]


def test_of_two_that_begin_together_the_later_serves():
    assert serving_periods([tie(True, 0), tie(True, 0)]) == [None, (day(0), None)]


def test_a_tie_that_ended_before_the_next_keeps_its_end():
    assert serving_periods([tie(True, 0, 2), tie(True, 5)]) == [(day(0), day(2)), (day(5), None)]
