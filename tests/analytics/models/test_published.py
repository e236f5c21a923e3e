"""Figures that others published of real data, found again by the same functions."""

from __future__ import annotations

import csv
import os
from collections import Counter
from datetime import date
from itertools import groupby
from pathlib import Path
from statistics import mean, variance

import numpy as np
import pyarrow as pa
import pytest

from siyu.analytics.models import bg_nbd, gamma_gamma
from siyu.analytics.models.readout import Arm, Difference, compare_means, compare_shares
from siyu.analytics.models.survival import LIVES, kaplan_meier, log_rank, median_of

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("SIYU_SHARED", ROOT.parent / "shared")) / "data"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the outside data is not at {DATA}")


def rows_of(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(newline="") as file:
        return list(csv.DictReader(file))


class TestCdnow:
    """Fader, Hardie and Lee (2005), table 2; weeks, calibration until 1997-09-30."""

    END = date(1997, 9, 30)

    @pytest.fixture(scope="class")
    @staticmethod
    def visits() -> list[tuple[list[date], list[float]]]:
        """Days and amounts of each customer, purchases of a day together."""
        found = []
        rows = sorted(rows_of("cdnow/cdnow_sample.csv"), key=lambda row: int(row["customer_id"]))
        for _, own in groupby(rows, key=lambda row: row["customer_id"]):
            spent: Counter[date] = Counter()
            for row in own:
                spent[date.fromisoformat(row["date"])] += float(row["amount"])
            days = sorted(spent)
            found.append((days, [spent[day] for day in days]))
        return found

    @pytest.fixture(scope="class")
    @classmethod
    def histories(cls, visits: list[tuple[list[date], list[float]]]) -> pa.Table:
        rows = []
        for days, _ in visits:
            seen = [day for day in days if day <= cls.END]
            rows.append(
                {
                    "repeats": len(seen) - 1,
                    "recency": (seen[-1] - seen[0]).days / 7,
                    "age": (cls.END - seen[0]).days / 7,
                    "customers": 1,
                }
            )
        return pa.Table.from_pylist(rows, schema=bg_nbd.HISTORIES)

    @pytest.fixture(scope="class")
    @classmethod
    def spendings(cls, visits: list[tuple[list[date], list[float]]]) -> pa.Table:
        rows = []
        for days, amounts in visits:
            again = [amounts[k] for k, day in enumerate(days) if k and day <= cls.END]
            average = mean(again) if again else 0.0
            rows.append({"repeats": len(again), "average": average, "customers": 1})
        return pa.Table.from_pylist(rows, schema=gamma_gamma.SPENDINGS)

    def test_the_counts(self, visits: list[tuple[list[date], list[float]]], histories: pa.Table):
        repeats = histories["repeats"].to_pylist()
        assert (len(visits), sum(repeats)) == (2_357, 2_457)
        assert sum(each > 0 for each in repeats) == 946
        assert sum(day > self.END for days, _ in visits for day in days) == 1_882

    def test_the_model_of_purchases(self, histories: pa.Table):
        found = bg_nbd.fit(histories=histories)
        told = (found.r, found.alpha, found.a, found.b)
        assert told == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.001)
        assert found.log_likelihood == pytest.approx(-9582.43, abs=0.05)
        one = pa.Table.from_pylist(
            [{"repeats": 2, "recency": 30.43, "age": 38.86, "customers": 1}],
            schema=bg_nbd.HISTORIES,
        )
        (expected,) = bg_nbd.expected(parameters=found, histories=one, within=39)
        assert expected == pytest.approx(1.226, abs=0.001)
        assert bg_nbd.expected_of_new(parameters=found, within=1) == pytest.approx(0.0532, abs=1e-4)
        later = bg_nbd.expected_of_new(parameters=found, within=78)
        assert later == pytest.approx(1.8576, abs=1e-3)

    def test_the_model_of_spending_and_the_value_of_a_year(
        self, histories: pa.Table, spendings: pa.Table
    ):
        money = gamma_gamma.fit(spendings=spendings)
        assert (money.p, money.q, money.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
        model = bg_nbd.fit(histories=histories)
        # The published summary rounds weeks and dollars to hundredths.
        rows = rows_of("cdnow/cdnow_customers_summary_with_transactions.csv")[:5]
        told = [[float(row[name]) for row in rows] for name in ("x", "t_x", "T", "zbar")]
        ones = [1] * len(rows)
        five = pa.Table.from_pydict(
            dict(zip(bg_nbd.HISTORIES.names, (*told[:3], ones), strict=True)),
            schema=bg_nbd.HISTORIES,
        )
        spent = pa.Table.from_pydict(
            dict(zip(gamma_gamma.SPENDINGS.names, (told[0], told[3], ones), strict=True)),
            schema=gamma_gamma.SPENDINGS,
        )
        # The published figure takes 30 units of time for a month, whatever the unit.
        reached = [
            bg_nbd.expected(parameters=model, histories=five, within=month * 30.0)
            for month in range(1, 13)
        ]
        each = np.diff([np.zeros(5), *reached], axis=0)
        worth = sum(each[k] / 1.01 ** (k + 1) for k in range(12))
        averages = gamma_gamma.expected_average(parameters=money, spendings=spent)
        published = (140.096, 18.943, 38.181, 38.181, 38.181)
        assert worth * averages == pytest.approx(published, abs=0.01)


class TestLeukemia:
    """Remission of leukemia (Freireich and others, 1963)."""

    @pytest.fixture(scope="class")
    @staticmethod
    def kinds() -> dict[str, pa.Table]:
        rows = rows_of("survival/leukemia.csv")
        return {
            kind: pa.Table.from_pylist(
                [
                    {
                        "duration": float(row["t"]),
                        "has_ended": row["status"] == "1",
                        "count": 1,
                    }
                    for row in rows
                    if row["Rx"] == kind
                ],
                schema=LIVES,
            )
            for kind in ("0", "1")
        }

    def test_the_curve(self, kinds: dict[str, pa.Table]):
        curve = kaplan_meier(lives=kinds["0"])
        assert curve["duration"].to_pylist() == [6, 7, 10, 13, 16, 22, 23]
        published = (0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482)
        assert curve["survival"].to_pylist() == pytest.approx(published, abs=5e-5)
        assert median_of(curve=curve) == 23
        assert median_of(curve=kaplan_meier(lives=kinds["1"])) == 8

    def test_the_kinds_differ(self, kinds: dict[str, pa.Table]):
        found = log_rank(kinds=kinds)
        assert found.statistic == pytest.approx(16.7929, abs=5e-5)
        assert found.p == pytest.approx(4.17e-5, rel=1e-3)


class TestHillstrom:
    """An e-mail experiment with 64,000 customers."""

    @pytest.fixture(scope="class")
    @staticmethod
    def customers() -> list[dict[str, str]]:
        return rows_of("uplift/hillstrom.csv")

    def share(self, customers: list[dict[str, str]], segment: str, outcome: str) -> Arm:
        own = [row for row in customers if row["segment"] == segment]
        return Arm.of_share(size=len(own), successes=sum(row[outcome] == "1" for row in own))

    def spend(self, customers: list[dict[str, str]], segment: str) -> Arm:
        own = [float(row["spend"]) for row in customers if row["segment"] == segment]
        return Arm(size=len(own), mean=mean(own), variance=variance(own))

    def shares(self, customers: list[dict[str, str]], segment: str, outcome: str) -> Difference:
        return compare_shares(
            treated=self.share(customers, segment, outcome),
            control=self.share(customers, "No E-Mail", outcome),
        )

    def test_the_mens_mail(self, customers: list[dict[str, str]]):
        visit = self.shares(customers, "Mens E-Mail", "visit")
        assert visit.difference == pytest.approx(0.076590, abs=5e-7)
        assert visit.statistic == pytest.approx(22.4860, abs=5e-5)
        assert (visit.low, visit.high) == pytest.approx((0.069954, 0.083226), abs=5e-7)
        bought = self.shares(customers, "Mens E-Mail", "conversion")
        assert bought.difference == pytest.approx(0.006805, abs=5e-7)
        assert bought.statistic == pytest.approx(7.3851, abs=5e-5)
        spend = compare_means(
            treated=self.spend(customers, "Mens E-Mail"),
            control=self.spend(customers, "No E-Mail"),
        )
        assert spend.difference == pytest.approx(0.769827, abs=5e-7)
        assert spend.statistic == pytest.approx(5.3001, abs=5e-5)

    def test_the_womens_mail(self, customers: list[dict[str, str]]):
        visit = self.shares(customers, "Womens E-Mail", "visit")
        assert (visit.difference, visit.statistic) == pytest.approx((0.045233, 13.9492), abs=5e-5)
        bought = self.shares(customers, "Womens E-Mail", "conversion")
        assert bought.difference == pytest.approx(0.003111, abs=5e-7)
        assert bought.statistic == pytest.approx(3.7796, abs=5e-5)
        assert bought.p == pytest.approx(1.571e-4, rel=1e-3)
        spend = compare_means(
            treated=self.spend(customers, "Womens E-Mail"),
            control=self.spend(customers, "No E-Mail"),
        )
        assert spend.difference == pytest.approx(0.424412, abs=5e-7)
        assert spend.statistic == pytest.approx(3.2564, abs=5e-5)
