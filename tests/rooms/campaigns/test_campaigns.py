"""Campaigns beside those of earlier years, aligned by days to the festival."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from siyu.foundation.calendar import festival_day
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.rooms.campaigns.actions import add_campaign, remove_campaign
from siyu.rooms.campaigns.queries import campaigns_of, compare_campaign
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.types import Role
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

# The night after the festival of 2025, which lay on 6 October.
AS_OF = date(2025, 10, 7)
# Orders by year and day to Mid-Autumn; the festival itself was on other days each year.
SOLD = {2025: {-2: 3, 0: 6, 1: 9}, 2024: {-2: 2, 0: 2, 1: 7}, 2023: {0: 4}}
FORM: dict[str, Any] = {
    "name": "Mooncakes",
    "anchor": "mid_autumn",
    "anchor_on": date(2025, 3, 1),
    "first_day": -2,
    "last_day": 1,
}


@dataclass(frozen=True)
class Shop:
    brand: Brand
    south: Viewer
    analyst: Viewer


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    with django_db_blocker.unblock():
        brand = new_brand("campaigns")
        brand.sellers(
            {"key": "ann", "store_key": "n1", "region_name": "North"},
            {"key": "bob", "store_key": "s1", "region_name": "South"},
        )
        brand.follow("c0", "ann", "2022-01-01 10:00")
        brand.follow("c1", "bob", "2022-01-01 10:00")
        orders = []
        for year, days in SOLD.items():
            for day, count in days.items():
                on = festival_day("mid_autumn", year) + timedelta(days=day)
                orders += [
                    {
                        "order_key": f"{year}-{day}-{number}",
                        # The last of a day is the south's.
                        "customer_key": "c1" if number == count - 1 else "c0",
                        "paid_at": f"{on} 10:00",
                        "quantity": "1",
                        "unit_price": "10",
                    }
                    for number in range(count)
                ]
        brand.orders(*orders)
        brand.night(AS_OF)
        yield Shop(
            brand=brand,
            south=brand.staff("sue", Role.REGION_MANAGER, brand.unit("South")),
            analyst=brand.staff("ada", Role.ANALYST),
        )
        empty_database()


@pytest.fixture
def shop(committed: Shop, db: None) -> Shop:
    return committed


def added(shop: Shop, viewer: Viewer | None = None, **more: Any) -> int:
    return add_campaign(viewer=viewer or shop.brand.owner, now=utc_now(), **(FORM | more))


def test_days_are_laid_beside_one_another_as_they_lie_to_the_festival(shop: Shop) -> None:
    found = compare_campaign(viewer=shop.brand.owner, campaign_id=added(shop))
    assert found.campaign.anchor_on == date(2025, 10, 6)
    assert (found.campaign.start_on, found.campaign.end_on) == (
        date(2025, 10, 4),
        date(2025, 10, 7),
    )
    assert {year.year: year.anchor_on for year in found.years} == {
        2025: date(2025, 10, 6),
        2024: date(2024, 9, 17),
        2023: date(2023, 9, 29),
        2022: date(2022, 9, 10),
    }
    by_day = {year.year: {day.day: day.orders for day in year.days} for year in found.years}
    assert by_day[2024] == {-2: 2, -1: 0, 0: 2, 1: 7}
    # The night knows nothing yet of the day after the festival, so no year's counts.
    assert by_day[2025] == {-2: 3, -1: 0, 0: 6, 1: 0}
    assert found.compared_days == 3


def test_sums_and_changes_are_of_the_days_that_all_years_have_had(shop: Shop) -> None:
    found = compare_campaign(viewer=shop.brand.owner, campaign_id=added(shop))
    told = {
        year.year: (year.orders, year.gmv_minor, year.orders_change_ppm, year.gmv_change_ppm)
        for year in found.years
    }
    assert told == {
        2025: (9, 9_000, None, None),
        2024: (4, 4_000, 1_250_000, 1_250_000),
        2023: (4, 4_000, 1_250_000, 1_250_000),
        2022: (0, 0, None, None),
    }


def test_an_earlier_one_is_compared_whole(shop: Shop) -> None:
    campaign = added(shop, name="Mooncakes 2024", anchor_on=date(2024, 1, 1))
    found = compare_campaign(viewer=shop.brand.owner, campaign_id=campaign, years=1)
    assert found.compared_days == 4
    assert [(year.year, year.orders) for year in found.years] == [(2024, 11), (2023, 4)]
    assert found.years[1].orders_change_ppm == 1_750_000


def test_a_manager_reads_her_own_region(shop: Shop) -> None:
    found = compare_campaign(viewer=shop.south, campaign_id=added(shop))
    assert [(year.year, year.orders) for year in found.years][:3] == [
        (2025, 2),
        (2024, 2),
        (2023, 1),
    ]


@pytest.mark.parametrize(
    ("anchor", "anchor_on", "before"),
    [
        ("solar", date(2024, 2, 29), date(2023, 2, 28)),
        ("lunar", date(2025, 10, 6), date(2024, 9, 17)),
        ("double_eleven", date(2025, 1, 1), date(2024, 11, 11)),
    ],
)
def test_other_anchors(shop: Shop, anchor: str, anchor_on: date, before: date) -> None:
    campaign = added(shop, anchor=anchor, anchor_on=anchor_on)
    found = compare_campaign(viewer=shop.brand.owner, campaign_id=campaign, years=1)
    assert found.years[1].anchor_on == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"anchor": "payday"}, "anchor"),
        ({"anchor_on": date(1999, 1, 1)}, "anchor_on"),
        ({"first_day": 2}, "first_day"),
        ({"first_day": -91}, "first_day"),
        ({"first_day": -90, "last_day": 90}, "last_day"),
    ],
)
def test_what_is_no_campaign(shop: Shop, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        added(shop, **changed)
    assert refused.value.field == field
    assert campaigns_of(viewer=shop.brand.owner) == []


def test_names_are_given_once_and_the_log_keeps_who_did_what(shop: Shop) -> None:
    campaign = added(shop)
    with pytest.raises(BadInput, match="of this name already"):
        added(shop)
    assert [each.name for each in campaigns_of(viewer=shop.analyst)] == ["Mooncakes"]
    remove_campaign(viewer=shop.brand.owner, campaign_id=campaign)
    with pytest.raises(NotFound):
        remove_campaign(viewer=shop.brand.owner, campaign_id=campaign)
    with pytest.raises(NotFound):
        compare_campaign(viewer=shop.brand.owner, campaign_id=campaign)
    entries = audit_page(viewer=shop.brand.owner)
    assert [entry.action for entry in entries][:2] == ["remove campaign", "add campaign"]


def test_who_may_not(shop: Shop) -> None:
    campaign = added(shop)
    for viewer in (shop.south, shop.analyst):
        with pytest.raises(NotAllowed):
            added(shop, viewer, name="other")
        with pytest.raises(NotAllowed):
            remove_campaign(viewer=viewer, campaign_id=campaign)
    other = new_brand("elsewhere")
    with pytest.raises(NotFound):
        compare_campaign(viewer=other.owner, campaign_id=campaign)
    assert campaigns_of(viewer=other.owner) == []
