from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.crypto import Keyring
from siyu.rooms.insights.types import Arm
from siyu.rooms.outreach.rules import (
    Candidate,
    Draw,
    candidates_for,
    draw,
    frequency_on,
    usual_words,
    words_of,
)
from siyu.rooms.outreach.types import Calendar, Frequency, OffSeason

MILLION = 1_000_000
SHARES = st.integers(0, MILLION)
NUMBERS = st.integers(0, MILLION - 1)
CANDIDATES = st.lists(st.tuples(NUMBERS, NUMBERS, st.booleans()), max_size=40).map(
    lambda rows: [
        Candidate(customer_id=1000 + place, hold_draw=h, control_draw=c, may_be_contacted=may)
        for place, (h, c, may) in enumerate(rows)
    ]
)
KEYRING = Keyring(roots={1: b"r" * 32}, index_key=b"i" * 32)


def drawn_by_reference(
    candidates: list[Candidate], size: int, hold_ppm: int, control_ppm: int
) -> list[Draw]:
    """A plain reference: first who may be contacted, then who is left alone, then the cut."""
    free = [one for one in candidates if one.may_be_contacted]
    playable = [one for one in free if one.control_draw >= control_ppm]
    chosen = playable[:size]
    ranks = {one.customer_id: rank for rank, one in enumerate(chosen, 1)}
    if size == 0:
        return []
    last = free.index(chosen[-1]) if len(chosen) == size else len(free) - 1
    drawn = []
    for one in free[: last + 1]:
        if one.customer_id not in ranks:
            drawn.append(Draw(one.customer_id, Arm.CONTROL, 0))
        else:
            arm = Arm.HELD if one.hold_draw < hold_ppm else Arm.TREATED
            drawn.append(Draw(one.customer_id, arm, ranks[one.customer_id]))
    return drawn


@given(CANDIDATES, st.integers(0, 25), SHARES, SHARES)
def test_a_list_is_that_of_the_plain_reference(
    candidates: list[Candidate], size: int, hold_ppm: int, control_ppm: int
):
    drawn = draw(
        candidates=candidates, size=size, hold_share_ppm=hold_ppm, control_share_ppm=control_ppm
    )
    assert drawn == drawn_by_reference(candidates, size, hold_ppm, control_ppm)


@given(CANDIDATES, st.integers(0, 25), SHARES, SHARES)
def test_a_held_task_keeps_its_place(
    candidates: list[Candidate], size: int, hold_ppm: int, control_ppm: int
):
    """Who is held changes nothing about who else is chosen, and in which order."""
    told = {"candidates": candidates, "size": size, "control_share_ppm": control_ppm}
    held = draw(hold_share_ppm=hold_ppm, **told)
    none_held = draw(hold_share_ppm=0, **told)
    assert [replace(one, arm=Arm.TREATED) for one in held if one.arm is not Arm.CONTROL] == [
        one for one in none_held if one.arm is not Arm.CONTROL
    ]
    places = [one.rank for one in held if one.rank]
    assert places == list(range(1, len(places) + 1))
    assert len(places) <= size


@given(CANDIDATES, st.integers(1, 25), SHARES, SHARES)
def test_nobody_who_may_not_be_contacted_is_drawn(
    candidates: list[Candidate], size: int, hold_ppm: int, control_ppm: int
):
    drawn = draw(
        candidates=candidates, size=size, hold_share_ppm=hold_ppm, control_share_ppm=control_ppm
    )
    barred = {one.customer_id for one in candidates if not one.may_be_contacted}
    assert not barred & {one.customer_id for one in drawn}
    # Leaving them out beforehand gives the same list.
    free = [one for one in candidates if one.may_be_contacted]
    again = draw(candidates=free, size=size, hold_share_ppm=hold_ppm, control_share_ppm=control_ppm)
    assert drawn == again


