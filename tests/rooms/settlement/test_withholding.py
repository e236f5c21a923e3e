"""Tax withheld: the published vectors to the fen, and what must hold for any amount."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.foundation.errors import BadInput
from siyu.rooms.settlement.rules import (
    cumulative_tax,
    gross_of,
    non_resident_tax,
    per_payment_tax,
    sales_tax,
)
from siyu.rooms.settlement.types import GapPolicy, PaidMonth, SalesTax

VECTORS = Path(__file__).parents[4] / "shared" / "facts" / "withholding_vectors.json"
THRESHOLD = 10_000_000
FEN = st.integers(0, 30_000_000)


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def withheld_by_month(
    incomes: list[int | None], policy: GapPolicy = GapPolicy.LITERAL
) -> list[int | None]:
    """Month after month from January; none is a month without pay."""
    before: list[PaidMonth] = []
    found: list[int | None] = []
    for month, income in enumerate(incomes, 1):
        if income is None:
            found.append(None)
            continue
        tax = cumulative_tax(month=month, income_fen=income, before=before, gap_policy=policy)
        before.append(PaidMonth(month=month, income_fen=income, withheld_fen=tax))
        found.append(tax)
    return found


def amounts(listed: list[str | None]) -> list[int | None]:
    return [None if each is None else fen(each) for each in listed]


def answered(vector: dict[str, Any]) -> Any:
    given_, mode = vector["in_"], vector["mode"]
    if "payments" in given_:
        sums = [sum(map(fen, given_["payments"][: n + 1])) for n in range(len(given_["payments"]))]
        due = [per_payment_tax(each) for each in sums]
        steps = [later - earlier for earlier, later in zip([0, *due], due, strict=False)]
        return {"withheld": steps, "month_total": due[-1]}
    if "net" in given_:
        gross = gross_of(fen(given_["net"]))
        return {"gross": gross, "tax": per_payment_tax(gross)}
    if "gross" in given_:
        parts = sales_tax(gross_fen=fen(given_["gross"]), threshold_fen=THRESHOLD)
        pit = cumulative_tax(month=1, income_fen=parts.income_fen, before=[])
        net = fen(given_["gross"]) - parts.vat_fen - parts.surcharge_fen - pit
        return {
            "pit_base": parts.income_fen,
            "vat": parts.vat_fen,
            "surcharge": parts.surcharge_fen,
            "pit": pit,
            "net": net,
        }
    if "months" in given_:
        policies = {name: GapPolicy(name) for name in vector["out"] if name != "withheld"}
        listed = amounts(given_["months"])
        return {
            name: withheld_by_month(listed, policies.get(name, GapPolicy.LITERAL))
            for name in vector["out"]
        }
    tax = non_resident_tax if mode.startswith("C") else per_payment_tax
    return {"tax": tax(fen(given_["income"]))}


def told(out: dict[str, Any]) -> dict[str, Any]:
    return {
        name: amounts(value) if isinstance(value, list) else fen(value)
        for name, value in out.items()
    }


@pytest.mark.skipif(not VECTORS.exists(), reason="the vectors lie outside the project")
def test_every_published_vector_is_met_to_the_fen():
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert {each["id"]: answered(each) for each in vectors} == {
        each["id"]: told(each["out"]) for each in vectors
    }
    assert len(vectors) == 14


@pytest.mark.parametrize(
    ("yuan", "tax"),
    [
        ("0", "0"),
        ("800", "0"),
        ("800.02", "0"),
        ("800.03", "0.01"),
        ("4000", "640"),
        ("25000", "4000"),
        ("25000.01", "4000"),
        ("62500", "13000"),
        ("62500.10", "13000.03"),
    ],
)
def test_payments_at_the_edges_of_bands(yuan: str, tax: str):
    assert per_payment_tax(fen(yuan)) == fen(tax)


@given(FEN)
def test_what_is_left_of_a_payment_never_falls_as_it_grows(income: int):
    left, more = income - per_payment_tax(income), income + 1 - per_payment_tax(income + 1)
    assert 0 <= left <= more


@given(FEN)
def test_grossing_up_leaves_the_net_to_the_fen(net: int):
    gross = gross_of(net)
    assert gross - per_payment_tax(gross) == net


MONTHS = st.lists(st.one_of(st.none(), FEN), min_size=1, max_size=12)


def plain_year(incomes: list[int]) -> int:
    """Tax on a whole year, paid every month, band by band in steps of the marginal rates."""
    base = Decimal(sum(incomes)) * 8 / 10 - 500_000 * len(incomes)
    edges = [36_000, 144_000, 300_000, 420_000, 660_000, 960_000]
    rates = [3, 10, 20, 25, 30, 35, 45]
    tax = Decimal(0)
    for low, high, rate in zip([0, *edges], [*edges, 10**12], rates, strict=True):
        within = min(base, Decimal(high * 100)) - low * 100
        tax += max(Decimal(0), within) * rate / 100
    return int((tax + Decimal("0.5")) // 1)


@given(st.lists(FEN, min_size=1, max_size=12))
def test_a_year_without_gaps_withholds_the_year_s_tax_where_it_never_fell(incomes: list[int]):
    found = [each for each in withheld_by_month(incomes) if each is not None]
    years = [plain_year(incomes[: n + 1]) for n in range(len(incomes))]
    assert sum(found) == max(years)
    assert all(each >= 0 for each in found)


@given(MONTHS)
def test_policies_agree_where_no_month_is_missing(incomes: list[int | None]):
    paid = [each for each in incomes if each is not None]
    answers = [withheld_by_month(paid, policy) for policy in GapPolicy]
    assert all(each == answers[0] for each in answers)


@given(MONTHS)
def test_more_allowances_never_withhold_more_in_all(incomes: list[int | None]):
    def whole(policy: GapPolicy) -> int:
        return sum(each or 0 for each in withheld_by_month(incomes, policy))

    assert whole(GapPolicy.CALENDAR) <= whole(GapPolicy.PAID_MONTHS) <= whole(GapPolicy.LITERAL)


@pytest.mark.parametrize(
    ("month", "before"), [(0, []), (13, []), (3, [3]), (3, [4]), (3, [2, 1]), (3, [1, 1])]
)
def test_months_out_of_order_are_refused(month: int, before: list[int]):
    paid = [PaidMonth(month=each, income_fen=1, withheld_fen=0) for each in before]
    with pytest.raises(BadInput) as refused:
        cumulative_tax(month=month, income_fen=100, before=paid)
    assert refused.value.field == "month"


def test_other_deductions_lower_the_base():
    with_, without = (
        cumulative_tax(month=1, income_fen=6_000_000, before=[], deductions_fen=each)
        for each in (100_000, 0)
    )
    assert (without, with_) == (178_000, 168_000)


@pytest.mark.parametrize(
    ("yuan", "parts"),
    [
        # Sales without VAT of 99,999.99 are below the threshold, of 100,000.00 they reach it.
        ("100999.99", SalesTax(vat_fen=0, surcharge_fen=0, income_fen=10_099_999)),
        ("101000.00", SalesTax(vat_fen=100_000, surcharge_fen=6_000, income_fen=10_000_000)),
    ],
)
def test_vat_is_due_in_full_from_the_threshold_on(yuan: str, parts: SalesTax):
    assert sales_tax(gross_fen=fen(yuan), threshold_fen=THRESHOLD) == parts
