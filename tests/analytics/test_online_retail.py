"""The published figures of a real shop: 541,909 lines of 2010 and 2011."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from statistics import mean, median

import duckdb
import pyarrow as pa
import pytest

from siyu.analytics.engine import Engine, table
from siyu.analytics.sources import FACTS
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.test_metrics import measured

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SIYU_SHARED", ROOT.parent / "shared"))
FILE = SHARED / "data" / "online_retail" / "online_retail_2010_2011.parquet"
AS_OF = date(2011, 12, 10)

pytestmark = [
    pytest.mark.bar,
    pytest.mark.skipif(not FILE.exists(), reason=f"the outside data is not at {FILE}"),
]

# Invoices whose number starts with C, and stock taken off the shelf, have quantity <= 0.
_LINES = """
    SELECT row_number() OVER () AS line_id, dense_rank() OVER (ORDER BY InvoiceNo) AS order_id,
        CustomerID::BIGINT AS customer_id, NULL AS product_id, NULL AS seller_id,
        NULL AS unit_id, InvoiceDate::DATE AS business_on, hour(InvoiceDate) AS local_hour,
        Quantity * 1000 AS quantity_milli,
        round(Quantity * UnitPrice::DECIMAL(18, 3), 2) * 100 AS amount_minor,
        0 AS freight_minor, UnitPrice = 0 AS is_gift, true AS is_paid, false AS is_void,
        1 AS stamp
    FROM read_parquet(?) WHERE Quantity > 0 AND UnitPrice >= 0
"""


def lines() -> pa.Table:
    typed = ", ".join(f'"{name}"' for name in FACTS["order_lines"])
    with duckdb.connect() as connection:
        rows = connection.sql(f"SELECT {typed} FROM ({_LINES})", params=[str(FILE)])
        return rows.to_arrow_table().cast(FACTS["order_lines"].to_pyarrow())


@pytest.fixture(scope="module")
def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(engine, tmp_path_factory.mktemp("shop"))
    sold = lines()
    known = [key for key in set(sold["customer_id"].to_pylist()) if key is not None]
    warehouse.load({"order_lines": sold, "customers": [{"customer_id": key} for key in known]})
    for name in ("customers_mart", "cohorts", "returns"):
        warehouse.run(name, as_of=AS_OF)
    return warehouse


def test_the_whole_period(shop: Warehouse) -> None:
    row = measured(shop, date(2010, 12, 1), date(2011, 12, 9))
    assert row["lines_identified"] == 397_884
    assert row["gmv_identified_minor"] == 891_140_790
    assert (row["buyers"], row["orders"]) == (4_338, 18_532)
    assert (row["new_buyers"], row["gmv_returning_minor"]) == (4_338, 0)


def test_november_2011(shop: Warehouse) -> None:
    row = measured(shop, date(2011, 11, 1), date(2011, 11, 30))
    assert row["gmv_minor"] == 150_949_633
    assert row["gmv_identified_minor"] == 116_181_738
    assert row["gmv_new_minor"] == 13_659_212
    assert row["gmv_returning_minor"] == 102_522_526
    assert (row["buyers"], row["orders"]) == (1_664, 2_657)


def test_recency_frequency_and_spend(shop: Warehouse) -> None:
    rows = by_id(shop.engine.query(expression=table("customers_mart")))
    buyers = [row for row in rows.values() if row["orders"]]
    assert len(buyers) == 4_338
    assert round(mean(row["recency_days"] for row in buyers), 4) == 92.0595
    assert round(mean(row["orders"] for row in buyers), 4) == 4.2720
    assert round(mean(row["spend_minor"] for row in buyers) / 100, 4) == 2054.2665
    assert median(row["recency_days"] for row in buyers) == 50
    assert median(row["orders"] for row in buyers) == 2
    assert median(row["spend_minor"] for row in buyers) / 100 == 674.485
    spend = {customer: rows[customer]["spend_minor"] for customer in (14646, 18102, 17450)}
    assert spend == {14646: 28_020_602, 18102: 25_965_730, 17450: 19_455_079}
    assert rows[14646]["is_top"]
    assert rows[14646]["m_quintile"] == rows[14646]["f_quintile"] == 5


def test_the_first_cohort(shop: Warehouse) -> None:
    rows = shop.engine.query(expression=table("cohorts")).to_pylist()
    first = [row for row in rows if row["first_month_on"] == date(2010, 12, 1)]
    active = [row["customers"] for row in sorted(first, key=lambda row: row["month_on"])]
    assert active == [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
