"""The forecast of a night as headquarters reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.errors import NotAllowed
from siyu.rooms.insights.types import Forecast
from siyu.rooms.organization.types import Role
from siyu.rooms.reports.queries import forecast_of
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
# Days before the night on which each kind of customer bought, and how many there are of it.
BOUGHT = {
    "steady": (tuple(range(5, 425, 20)), 20),
    "gone": ((420, 400, 380), 40),
    "once": ((300,), 30),
    "fresh": ((30,), 10),
}


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Brand]:
    with django_db_blocker.unblock():
        brand = new_brand("forecast")
        brand.sellers({"key": "ann", "kind": "guide", "store_key": "n1"})
        brand.orders(
            *(
                {
                    "order_key": f"{kind}-{number}-{ago}",
                    "customer_key": f"{kind}-{number}",
                    "paid_at": f"{AS_OF - timedelta(days=ago)} 10:00",
                    "quantity": "1",
                    "unit_price": str(10 + number % 7),
                }
                for kind, (days, count) in BOUGHT.items()
                for number in range(count)
                for ago in days
            )
        )
        brand.night(AS_OF)
        yield brand
        empty_database()


@pytest.fixture
def brand(committed: Brand, db: None) -> Brand:
    return committed


def test_it_says_which_forecast_is_used_and_how_far_both_were_off(brand: Brand) -> None:
    found = forecast_of(viewer=brand.owner)
    assert found
    assert (found.customers, found.tested) == (100, 90)
    assert found.baseline
    assert found.bg_nbd
    came = 20 * len([ago for ago in BOUGHT["steady"][0] if ago <= 90])
    assert found.baseline.actual == found.bg_nbd.actual == came
    better = min(
        (found.baseline.root_mean_square, Forecast.BASELINE),
        (found.bg_nbd.root_mean_square, Forecast.BG_NBD),
    )
    assert found.chosen is better[1]
    assert 0 < found.visits[30] < found.visits[90]
    if found.chosen is Forecast.BG_NBD:
        assert set(found.parameters) >= {"r", "alpha", "a", "b"}


def test_only_who_sees_the_whole_program_reads_it(brand: Brand) -> None:
    manager = brand.staff("mia", Role.STORE_MANAGER, brand.store("n1"))
    with pytest.raises(NotAllowed):
        forecast_of(viewer=manager)
    assert forecast_of(viewer=new_brand("none").owner) is None
