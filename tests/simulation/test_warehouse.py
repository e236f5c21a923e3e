"""The warehouse written for benchmarks holds whole facts with the promised skew."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from pyarrow import parquet

from siyu.simulation import warehouse
from siyu.simulation.brand import profile_of
from siyu.simulation.warehouse import write_warehouse
from siyu.simulation.warehouse_schemas import FACT_SCHEMAS

AS_OF = date(2025, 6, 1)
BUYERS = 9_000
Ask = Callable[[str], list[tuple[object, ...]]]


def written(directory: Path, seed: int = 1) -> dict[str, list[Path]]:
    return write_warehouse(
        profile=profile_of("demo"), seed=seed, customers=BUYERS, directory=directory, as_of=AS_OF
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    # Three stretches, so that what crosses their borders is tested too.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse, "_CHUNK_CUSTOMERS", 3_500)
        return written(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def ask(files: dict[str, list[Path]]) -> Ask:
    connection = duckdb.connect()
    for fact, paths in files.items():
        connection.read_parquet([str(path) for path in paths]).create_view(fact)
    return lambda sql: connection.execute(sql).fetchall()


def test_every_file_has_the_declared_types(files: dict[str, list[Path]]) -> None:
    assert set(files) == set(FACT_SCHEMAS)
    for fact, paths in files.items():
        assert paths
        for path in paths:
            assert parquet.read_schema(path).equals(FACT_SCHEMAS[fact])


def test_equal_seeds_write_equal_facts(tmp_path: Path) -> None:
    first, again, other = (
        written(tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    for fact, paths in first.items():
        here = [parquet.read_table(path) for path in paths]
        assert here == [parquet.read_table(path) for path in again[fact]]
    lines = [parquet.read_table(one["order_lines"][0]) for one in (first, other)]
    assert lines[0] != lines[1]


def test_every_buyer_has_two_lines_or_more_and_few_have_many(ask: Ask) -> None:
    [(buyers, least, mean, most)] = ask("""
        select count(*), min(lines), avg(lines), max(lines) from (select count(*) as lines
        from order_lines where customer_id is not null group by customer_id)""")
    assert (buyers, least) == (BUYERS, 2)
    assert 2.3 < float(str(mean)) < 3.0
    assert int(str(most)) > 20
    assert ask("select count(*) from customers") == [(BUYERS + BUYERS // 10,)]


def test_facts_are_whole(ask: Ask) -> None:
    for fact, key in (
        ("order_lines", "line_id"),
        ("credits", "line_id"),
        ("refunds", "refund_id"),
        ("follows", "follow_id"),
        ("communities", "community_id"),
        ("customers", "customer_id"),
        ("contacts", "task_id"),
        ("assignments", "assignment_id"),
    ):
        assert ask(f"select count(*) - count(distinct {key}) from {fact}") == [(0,)]
    for child, key, parent in (
        ("order_lines", "customer_id", "customers"),
        ("order_lines", "seller_id", "sellers"),
        ("order_lines", "product_id", "products"),
        ("order_lines", "unit_id", "unit_ancestors"),
        ("credits", "line_id", "order_lines"),
        ("order_lines", "line_id", "credits"),
        ("credits", "seller_id", "sellers"),
        ("follows", "customer_id", "customers"),
        ("follows", "seller_id", "sellers"),
        ("communities", "seller_id", "sellers"),
        ("contacts", "customer_id", "customers"),
        ("assignments", "customer_id", "customers"),
        ("customer_tags", "customer_id", "customers"),
        ("customer_tags", "tag_id", "tags"),
        ("products", "category_id", "categories"),
    ):
        lost = (
            f"select {key} from {child} where {key} is not null except select {key} from {parent}"
        )
        assert ask(lost) == []
    assert ask("select count(*) from order_lines where customer_id is null") != [(0,)]


def test_refunds_belong_to_earlier_paid_lines(ask: Ask) -> None:
    wrong = """select count(*) from refunds r left join order_lines l using (line_id)
               where l.line_id is null or not l.is_paid or r.amount_minor > l.amount_minor
               or r.amount_minor <= 0 or r.business_on <= l.business_on
               or r.customer_id is distinct from l.customer_id or r.order_id <> l.order_id"""
    assert ask(wrong) == [(0,)]
    assert ask("select count(*) > 300 from refunds") == [(True,)]


def test_an_order_is_one_persons_on_one_day(ask: Ask) -> None:
    mixed = """select count(*) from (select order_id from order_lines group by 1
               having count(distinct customer_id) > 1 or count(distinct business_on) > 1
               or count(distinct seller_id) > 1 or count(distinct is_paid) > 1)"""
    assert ask(mixed) == [(0,)]


def test_nobody_is_served_twice_at_once(ask: Ask) -> None:
    overlap = """
        select count(*) from follows a join follows b
        on a.customer_id = b.customer_id and a.follow_id < b.follow_id
        and a.followed_on < coalesce(b.ended_on, date '9999-01-01')
        and b.followed_on < coalesce(a.ended_on, date '9999-01-01')
        where a.is_serving and b.is_serving"""
    assert ask(overlap) == [(0,)]
    assert ask("select count(*) from follows where ended_on <= followed_on") == [(0,)]
