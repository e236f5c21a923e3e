"""What is planted can be seen in the orders, and nothing else moves with it."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest

from siyu.simulation.brand import profile_of
from siyu.simulation.simulate import SimulatedBrand, simulate

AS_OF = date(2025, 6, 1)
FROM_ON = AS_OF - timedelta(days=120)


@pytest.fixture(scope="module")
def plain() -> SimulatedBrand:
    return simulate(profile=profile_of("demo"), seed=11, as_of=AS_OF)


def orders_and_value(brand: SimulatedBrand, where: str) -> tuple[int, float]:
    connection = duckdb.connect()
    connection.execute("SET timezone = 'Asia/Shanghai'")
    connection.register("orders", brand.orders)
    row = connection.execute(f"""
        select count(distinct order_key), sum(amount_minor) / count(distinct order_key)
        from orders where customer_key is not null and {where}""").fetchone()
    assert row is not None
    return int(row[0]), float(row[1])


def test_a_market_halving_halves_orders_and_leaves_their_value(plain: SimulatedBrand) -> None:
    halved = simulate(
        profile=plain.profile.plant_market_halving(from_on=FROM_ON), seed=11, as_of=AS_OF
    )
    assert halved.truth.halved_from_on == FROM_ON
    later = f"ordered_at >= '{FROM_ON}'"
    before = f"ordered_at < '{FROM_ON}'"
    orders, value = orders_and_value(plain, later)
    halved_orders, halved_value = orders_and_value(halved, later)
    assert 0.45 < halved_orders / orders < 0.55
    assert 0.93 < halved_value / value < 1.07
    assert orders_and_value(halved, before)[0] == orders_and_value(plain, before)[0]
    assert halved.customers.equals(plain.customers)


def test_planted_customers_slow_and_no_one_else_does(plain: SimulatedBrand) -> None:
    slowed = simulate(
        profile=plain.profile.plant_slowing(share=0.5, from_on=FROM_ON, factor=3.0),
        seed=11,
        as_of=AS_OF,
    )
    keys = slowed.truth.slowed_keys
    assert len(keys) > 100
    assert list(keys) == sorted(set(keys))
    assert plain.truth.slowed_keys == ()
    listed = ", ".join(f"'{key}'" for key in keys)
    later = f"ordered_at >= '{FROM_ON}' and customer_key"
    before, after = (
        orders_and_value(brand, f"{later} in ({listed})")[0] for brand in (plain, slowed)
    )
    assert 0.25 < after / before < 0.45
    others = f"{later} not in ({listed})"
    assert orders_and_value(slowed, others)[0] == orders_and_value(plain, others)[0]
    earlier = f"ordered_at < '{FROM_ON}' and customer_key in ({listed})"
    assert orders_and_value(slowed, earlier)[0] == orders_and_value(plain, earlier)[0]


def test_contacts_cause_exactly_the_orders_that_the_truth_says(plain: SimulatedBrand) -> None:
    moved = simulate(
        profile=plain.profile.plant_contact_effect(
            share=0.5, from_on=FROM_ON, answer_share=0.2, window_days=7
        ),
        seed=11,
        as_of=AS_OF,
    )
    contacted = moved.truth.contacted
    answered = contacted.filter(contacted["answered"])
    assert 0.18 < answered.num_rows / contacted.num_rows < 0.22
    assert plain.truth.contacted.num_rows == 0
    known = {name: _orders_by_customer(brand) for name, brand in (("a", plain), ("b", moved))}
    more = {
        key: known["b"][key] - known["a"].get(key, 0)
        for key in known["b"]
        if known["b"][key] != known["a"].get(key, 0)
    }
    assert more == dict.fromkeys(answered["customer_key"].to_pylist(), 1)


def _orders_by_customer(brand: SimulatedBrand) -> dict[str, int]:
    orders: pa.Table = brand.orders.select(["customer_key", "order_key"])
    named = orders.filter(orders["customer_key"].is_valid())
    counted = named.group_by("customer_key").aggregate([("order_key", "count_distinct")])
    return dict(
        zip(
            counted["customer_key"].to_pylist(),
            counted["order_key_count_distinct"].to_pylist(),
            strict=True,
        )
    )
