"""What readers see of a published night, each within reach."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.foundation.ids import new_id
from siyu.rooms.insights.actions import feed_warehouse, publish, rebuild_warehouse
from siyu.rooms.insights.models import Publication
from siyu.rooms.insights.queries import (
    metrics_between,
    own_customers,
    portrait_of,
    portraits_among,
    publication_of,
    seller_numbers,
    sellers_health,
    stores_between,
    trend_of,
    verify_warehouse,
)
from siyu.rooms.operations.actions import run_now, wait_until_stable
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import units_under
from siyu.rooms.organization.types import Role, UnitKind
from siyu.rooms.outreach.actions import nightly_key
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)
MAY = {"start_on": date(2025, 5, 1), "end_on": date(2025, 5, 31)}


@dataclass(frozen=True)
class Published:
    """Two brands with a published night each."""

    brand: Brand
    other: Brand


def night(brand: Brand) -> None:
    wait_until_stable()
    run_now(
        program_id=brand.program.id,
        kind="nightly",
        key=nightly_key(program_id=brand.program.id, as_of=AS_OF),
        arguments={"as_of": str(AS_OF)},
    )


def sold_brand(code: str) -> Brand:
    """Ann's c1 bought for 30 and gave 5 back; Bob's c2 bought for 20, nobody's for 7."""
    brand = new_brand(code)
    brand.sellers(
        {"key": "ann", "store_key": "n1", "region_name": "North"},
        {"key": "bob", "store_key": "s1", "region_name": "South"},
    )
    brand.follow("c1", "ann", "2025-01-01 10:00")
    brand.follow("c2", "bob", "2025-01-01 10:00")
    sale = {"paid_at": "2025-05-10 10:00", "quantity": "1"}
    brand.orders(
        sale | {"order_key": "o0", "customer_key": "c1", "paid_at": "2025-04-02 10:00"},
        sale | {"order_key": "o1", "customer_key": "c1", "quantity": "3"},
        sale | {"order_key": "o2", "customer_key": "c2", "quantity": "2"},
        sale | {"order_key": "o3", "unit_price": "7"},
        sale | {"order_key": "o4", "customer_key": "c2", "status": "cancelled"},
    )
    brand.returns(
        {
            "order_key": "C1",
            "customer_key": "c1",
            "amount_minor": 500,
            "paid_at": "2025-05-12 10:00",
        }
    )
    brand.react()
    return brand


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Published]:
    with django_db_blocker.unblock():
        published = Published(sold_brand("main"), sold_brand("other"))
        night(published.brand)
        night(published.other)
        yield published
        empty_database()


@pytest.fixture
def brand(committed: Published, db: None) -> Brand:
    return committed.brand


def region_manager(brand: Brand, name: str = "North") -> Viewer:
    units = units_under(viewer=brand.owner)
    region = next(u.id for u in units if u.kind is UnitKind.REGION and u.name == name)
    return brand.staff(f"manager of {name}", Role.REGION_MANAGER, region)


class TestMetrics:
    def test_the_metrics_of_the_program(self, brand: Brand):
        found = metrics_between(viewer=brand.owner, **MAY)
        assert found == {
            "gmv_minor": 5700,
            "gmv_identified_minor": 5000,
            "refunds_minor": 500,
            "buyers": 2,
            "orders": 2,
            "orders_all": 3,
            "lines_identified": 2,
            "average_order_minor": 2500,
            "gmv_new_minor": 2000,
            "gmv_returning_minor": 3000,
            "new_buyers": 1,
            "returning_buyers": 1,
        }

    def test_each_manager_sees_the_own_region_or_store(self, brand: Brand):
        north = metrics_between(viewer=region_manager(brand), **MAY)
        store = brand.staff("sam", Role.STORE_MANAGER, brand.store("s1"))
        south = metrics_between(viewer=store, **MAY)
        assert (north["gmv_minor"], north["refunds_minor"], north["orders"]) == (3000, 500, 1)
        assert (south["gmv_minor"], south["refunds_minor"], south["orders"]) == (2000, 0, 1)

    def test_a_period_that_ends_before_it_begins_is_refused(self, brand: Brand):
        with pytest.raises(BadInput) as refused:
            metrics_between(viewer=brand.owner, start_on=AS_OF, end_on=AS_OF - timedelta(days=1))
        assert refused.value.field == "to"

    def test_a_seller_sees_no_overview(self, brand: Brand):
        ann = brand.seller_viewer("ann")
        for ask in (
            lambda: metrics_between(viewer=ann, **MAY),
            lambda: trend_of(viewer=ann, **MAY),
            lambda: stores_between(viewer=ann, **MAY),
            lambda: sellers_health(viewer=ann),
        ):
            with pytest.raises(NotAllowed):
                ask()


