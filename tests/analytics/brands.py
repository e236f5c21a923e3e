"""Simulated brands: visits drawn day by day from rates that the test knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from tests.analytics.facts import from_columns

START_ON = date(2022, 1, 1)


@dataclass
class Brand:
    """Customers with a chance to buy on each day; `groups` names the customers of each kind."""

    seed: int
    days: int
    chances: list[np.ndarray] = field(default_factory=list)
    groups: dict[str, range] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        return START_ON + timedelta(days=self.days)

    def day(self, on: date) -> int:
        return (on - START_ON).days

    def months(self) -> np.ndarray:
        return np.array([(START_ON + timedelta(days=k)).month for k in range(self.days)])

    def add(self, group: str, *, per_day: np.ndarray, shape: np.ndarray) -> None:
        """Customers whose chance on a day is their own rate times the shape of the day."""
        first = sum(len(rows) for rows in self.chances)
        self.chances.append(per_day[:, None] * shape[None, :])
        self.groups[group] = range(first + 1, first + len(per_day) + 1)

    def facts(self) -> dict[str, pa.Table]:
        """One order line a visit, of 100 to 200 yuan; one seller follows everybody."""
        random = np.random.default_rng(self.seed)
        chances = np.concatenate(self.chances)
        customer, day = np.nonzero(random.random(chances.shape) < chances)
        line = np.arange(1, len(customer) + 1)
        everyone = np.arange(1, len(chances) + 1)
        amounts = random.integers(10_000, 20_000, len(line))
        return {
            "order_lines": self._lines(line, customer + 1, day, amounts),
            "customers": from_columns("customers", {"customer_id": everyone}),
            "follows": from_columns(
                "follows",
                {
                    "follow_id": everyone,
                    "customer_id": everyone,
                    "seller_id": np.ones(len(everyone), dtype=np.int64),
                },
            ),
        }

    def _lines(self, line: Any, customer: Any, day: Any, amounts: Any) -> pa.Table:
        return from_columns(
            "order_lines",
            {
                "line_id": line,
                "order_id": line,
                "customer_id": customer,
                "product_id": np.ones(len(line), dtype=np.int64),
                "business_on": np.datetime64(START_ON) + day,
                "amount_minor": amounts,
            },
        )


def share(states: dict[int, str], group: range, state: str) -> float:
    """The part of a group's customers that are in a state."""
    return sum(states.get(customer) == state for customer in group) / len(group)
