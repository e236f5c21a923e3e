"""The simulated brand is one brand: equal for equal seeds, whole, and of the promised shape."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from siyu.foundation.errors import BadInput
from siyu.rooms.catalog.types import PRODUCT_ROWS
from siyu.rooms.communities.types import COMMUNITY_ROWS
from siyu.rooms.customers.types import CUSTOMER_ROWS, FOLLOW_ROWS
from siyu.rooms.orders.types import ORDER_ROWS
from siyu.rooms.sellers.types import SELLER_ROWS
from siyu.simulation.brand import PROFILES, profile_of
from siyu.simulation.simulate import SimulatedBrand, simulate

AS_OF = date(2025, 6, 1)
Ask = Callable[[str], list[tuple[object, ...]]]


def digest(brand: SimulatedBrand) -> str:
    summed = hashlib.sha256()
    told = (brand.customers, brand.sellers, brand.products, brand.follows, brand.communities)
    for table in (*told, brand.orders):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.combine_chunks())
        summed.update(sink.getvalue())
    return summed.hexdigest()


def asking(brand: SimulatedBrand) -> Ask:
    connection = duckdb.connect()
    connection.execute("SET timezone = 'Asia/Shanghai'")
    for name in ("customers", "sellers", "products", "follows", "communities", "orders"):
        connection.register(name, getattr(brand, name))
    return lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def ask(demo: SimulatedBrand) -> Ask:
    return asking(demo)


def test_equal_seeds_give_equal_tables_and_others_do_not() -> None:
    profile = profile_of("demo").scaled(0.05)
    first, again, other = (
        digest(simulate(profile=profile, seed=seed, as_of=AS_OF)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_gives_the_declared_schemas_even_when_tiny(name: str) -> None:
    brand = simulate(profile=profile_of(name).scaled(0.000_01), seed=3, as_of=AS_OF)
    tables = {
        "customers": CUSTOMER_ROWS,
        "sellers": SELLER_ROWS,
        "products": PRODUCT_ROWS,
        "follows": FOLLOW_ROWS,
        "communities": COMMUNITY_ROWS,
        "orders": ORDER_ROWS,
    }
    for kind, schema in tables.items():
        table = getattr(brand, kind)
        assert table.schema.equals(schema)
        table.validate(full=True)
        for field in schema:
            assert field.nullable or table[field.name].null_count == 0


def test_sizes(demo: SimulatedBrand, ask: Ask) -> None:
    assert demo.customers.num_rows == 12_000
    assert demo.sellers.num_rows == 90
    assert ask("select count(distinct store_key), count(distinct region_name) from sellers") == [
        (24, 4)
    ]
    assert 25_000 < demo.orders.num_rows < 90_000


def test_references_are_whole(ask: Ask) -> None:
    for child, column, parent in (
        ("orders", "customer_key", "customers"),
        ("orders", "seller_key", "sellers"),
        ("orders", "product_key", "products"),
        ("follows", "customer_key", "customers"),
        ("communities", "seller_key", "sellers"),
        ("follows", "seller_key", "sellers"),
        ("follows", "acquired_by_key", "sellers"),
    ):
        named = f"select {column} from {child} where {column} is not null"
        assert ask(f"{named} except select key from {parent}") == []
    stores = "select store_key from orders where store_key is not null"
    assert ask(f"{stores} except select store_key from sellers") == []
    for table in ("customers", "sellers", "products", "communities"):
        assert ask(f"select count(*) - count(distinct key) from {table}") == [(0,)]
    for table in ("customers", "sellers"):
        assert ask(f"select count(phone) - count(distinct phone) from {table}") == [(0,)]
    assert ask("select phone from customers intersect select phone from sellers") == []


def test_orders_are_sorted_and_inside_the_history(demo: SimulatedBrand, ask: Ask) -> None:
    sort = pc.sort_indices(
        demo.orders, sort_keys=[("order_key", "ascending"), ("row", "ascending")]
    )
    assert sort.equals(pa.array(range(demo.orders.num_rows), pa.uint64()))
    first_on = AS_OF - timedelta(days=demo.profile.days)
    assert ask("select min(ordered_at)::date, max(ordered_at)::date from orders") == [
        (first_on, AS_OF - timedelta(days=1))
    ]
    assert ask(f"select count(*) from orders where refunded_at >= '{AS_OF}'") == [(0,)]
    several = "select order_key from orders group by 1 having count(distinct customer_key) > 1"
    assert ask(several) == []


def test_nobody_buys_before_registering_nor_from_who_is_not_there(ask: Ask) -> None:
    early = """select count(*) from orders o join customers c on c.key = o.customer_key
               where o.ordered_at::date < c.registered_at::date"""
    assert ask(early) == [(0,)]
    absent = """select count(*) from orders o join sellers s on s.key = o.seller_key
                where o.ordered_at::date < s.joined_on"""
    assert ask(absent) == [(0,)]
    followed_early = """select count(*) from follows f join customers c on c.key = f.customer_key
                        where f.followed_at < c.registered_at"""
    assert ask(followed_early) == [(0,)]


def test_nobody_is_served_by_two_sellers_at_once(ask: Ask) -> None:
    overlap = """
        select count(*) from follows a join follows b
        on a.customer_key = b.customer_key and a.row < b.row
        and a.followed_at < coalesce(b.ended_at, timestamptz '9999-01-01')
        and b.followed_at < coalesce(a.ended_at, timestamptz '9999-01-01')
        where a.is_serving and b.is_serving"""
    assert ask(overlap) == [(0,)]
    assert ask("select count(*) from follows where ended_at <= followed_at") == [(0,)]
    handed = "select count(*) > 10 from follows where is_serving and ended_at is not null"
    assert ask(handed) == [(True,)]
    assert ask("select count(*) > 100 from follows where not is_serving") == [(True,)]
    of_the_left = """select count(*) from follows f join sellers s on s.key = f.seller_key
                     where s.status = 'left' and f.is_serving and f.ended_at is null"""
    assert ask(of_the_left) == [(0,)]


def test_money_of_lines(ask: Ask) -> None:
    assert ask("select count(*) from orders where amount_minor <> quantity * unit_price * 100") == [
        (0,)
    ]
    assert ask("select count(*) from orders where refund_minor > amount_minor") == [(0,)]
    assert ask("select count(*) from orders where refund_minor <= 0 or amount_minor < 0") == [(0,)]
    unpaid = "status in ('unpaid', 'cancelled')"
    wrong = f"({unpaid}) <> (paid_at is null) or ({unpaid} and refund_minor is not null)"
    assert ask(f"select count(*) from orders where {wrong}") == [(0,)]
    assert ask("select count(*) from orders where refunded_at <= paid_at") == [(0,)]
    whole = """select count(*) from (select order_key, any_value(status) = 'refunded' as said,
               sum(amount_minor) > 0 and sum(amount_minor) = sum(coalesce(refund_minor, 0)) as was
               from orders group by 1) where said <> was"""
    assert ask(whole) == [(0,)]


def test_the_dirt_and_variety_of_real_exports_are_there(ask: Ask) -> None:
    for present in (
        "customer_key is null",
        "seller_key is null",
        "store_key is null",
        "line_key is null",
        "unit_price = 0",
        "freight_minor > 0",
        "refund_minor < amount_minor",
        "refund_minor = amount_minor",
        "status = 'shipped'",
    ):
        assert ask(f"select count(*) > 20 from orders where {present}") == [(True,)], present
    twice = """select count(*) > 20 from (select 1 from orders
               group by order_key, product_key, quantity, unit_price having count(*) > 1)"""
    assert ask(twice) == [(True,)]
    unlike = """select avg((o.seller_key <> f.seller_key)::int) from orders o join follows f
                on f.customer_key = o.customer_key and f.is_serving
                and o.ordered_at >= f.followed_at
                and o.ordered_at < coalesce(f.ended_at, timestamptz '9999-01-01')"""
    [(share,)] = ask(unlike)
    assert 0.02 < float(str(share)) < 0.09
    for gap in ("phone", "name", "gender", "born_on", "city", "opted_out"):
        assert ask(f"select count(*) > 100 from customers where {gap} is null") == [(True,)], gap
    assert ask("select count(*) > 100 from customers where opted_out") == [(True,)]
    assert ask(f"select count(*) > 20 from customers where born_on > date '{AS_OF}' - 6570") == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("name", "scale"), [("demo", 1.0), ("winter_chain", 0.01), ("koc_platform", 0.000_5)]
)
def test_a_fifth_of_the_sellers_makes_near_four_fifths_of_sales(name: str, scale: float) -> None:
    for seed in (1, 2, 3):
        ask = asking(simulate(profile=profile_of(name).scaled(scale), seed=seed, as_of=AS_OF))
        [(share,)] = ask("""
            with sold as (select s.key, coalesce(sum(o.amount_minor), 0) as amount
                from sellers s left join orders o on o.seller_key = s.key
                and o.status not in ('unpaid', 'cancelled') group by 1),
            placed as (select amount, ntile(5) over (order by amount desc) as fifth from sold)
            select sum(amount) filter (fifth = 1) / sum(amount) from placed""")
        assert 0.75 <= float(str(share)) <= 0.85
        fans = """select coalesce(fans, 0) from sellers left join (select seller_key,
                  count(*) as fans from follows where is_serving and ended_at is null group by 1)
                  on seller_key = key order by 1"""
        counts = [int(str(row[0])) for row in ask(fans)]
        assert counts[0] == 0
        assert counts[-1] <= 10_000
        assert counts[-1] > 8 * counts[len(counts) // 2]


def test_the_winter_chain_sells_in_winter_and_little_at_night() -> None:
    profile = profile_of("winter_chain")
    assert profile.sellers == 10_000
    ask = asking(simulate(profile=profile.scaled(0.01), seed=5, as_of=AS_OF))
    [(night,)] = ask("""select avg((hour(ordered_at) >= 22 or hour(ordered_at) < 10)::int)
                        from (select distinct order_key, ordered_at from orders)""")
    assert 0.10 <= float(str(night)) <= 0.12
    [(winter, summer)] = ask("""
        select count(*) filter (month(ordered_at) in (11, 12, 1)),
               count(*) filter (month(ordered_at) in (5, 6, 7)) from orders""")
    assert int(str(winter)) > 20 * int(str(summer))


def test_the_koc_platform_meets_its_sellers_through_groups() -> None:
    profile = profile_of("koc_platform")
    assert (profile.customers, profile.sellers, profile.groups) == (100_000_000, 100_000, 200_000)
    ask = asking(simulate(profile=profile.scaled(0.000_2), seed=5, as_of=AS_OF))
    assert ask("select distinct kind from sellers order by 1") == [("group_leader",), ("koc",)]
    [(groups, other)] = ask("""select count(distinct account),
        count(*) filter (account not like 'group-%') from follows""")
    assert 20 <= int(str(groups)) <= 40
    assert other == 0


def test_habits_differ(demo: SimulatedBrand) -> None:
    ask = asking(demo)
    connection = duckdb.connect()
    connection.register("habits", demo.truth.habits)
    connection.register("orders", demo.orders)
    rows = connection.execute("""
        select habit, count(distinct h.customer_key), count(distinct order_key)
        from habits h left join orders o on o.customer_key = h.customer_key group by 1""")
    orders_each = {habit: orders / people for habit, people, orders in rows.fetchall()}
    assert orders_each["never"] == 0
    assert orders_each["once"] < 1.01
    assert orders_each["steady"] > 5
    assert ask("select count(*) > 2000 from customers anti join orders on key = customer_key") == [
        (True,)
    ]


def test_bad_profiles_name_the_mend() -> None:
    with pytest.raises(BadInput, match="choose one of demo"):
        profile_of("summer")
    with pytest.raises(BadInput, match="scale must be above 0"):
        profile_of("demo").scaled(0)
    with pytest.raises(BadInput, match="choose a day from"):
        simulate(
            profile=profile_of("demo").plant_market_halving(from_on=AS_OF), seed=1, as_of=AS_OF
        )
