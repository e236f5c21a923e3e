"""Outside files, to the published figures; skipped where the data folder is not at hand."""

import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from siyu.adapters.files.mapping import load_mapping
from siyu.adapters.files.staging import stage

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("SIYU_SHARED", ROOT.parent / "shared")) / "data"
OLIST = DATA / "olist" / "subset_2017_10k"
EXAMPLES = ROOT / "examples" / "mappings"

pytestmark = [
    pytest.mark.bar,
    pytest.mark.skipif(not DATA.is_dir(), reason="the outside data is not there (SIYU_SHARED)"),
]


def staged(name, path, directory):
    return stage(path=path, mapping=load_mapping(EXAMPLES / f"{name}.toml"), directory=directory)


def value(query, staged_file):
    return duckdb.execute(query, [str(staged_file.path)]).fetchone()


def test_online_retail(tmp_path):
    path = DATA / "online_retail" / "online_retail_2010_2011.parquet"
    found = staged("online_retail", path, tmp_path)
    assert found.rows_read == 541_909
    assert found.rejects_by_reason == {"negative_price": 2, "negative_quantity": 1336}
    assert found.rows_staged == 541_909 - 1338
    assert found.sums["sales_minor"] == 1_066_668_454
    assert found.sums["returns_minor"] == 89_681_249
    # All rows: sales, less returns, and the two rejected lines of bad debt.
    bad_debt_minor = 2 * 1_106_206
    total_minor = found.sums["sales_minor"] - found.sums["returns_minor"] - bad_debt_minor
    assert total_minor == 974_774_793
    clean = value(
        "SELECT count(*), sum(amount_minor), count(DISTINCT customer_key), "
        "count(DISTINCT order_key), sum(quantity * unit_price) FROM read_parquet(?) "
        "WHERE NOT is_return AND customer_key IS NOT NULL AND unit_price > 0",
        found,
    )
    assert clean[:4] == (397_884, 891_140_790, 4338, 18_532)
    assert abs(clean[4] - Decimal("8911407.904")) < Decimal("0.001")
    assert value("SELECT count(*) FROM read_parquet(?) WHERE unit_price = 0", found)[0] == 1179
    returns = "SELECT count(*), count(DISTINCT order_key) FROM read_parquet(?) WHERE is_return"
    assert value(returns, found) == (9288, 3836)


def test_olist(tmp_path):
    items = staged("olist_order_items", OLIST / "order_items.csv", tmp_path / "items")
    assert items.rejects_path is None
    assert (items.sums["sales_minor"], items.sums["freight_minor"]) == (138_193_676, 21_805_674)
    assert value("SELECT count(DISTINCT seller_key) FROM read_parquet(?)", items)[0] == 1207
    assert set(pq.read_table(items.path)["status"].to_pylist()) == {None}
    heads = staged("olist_orders", OLIST / "orders.csv", tmp_path / "heads")
    assert (heads.rows_staged, heads.rejects_path) == (10_000, None)
    delivered = duckdb.execute(
        "SELECT sum(amount_minor) FROM read_parquet(?) JOIN read_parquet(?) AS heads "
        "USING (order_key) WHERE heads.status = 'completed'",
        [str(items.path), str(heads.path)],
    ).fetchone()
    assert delivered[0] == 134_703_182
    unpaid = "SELECT count(*), count(paid_at) FROM read_parquet(?) WHERE status = 'unpaid'"
    assert value(unpaid, heads) == (2, 0)
    counts = {
        name: staged(name, path, tmp_path / name).rows_staged
        for name, path in {
            "olist_customers": OLIST / "customers.csv",
            "olist_products": OLIST / "products.csv",
            "olist_sellers": DATA / "olist" / "common" / "sellers.csv",
        }.items()
    }
    assert counts == {"olist_customers": 10_000, "olist_products": 6123, "olist_sellers": 3095}


def test_cdnow(tmp_path):
    found = staged("cdnow", DATA / "cdnow" / "cdnow_sample.csv", tmp_path)
    assert (found.rows_staged, found.rejects_path) == (6919, None)
    assert found.sums["sales_minor"] == 24_409_194
    counts = "SELECT count(DISTINCT customer_key), count(DISTINCT order_key) FROM read_parquet(?)"
    assert value(counts, found) == (2357, 6696)
