"""The files of a brand are what an operator may import with Siyu's own template."""

import csv
from datetime import date
from pathlib import Path

import pytest

from siyu.adapters.files.mapping import template_headings
from siyu.simulation.brand import profile_of
from siyu.simulation.files import write_files
from siyu.simulation.simulate import SimulatedBrand, simulate

AS_OF = date(2025, 6, 1)


@pytest.fixture(scope="module")
def brand() -> SimulatedBrand:
    return simulate(profile=profile_of("demo").scaled(0.02), seed=4, as_of=AS_OF)


@pytest.mark.parametrize(
    "kind", ["customers", "sellers", "products", "follows", "communities", "orders"]
)
def test_headings_and_rows(kind: str, brand: SimulatedBrand, tmp_path: Path) -> None:
    path = write_files(brand=brand, directory=tmp_path)[kind]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == template_headings(kind, "en")  # type: ignore[arg-type]
    assert len(rows) - 1 == getattr(brand, kind).num_rows
    assert {len(row) for row in rows} == {len(rows[0])}


def test_money_is_in_yuan_and_moments_are_chinese(brand: SimulatedBrand, tmp_path: Path) -> None:
    path = write_files(brand=brand, directory=tmp_path)["orders"]
    with path.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    for row, told in zip(brand.orders.to_pylist(), written, strict=True):
        assert round(float(told["amount"]) * 100) == row["amount_minor"]
        assert (told["refund"] == "") == (row["refund_minor"] is None)
        assert told["ordered_at"][:10].replace("-", "") == row["order_key"][1:9]
        assert (told["customer_key"] or None) == row["customer_key"]
