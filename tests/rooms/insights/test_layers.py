"""A seller's own customers by worth and standing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from siyu.rooms.insights.queries import own_layer, own_layers
from siyu.rooms.insights.types import Layer
from tests.append_only import empty_database
from tests.rooms.brand import Brand, new_brand

AS_OF = date(2025, 6, 1)


def bought(brand: Brand, customer: str, price: int, *days: int) -> None:
    brand.orders(
        *(
            {
                "order_key": f"{customer}-{day}",
                "customer_key": customer,
                "unit_price": str(price),
                "ordered_at": f"{AS_OF - timedelta(days=day)} 10:00",
                "paid_at": f"{AS_OF - timedelta(days=day)} 10:00",
            }
            for day in days
        )
    )


def filled_brand() -> Brand:
    """`quiet` was the best and stopped; `halved` came weekly, of late twice in 90 days."""
    brand = new_brand("layers")
    brand.sellers({"key": "ann", "store_key": "s"}, {"key": "bob", "store_key": "s"})
    for name in ("quiet", "halved", "steady", "small", "friend"):
        brand.follow(name, "ann", "2024-01-20 10:00")
    brand.follow("others", "bob", "2024-01-20 10:00")
    bought(brand, "quiet", 500, *range(200, 400, 7))
    bought(brand, "halved", 100, 20, 60, *range(95, 400, 7))
    bought(brand, "steady", 20, *range(5, 400, 7))
    bought(brand, "small", 10, *range(3, 400, 9))
    bought(brand, "others", 300, *range(200, 400, 7))
    brand.night(AS_OF)
    return brand


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Brand]:
    with django_db_blocker.unblock():
        yield filled_brand()
        empty_database()


@pytest.fixture
def brand(committed: Brand, db: None) -> Brand:
    return committed


def listed(brand: Brand, layer: Layer) -> list[int]:
    rows, count = own_layer(viewer=brand.seller_viewer("ann"), layer=layer)
    assert count == len(rows)
    return [row["customer_id"] for row in rows]


def test_who_was_good_and_went_quiet(brand: Brand):
    assert listed(brand, Layer.GOOD_AND_QUIET) == [brand.customer("quiet")]


def test_who_fell_to_half(brand: Brand):
    assert sorted(listed(brand, Layer.FELL_TO_HALF)) == sorted(
        [brand.customer("quiet"), brand.customer("halved")]
    )


def test_every_buyer_of_hers_is_in_one_cell_and_nobody_elses(brand: Brand):
    counts = own_layers(viewer=brand.seller_viewer("ann"))
    cells = [layer for layer in Layer if "-and-" not in layer and "-to-" not in layer]
    assert sum(counts[layer] for layer in cells) == 4
    found = [customer for layer in cells for customer in listed(brand, layer)]
    assert sorted(found) == sorted(
        brand.customer(name) for name in ("quiet", "halved", "steady", "small")
    )
    assert counts[Layer.LOW_BUYING] == len(listed(brand, Layer.LOW_BUYING)) > 0


def test_only_a_seller_has_customers_of_her_own(brand: Brand):
    assert own_layers(viewer=brand.owner) == {}
    assert own_layer(viewer=brand.owner, layer=Layer.HIGH_LOST) == ([], 0)


def test_pages_hold_the_most_valuable_first(brand: Brand):
    ann = brand.seller_viewer("ann")
    both, count = own_layer(viewer=ann, layer=Layer.FELL_TO_HALF)
    first, _ = own_layer(viewer=ann, layer=Layer.FELL_TO_HALF, size=1)
    second, _ = own_layer(viewer=ann, layer=Layer.FELL_TO_HALF, page=2, size=1)
    assert (count, [*first, *second]) == (2, both)
    values = [row["expected_value_minor"] for row in both]
    assert values == sorted(values, reverse=True)