class TestTrend:
    def sums(self, viewer: Viewer) -> tuple[int, int]:
        rows = trend_of(viewer=viewer, **MAY)
        return sum(r["gmv_minor"] for r in rows), sum(r["refunds_minor"] for r in rows)

    def test_the_trend_adds_up_to_the_metrics(self, brand: Brand):
        assert self.sums(brand.owner) == (5700, 500)
        assert self.sums(region_manager(brand)) == (3000, 500)
        assert self.sums(region_manager(brand, "South")) == (2000, 0)
        store = brand.staff("sam", Role.STORE_MANAGER, brand.store("s1"))
        assert self.sums(store) == (2000, 0)

    def test_the_days_of_the_period_only(self, brand: Brand):
        days = [row["business_on"] for row in trend_of(viewer=brand.owner, **MAY)]
        assert days == sorted(days)
        assert set(days) == {date(2025, 5, 10), date(2025, 5, 12)}

    def test_stores_within_reach(self, brand: Brand):
        everything = stores_between(viewer=brand.owner, **MAY)
        n1, s1 = brand.store("n1"), brand.store("s1")
        assert everything[n1] == {"gmv_minor": 3000, "refunds_minor": 500, "orders": 1}
        assert everything[s1] == {"gmv_minor": 2000, "refunds_minor": 0, "orders": 1}
        assert set(stores_between(viewer=region_manager(brand), **MAY)) == {n1}


class TestPersons:
    def test_a_portrait_within_reach(self, brand: Brand):
        customer_id = brand.customer("c1")
        for viewer in (brand.owner, brand.seller_viewer("ann"), region_manager(brand)):
            portrait = portrait_of(viewer=viewer, customer_id=customer_id)
            assert portrait is not None
            assert (portrait["orders"], portrait["spend_minor"]) == (2, 4000)
            assert portrait["refunds_minor"] == 500
        for viewer in (brand.seller_viewer("bob"), region_manager(brand, "South")):
            with pytest.raises(NotFound):
                portrait_of(viewer=viewer, customer_id=customer_id)

    def test_a_portrait_follows_a_hand_over(self, brand: Brand):
        customer_id = brand.customer("c1")
        brand.follow("c1", "bob", "2025-05-31 10:00", is_serving=True)
        with pytest.raises(NotFound):
            portrait_of(viewer=brand.seller_viewer("ann"), customer_id=customer_id)
        portrait = portrait_of(viewer=brand.seller_viewer("bob"), customer_id=customer_id)
        assert portrait is not None
        assert portrait["orders"] == 2

    def test_a_seller_lists_the_own_customers(self, brand: Brand):
        rows, count = own_customers(viewer=brand.seller_viewer("ann"))
        assert [row["customer_id"] for row in rows] == [brand.customer("c1")]
        assert count == 1
        state = rows[0]["state"]
        assert own_customers(viewer=brand.seller_viewer("ann"), state=state)[1] == 1
        assert own_customers(viewer=brand.seller_viewer("ann"), state="lost") == ([], 0)
        assert own_customers(viewer=region_manager(brand)) == ([], 0)

    def test_portraits_of_others_are_left_out(self, brand: Brand):
        ids = [brand.customer("c1"), brand.customer("c2")]
        own = portraits_among(viewer=brand.seller_viewer("ann"), customer_ids=ids)
        assert set(own) == {ids[0]}
        assert set(portraits_among(viewer=brand.owner, customer_ids=ids)) == set(ids)


class TestSellers:
    def test_the_health_of_those_within_reach(self, brand: Brand):
        rows, count = sellers_health(viewer=brand.owner)
        assert [row["seller_id"] for row in rows] == [brand.seller("ann"), brand.seller("bob")]
        assert count == 2
        rows, count = sellers_health(viewer=region_manager(brand, "South"))
        assert ([row["seller_id"] for row in rows], count) == ([brand.seller("bob")], 1)

    def test_pages_and_order(self, brand: Brand):
        rows, count = sellers_health(viewer=brand.owner, descending=False, size=1)
        assert ([row["seller_id"] for row in rows], count) == ([brand.seller("bob")], 2)
        rows, _ = sellers_health(viewer=brand.owner, descending=False, size=1, page=2)
        assert [row["seller_id"] for row in rows] == [brand.seller("ann")]
        with pytest.raises(BadInput):
            sellers_health(viewer=brand.owner, order_by="phone")

    def test_the_numbers_of_one_seller(self, brand: Brand):
        ann = brand.seller("ann")
        numbers = seller_numbers(viewer=brand.seller_viewer("ann"), seller_id=ann)
        assert numbers is not None
        assert (numbers["fans"], numbers["effective_fans"]) == (1, 1)
        with pytest.raises(NotFound):
            seller_numbers(viewer=brand.seller_viewer("bob"), seller_id=ann)


def test_programs_do_not_see_each_other(committed: Published, db: None):
    brand, other = committed.brand, committed.other
    stranger = other.customer("c1")
    with pytest.raises(NotFound):
        portrait_of(viewer=brand.owner, customer_id=stranger)
    assert portraits_among(viewer=brand.owner, customer_ids=[stranger]) == {}
    sellers = {row["seller_id"] for row in sellers_health(viewer=brand.owner)[0]}
    assert sellers == {brand.seller("ann"), brand.seller("bob")}
    with pytest.raises(NotFound):
        seller_numbers(viewer=brand.owner, seller_id=other.seller("ann"))


