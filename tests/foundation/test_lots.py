from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.crypto import Keyring

MILLION = 1_000_000
KEYRING = Keyring(roots={1: b"r" * 32}, index_key=b"i" * 32)


@given(st.text(), st.text())
def test_a_lot_is_a_part_of_a_million(kind: str, occasion: str):
    assert 0 <= KEYRING.lot(kind, occasion) < MILLION


def test_a_lot_is_drawn_evenly_and_always_the_same():
    """A hundred thousand customers under a fixed key: every tenth of the range is hit alike."""
    shares = [KEYRING.lot("hold", f"1:due:{n}:2025-06-01") for n in range(100_000)]
    again = KEYRING.lot("hold", "1:due:7:2025-06-01")
    assert again == shares[7]
    counts = [0] * 10
    for share in shares:
        counts[share * 10 // MILLION] += 1
    # Five standard deviations of a binomial with 100,000 tries and chance 0.1.
    assert all(abs(count - 10_000) < 475 for count in counts)
    assert len(set(shares)) > 94_000


def test_the_draws_of_different_days_and_purposes_are_independent():
    def held(day: str, kind: str = "hold") -> set[int]:
        return {n for n in range(20_000) if KEYRING.lot(kind, f"1:due:{n}:{day}") < 100_000}

    first, second, control = held("2025-06-01"), held("2025-06-02"), held("2025-06-01", "control")
    for other in (second, control):
        # Both with chance 0.1: 200 of 20,000 are in both, give or take.
        assert 130 < len(first & other) < 270
