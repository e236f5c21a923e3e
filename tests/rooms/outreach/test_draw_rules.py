from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.crypto import Keyring
from siyu.rooms.outreach.rules import Candidate, Draw, draw, share_of
from siyu.rooms.outreach.types import Arm

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


@given(st.binary(min_size=8, max_size=16))
def test_a_share_is_a_part_of_a_million(keyed_hash: bytes):
    assert 0 <= share_of(keyed_hash) < MILLION


def test_a_keyed_hash_draws_evenly_and_always_the_same():
    """A hundred thousand customers under a fixed key: every tenth of the range is hit alike."""
    shares = [
        share_of(KEYRING.blind_index("hold", f"1:due:{n}:2025-06-01")) for n in range(100_000)
    ]
    again = share_of(KEYRING.blind_index("hold", "1:due:7:2025-06-01"))
    assert again == shares[7]
    counts = [0] * 10
    for share in shares:
        counts[share * 10 // MILLION] += 1
    # Five standard deviations of a binomial with 100,000 tries and chance 0.1.
    assert all(abs(count - 10_000) < 475 for count in counts)
    assert len(set(shares)) > 94_000


def test_the_draws_of_different_days_and_purposes_are_independent():
    def held(day: str, kind: str = "hold") -> set[int]:
        return {
            n
            for n in range(20_000)
            if share_of(KEYRING.blind_index(kind, f"1:due:{n}:{day}")) < 100_000
        }

    first, second, control = held("2025-06-01"), held("2025-06-02"), held("2025-06-01", "control")
    for other in (second, control):
        # Both with chance 0.1: 200 of 20,000 are in both, give or take.
        assert 130 < len(first & other) < 270