def test_before_the_first_night_there_is_nothing(db: None):
    brand = new_brand("young")
    brand.sellers({"key": "ann"})
    brand.follow("c1", "ann", "2025-01-01 10:00")
    ann = brand.seller_viewer("ann")
    assert publication_of(program_id=brand.program.id) is None
    assert portrait_of(viewer=ann, customer_id=brand.customer("c1")) is None
    assert own_customers(viewer=ann) == ([], 0)
    assert sellers_health(viewer=brand.owner) == ([], 0)
    assert trend_of(viewer=brand.owner, **MAY) == []
    assert seller_numbers(viewer=ann, seller_id=brand.seller("ann")) is None


class TestPublication:
    """Readers move to new results at once; what they may still read lives a day longer."""

    @pytest.fixture
    def young(self, brand: Brand) -> Brand:
        """A brand of its own, since removed results do not come back with the transaction."""
        return new_brand("young")

    def published(self, source: Brand, young: Brand, *hours_ago: float) -> list[int]:
        """Publications of days in a row, made so many hours ago, each with results."""
        known = publication_of(program_id=source.program.id)
        assert known is not None
        ids = [new_id() for _ in hours_ago]
        for number, (results_id, hours) in enumerate(zip(ids, hours_ago, strict=True)):
            written(source, known.run_id, young, results_id, hours)
            as_of = AS_OF - timedelta(days=len(ids) - number)
            publish(program_id=young.program.id, results_id=results_id, as_of=as_of)
            Publication.objects.filter(results_id=results_id).update(
                published_at=utc_now() - timedelta(hours=hours)
            )
        return ids

    def left(self, young: Brand) -> set[int]:
        folder = results_of(young, 0).parent
        return {int(each.name) for each in folder.iterdir()}

    def test_the_newest_is_what_readers_see(self, brand: Brand, young: Brand):
        _, newest = self.published(brand, young, 30, 1)
        shown = publication_of(program_id=young.program.id)
        assert shown is not None
        assert (shown.run_id, shown.as_of) == (newest, AS_OF - timedelta(days=1))

    def test_what_an_earlier_version_published_is_passed_over(self, brand: Brand, young: Brand):
        self.published(brand, young, 1)
        Publication.objects.filter(program_id=young.program.id).update(version=1)
        assert publication_of(program_id=young.program.id) is None
        assert sellers_health(viewer=young.owner) == ([], 0)

    def test_results_live_for_a_day_after_they_were_replaced(self, brand: Brand, young: Brand):
        *_, yesterday = self.published(brand, young, 72, 48.2, 24.1)
        newest = new_id()
        publish(program_id=young.program.id, results_id=newest, as_of=AS_OF)
        # Yesterday's night was replaced only now: a page that is being made may still read it.
        assert self.left(young) == {yesterday}
        kept = Publication.objects.filter(program_id=young.program.id)
        assert set(kept.values_list("results_id", flat=True)) == {yesterday, newest}

    def test_a_day_done_again_takes_its_own_place(self, brand: Brand, young: Brand):
        (first,) = self.published(brand, young, 1)
        again = new_id()
        publish(program_id=young.program.id, results_id=again, as_of=AS_OF - timedelta(days=1))
        shown = publication_of(program_id=young.program.id)
        assert shown is not None
        assert shown.run_id == again
        assert Publication.objects.filter(program_id=young.program.id).count() == 1
        assert self.left(young) == {first}

    def test_what_a_dead_run_left_goes_and_what_is_being_written_stays(
        self, brand: Brand, young: Brand
    ):
        known = publication_of(program_id=brand.program.id)
        assert known is not None
        dead, at_work, published = new_id(), new_id(), new_id()
        written(brand, known.run_id, young, dead, 25)
        written(brand, known.run_id, young, at_work, 0.5)
        publish(program_id=young.program.id, results_id=published, as_of=AS_OF)
        assert self.left(young) == {at_work}


def written(source: Brand, known: int, brand: Brand, results_id: int, hours_ago: float) -> None:
    """Results as a run of so many hours ago left them."""
    folder = results_of(brand, results_id)
    shutil.copytree(results_of(source, known), folder)
    moment = (utc_now() - timedelta(hours=hours_ago)).timestamp()
    os.utime(folder, (moment, moment))


def results_of(brand: Brand, results_id: int) -> Path:
    home = Path(settings.SIYU_HOME)
    return home / "warehouse" / str(brand.program.id) / "results" / str(results_id)


def test_the_facts_can_be_fed_again_from_the_beginning(committed: Published, db: None):
    program_id = committed.brand.program.id
    before = metrics_between(viewer=committed.brand.owner, **MAY)
    assert rebuild_warehouse(program_id=program_id)["order_lines"] == 5
    assert set(feed_warehouse(program_id=program_id).values()) == {0}
    assert verify_warehouse(program_id=program_id) == []
    assert metrics_between(viewer=committed.brand.owner, **MAY) == before
