"""What a product would earn: as much as is booked when it is sold, and nothing that is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from siyu.foundation.errors import NotAllowed, NotFound
from siyu.rooms.catalog.queries import product_ids_by_key
from siyu.rooms.commissions.ports import Calculator, calculator, plug_calculator
from siyu.rooms.commissions.queries import estimates_for, own_estimates
from siyu.rooms.commissions.types import Estimate, PricedProduct
from siyu.rooms.organization.types import Role
from siyu.rooms.plans.actions import draft_plan, publish_plan, sign_plan
from tests.rooms.brand import Brand
from tests.rooms.commissions.test_accruals import AT, accrue, payable, publish, sale

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
PLAN = """
[[shares]]
name = "own sales"
rates = [
  { name = "night", percent = 12, from_time = "22:00", until_time = "10:00" },
  { name = "tea", percent = 8.5, categories = ["tea"] },
  { percent = 5 },
]
limits = [{ per = "line", most = 30 }, { per = "order", least = 1 }, { per = "month", most = 31 }]

[[shares]]
name = "care"
to = "server"
rates = [{ percent = 1 }]

[[shares]]
name = "the store"
to = "store"
rates = [{ percent = 2 }]

[[bonuses]]
name = "first thousand"
steps = [{ at = 10, amount = 5 }]
"""


class Counting:
    """The plugged calculator, counting how many lines it was asked for."""

    def __init__(self, inner: Calculator) -> None:
        self.inner, self.lines = inner, [0]

    def accruals(self, **asked: Any) -> Any:
        self.lines.append(asked["net_lines"].num_rows)
        return self.inner.accruals(**asked)


@pytest.fixture
def shop(committed_brand: Brand) -> Brand:
    brand = committed_brand
    brand.sellers({"key": "S1", "store_key": "N1"}, {"key": "S2", "store_key": "N1"})
    brand.products({"key": "P1", "category": "tea"}, {"key": "P2", "category": "silk"})
    return brand


@pytest.fixture
def counting() -> Iterator[Counting]:
    cache.clear()
    inner = calculator()
    counter = Counting(inner)
    plug_calculator(counter)
    yield counter
    plug_calculator(inner)


def estimate(
    brand: Brand, *priced: tuple[str, int], at: datetime = NOON, who: str = "S1"
) -> list[Estimate]:
    products = [PricedProduct(product(brand, key), minor) for key, minor in priced]
    return own_estimates(viewer=brand.seller_viewer(who), products=products, at=at)


def product(brand: Brand, key: str) -> int:
    return product_ids_by_key(program_id=brand.program.id, source=brand.source, keys=[key])[key]


def test_each_product_is_told_with_its_rules(shop: Brand) -> None:
    publish(shop, PLAN)
    tea, silk, dear, cheap = estimate(shop, ("P1", 9_999), ("P2", 9_999), ("P1", 90_000), ("P2", 9))
    assert (tea.amount_minor, tea.reasons) == (
        950,
        (("own sales", "tea 8.5%"), ("care", "1%")),
    )
    assert (silk.amount_minor, silk.paid_minor) == (600, 9_999)
    assert dear.amount_minor == 3_000 + 900
    # The least of an order lifts what a line pays; its reason has no rate.
    assert cheap.amount_minor == 100
    assert ("own sales", "") in cheap.reasons


@pytest.mark.parametrize("price", [1, 99, 1_234, 99_999])
@pytest.mark.parametrize("clock", ["09:59", "10:00", "21:59", "22:00"])
def test_as_much_is_booked_when_it_is_sold(shop: Brand, price: int, clock: str) -> None:
    publish(shop, PLAN.replace(', { per = "month", most = 31 }', "").split("[[bonuses]]")[0])
    shop.customers({"key": "C1"})
    shop.follow("C1", "S1", "2026-03-01 09:00")
    at = datetime.fromisoformat(f"2026-03-05T{clock}:00+08:00")
    (told,) = estimate(shop, ("P1", price), at=at)
    shop.orders(sale(fen=price, at=f"2026-03-05 {clock}", customer_key="C1"))
    accrue(shop)
    assert told.amount_minor == payable(shop, shop.seller("S1"))


def test_what_is_known_is_not_computed_again(shop: Brand, counting: Counting) -> None:
    publish(shop, PLAN)
    first = estimate(shop, ("P1", 5_000), ("P2", 5_000))
    assert counting.lines == [0, 2]
    assert estimate(shop, ("P1", 5_000), ("P2", 5_000), at=NOON + timedelta(hours=9)) == first
    assert estimate(shop, ("P2", 5_000), who="S2") == first[1:]
    assert counting.lines == [0, 2]
    assert estimate(shop, ("P1", 5_000), ("P2", 6_000))[0] == first[0]
    assert counting.lines == [0, 2, 1]
    (night,) = estimate(shop, ("P1", 5_000), at=NOON + timedelta(hours=10))
    assert (night.amount_minor, counting.lines) == (650, [0, 2, 1, 1])


def test_another_version_tells_another_amount(shop: Brand) -> None:
    publish(shop, PLAN)
    assert estimate(shop, ("P2", 10_000))[0].amount_minor == 600
    publish(shop, '[[shares]]\nname = "own"\nrates = [{ percent = 9 }]\n', "2026-03-06")
    assert estimate(shop, ("P2", 10_000))[0].amount_minor == 600
    assert estimate(shop, ("P2", 10_000), at=NOON + timedelta(days=1))[0].amount_minor == 900


def test_without_a_plan_nothing_is_told(shop: Brand) -> None:
    assert estimate(shop, ("P1", 5_000)) == []
    draft_plan(viewer=shop.owner, text=f'name = "draft"\nfrom_on = 2026-03-01\n{PLAN}')
    assert estimate(shop, ("P1", 5_000)) == []


def test_who_may_ask(shop: Brand) -> None:
    publish(shop, PLAN)
    products = [PricedProduct(product(shop, "P1"), 5_000)]
    finance = shop.staff("finance", Role.FINANCE)
    asked = {"products": products, "at": NOON}
    assert estimates_for(viewer=finance, seller_id=shop.seller("S1"), **asked) == estimate(
        shop, ("P1", 5_000)
    )
    with pytest.raises(NotFound):
        estimates_for(viewer=finance, seller_id=1, **asked)
    with pytest.raises(NotAllowed):
        own_estimates(viewer=finance, **asked)
    with pytest.raises(NotAllowed):
        estimates_for(viewer=shop.seller_viewer("S2"), seller_id=shop.seller("S1"), **asked)


def test_a_version_that_looks_back_is_accrued_from_the_first_order(shop: Brand) -> None:
    shop.orders(sale(at="2026-02-10 12:00"), sale("O2"))
    publish(shop)
    assert accrue(shop).amount_minor == 1_000
    earlier = draft_plan(
        viewer=shop.owner,
        text='name = "late"\nfrom_on = 2026-02-01\nuntil_on = 2026-02-28\n'
        '[[shares]]\nname = "own"\nrates = [{ percent = 3 }]\n',
    )
    sign_plan(viewer=shop.owner, plan_id=earlier, memo_sha256="ab" * 32, note="", at=AT)
    publish_plan(viewer=shop.owner, plan_id=earlier, today=AT.date(), at=AT)
    assert accrue(shop).amount_minor == 300
    assert accrue(shop).orders == 0
    assert payable(shop, shop.seller("S1")) == 1_300