def test_shares_of_nothing_and_of_everything():
    everyone = [Candidate(n, n, n, may_be_contacted=True) for n in range(0, MILLION, 99_999)]
    told = {"candidates": everyone, "size": 5}
    arms = {one.arm for one in draw(hold_share_ppm=0, control_share_ppm=0, **told)}
    assert arms == {Arm.TREATED}
    arms = {one.arm for one in draw(hold_share_ppm=MILLION, control_share_ppm=0, **told)}
    assert arms == {Arm.HELD}
    everyone_alone = draw(hold_share_ppm=0, control_share_ppm=MILLION, **told)
    assert {one.arm for one in everyone_alone} == {Arm.CONTROL}
    assert len(everyone_alone) == len(everyone)


@given(CANDIDATES, st.integers(0, 25), st.integers(0, 5), SHARES, SHARES)
def test_a_limit_takes_from_its_signal_alone(
    candidates: list[Candidate], size: int, most: int, hold_ppm: int, control_ppm: int
):
    mixed = [
        replace(one, signal="due" if place % 2 else "birthday")
        for place, one in enumerate(candidates)
    ]
    signals = {one.customer_id: one.signal for one in mixed}
    told = {"size": size, "hold_share_ppm": hold_ppm, "control_share_ppm": control_ppm}
    drawn = draw(candidates=mixed, most={"due": most}, **told)
    ranked = [each for each in drawn if each.arm is not Arm.CONTROL]
    assert [each.rank for each in ranked] == list(range(1, len(ranked) + 1))
    assert sum(signals[each.customer_id] == "due" for each in ranked) <= most
    free = draw(candidates=[one for one in mixed if one.signal != "due"], **told)
    kept = [each.customer_id for each in drawn if signals[each.customer_id] != "due"]
    assert kept == [each.customer_id for each in free][: len(kept)]
    if len(ranked) < size:
        assert kept == [each.customer_id for each in free]


USUAL, SELDOM = Frequency(most_a_day=5), Frequency(most_a_day=1, rest_days=60)


@given(st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.data())
def test_an_off_season_comes_every_year_and_may_go_over_new_year(day: date, data: st.DataObject):
    begins = data.draw(st.dates(date(2024, 1, 1), date(2024, 12, 31)))
    length = data.draw(st.integers(0, 300))
    ends = begins + timedelta(days=length)
    off = OffSeason(
        begins=(begins.month, begins.day), ends=(ends.month, ends.day), frequency=SELDOM
    )
    found = frequency_on(calendar=Calendar(usual=USUAL, off_season=off), on=day)
    days = {(begins + timedelta(days=k)).strftime("%m-%d") for k in range(length + 1)}
    leap = {"02-29"} if {"02-28", "03-01"} <= days else set()
    assert (found is SELDOM) == (day.strftime("%m-%d") in days | leap)


def test_words_fall_by_lot_in_equal_parts():
    lots = [KEYRING.lot("words", str(number)) for number in range(9_000)]
    found = [words_of(lot=lot, words=[None, 1, 2]) for lot in lots]
    for words in (None, 1, 2):
        assert 2_800 < found.count(words) < 3_200
    assert words_of(lot=MILLION - 1, words=[None, 1, 2]) == 2
    assert words_of(lot=0, words=[None]) is None


def test_the_control_group_gathers_while_others_rest():
    told = {"places": 20, "control_share_ppm": 50_000}
    assert candidates_for(away_days=0, **told) == 50
    gathered = 20 * 60 * 50_000 // 950_000
    assert candidates_for(away_days=60, **told) >= 50 + 2 * gathered - 1
    assert candidates_for(places=20, away_days=60, control_share_ppm=0) == 50


def test_the_nearest_market_s_adopted_words_are_usual():
    below = {1: (1, 2, 3, 4), 2: (2, 3), 3: (3,), 4: (4,)}
    adopted: dict[int | None, int] = {None: 70, 1: 71, 2: 72}
    found = [
        usual_words(adopted=adopted, market_id=market, below=below) for market in (3, 2, 4, 1, 9)
    ]
    assert found == [72, 72, 71, 71, 70]
    assert usual_words(adopted={}, market_id=3, below=below) is None
    assert usual_words(adopted=adopted, market_id=None, below=below) == 70
