"""One small brand for the tests that only look at it."""

from datetime import date

import pytest

from siyu.simulation.brand import profile_of
from siyu.simulation.simulate import SimulatedBrand, simulate

AS_OF = date(2025, 6, 1)


@pytest.fixture(scope="package")
def demo() -> SimulatedBrand:
    return simulate(profile=profile_of("demo"), seed=7, as_of=AS_OF)
