"""Who came back how often until a day."""

from __future__ import annotations

from datetime import date, timedelta

from siyu.analytics import marts
from siyu.analytics.engine import table
from tests.analytics.chance import AS_OF, random_facts
from tests.analytics.conftest import Warehouse, by_id
from tests.analytics.facts import fact_table
from tests.analytics.reference import sold_lines
from tests.analytics.test_customers import lines

DAY = date(2024, 1, 1)


def came_back(warehouse: Warehouse, end_on: date) -> dict[int, dict[str, object]]:
    expression = marts.repeats(sales=table("sales"), end_on=end_on)
    return by_id(warehouse.engine.query(expression=expression))


def test_visits_until_a_day_and_after_it(warehouse: Warehouse) -> None:
    day = [DAY + timedelta(days=k) for k in (0, 7, 7, 30, 31)]
    bought = [(1, on, 100 * k) for k, on in enumerate(day, 1)]
    warehouse.load({"order_lines": lines(*bought, (2, day[-1], 900))})
    warehouse.run("sales", as_of=AS_OF)
    rows = came_back(warehouse, DAY + timedelta(days=30))
    assert rows.keys() == {1}, "who first came later is not known yet"
    assert rows[1] == {
        "customer_id": 1,
        "repeats": 2,
        "recency_days": 30,
        "age_days": 30,
        "spend_minor": 200 + 300 + 400,
        "later": 1,
    }


def test_it_equals_counting_one_by_one(warehouse: Warehouse) -> None:
    facts = random_facts(5)
    warehouse.load(facts)
    warehouse.run("sales", as_of=AS_OF)
    end_on = AS_OF - timedelta(days=50)
    found = came_back(warehouse, end_on)
    complete = {name: fact_table(name, given).to_pylist() for name, given in facts.items()}
    days: dict[int, dict[date, int]] = {}
    for line in sold_lines(complete, AS_OF):
        if line["customer_id"] is not None:
            own = days.setdefault(line["customer_id"], {})
            own[line["business_on"]] = own.get(line["business_on"], 0) + line["amount_minor"]
    known = {customer: own for customer, own in days.items() if min(own) <= end_on}
    assert found.keys() == known.keys()
    for customer, own in known.items():
        first, seen = min(own), [day for day in own if day <= end_on]
        assert found[customer]["repeats"] == len(seen) - 1
        assert found[customer]["recency_days"] == (max(seen) - first).days
        assert found[customer]["age_days"] == (end_on - first).days
        assert found[customer]["spend_minor"] == sum(own[day] for day in seen if day != first)
        assert found[customer]["later"] == len(own) - len(seen)


def test_kinds_count_every_customer_once(warehouse: Warehouse) -> None:
    warehouse.load(random_facts(6))
    warehouse.run("sales", as_of=AS_OF)
    repeats = marts.repeats(sales=table("sales"), end_on=AS_OF)
    everybody = warehouse.engine.query(expression=repeats).to_pylist()
    histories = warehouse.engine.query(expression=marts.kinds_of_history(repeats)).to_pylist()
    assert sum(row["customers"] for row in histories) == len(everybody)
    assert sum(row["customers"] * row["repeats"] for row in histories) == sum(
        row["repeats"] for row in everybody
    )
    spendings = warehouse.engine.query(expression=marts.kinds_of_spending(repeats)).to_pylist()
    assert sum(row["customers"] * row["spend_minor"] for row in spendings) == sum(
        row["spend_minor"] for row in everybody
    )
