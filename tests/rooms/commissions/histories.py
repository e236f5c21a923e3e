"""Random histories of orders, refunds, corrections and follows, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from siyu.analytics.commissions import NET_LINES, Ids
from siyu.rooms.plans.rules import read_plan
from tests.analytics.commissions import plain
from tests.rooms.arrow_rows import Row
from tests.rooms.brand import Brand

STEPS = 8
_KINDS = ("guide", "shopkeeper", "koc")
_PRODUCTS = ("P1", "P2", "P3")
_DAYS = ("2026-03-01", "2026-03-14", "2026-03-31", "2026-04-01", "2026-04-15", "2026-05-02")
_CLOCKS = ("00:00", "09:59", "10:00", "22:00", "23:59")
_SOLD = ("paid", "shipped", "completed")

PLANS = (
    """
name = "spring"
from_on = 2026-03-01
[[shares]]
name = "own sales"
limits = [{ per = "order", least = 1, most = 40 }, { per = "month", most = 70 }]
rates = [
    { percent = 12.5, products = ["P1"] },
    { percent = 9, from_time = "22:00", until_time = "10:00" },
    { percent = 3.33 },
]
[[shares]]
name = "store"
to = "store"
limits = [{ per = "line", most = 5 }]
rates = [{ percent = 1, kinds = ["guide"] }]
[[bonuses]]
name = "push"
steps = [{ at = 300, amount = 8 }, { at = 900, percent = 2 }]
""",
    """
name = "summer"
from_on = 2026-04-01
allows_depth_2 = true
[[shares]]
name = "own sales"
rates = [{ percent = 7 }]
limits = [{ per = "month", least = 2 }]
[[shares]]
name = "who serves"
to = "server"
of = "piece"
rates = [{ amount = 0.35 }]
[[bonuses]]
name = "season"
per = "campaign"
measure = "orders"
only = { from_on = 2026-04-01, until_on = 2026-04-30 }
steps = [{ at = 2, amount = 5 }]
""",
)
"""The second one follows the first; products and stores are those of `prepare`."""


@dataclass
class Told:
    """One order as its source tells it: its head and its lines, by key."""

    seller: str | None
    customer: str
    at: str
    status: str
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)

    def rows(self, order_key: str) -> list[Row]:
        return [
            {
                "order_key": order_key,
                "line_key": key,
                "seller_key": self.seller,
                "customer_key": self.customer,
                "store_key": "N1",
                "ordered_at": self.at,
                "status": self.status,
                **line,
            }
            for key, line in self.lines.items()
        ]


@dataclass
class History:
    """A few orders of two sellers and what happens to them, step by step, from a seed."""

    seed: int
    orders: dict[str, Told] = field(default_factory=dict)
    follows: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)

    def sellers(self) -> tuple[Row, Row]:
        kinds = Random(self.seed).choices(_KINDS, k=2)
        return (
            {"key": f"{self.seed}a", "store_key": "N1", "kind": kinds[0]},
            {"key": f"{self.seed}b", "store_key": "N2", "kind": kinds[1]},
        )

    def step(self) -> tuple[list[Row], list[Row]]:
        """(order rows, follow rows) of the next thing that happens."""
        deed = self._chance.choice((self._sell, self._sell, self._correct, self._refund))
        if self._chance.random() < 0.15:
            return [], self._follow()
        return deed(), []

    def _sell(self) -> list[Row]:
        chance, key = self._chance, f"{self.seed}-{len(self.orders)}"
        told = Told(
            seller=chance.choice((f"{self.seed}a", f"{self.seed}b", None)),
            customer=f"{self.seed}{chance.choice('xy')}",
            at=f"{chance.choice(_DAYS)} {chance.choice(_CLOCKS)}",
            status=chance.choice(_SOLD),
        )
        for line in range(chance.randrange(1, 4)):
            told.lines[str(line)] = {
                "product_key": chance.choice(_PRODUCTS),
                "quantity": str(chance.choice((1, 2, 3))),
                "amount_minor": chance.choice((0, 1, 99, 5_000, chance.randrange(60_000))),
            }
        self.orders[key] = told
        return told.rows(key)

    def _correct(self) -> list[Row]:
        if not self.orders:
            return self._sell()
        chance = self._chance
        key = chance.choice(sorted(self.orders))
        told = self.orders[key]
        change = chance.randrange(4)
        if change == 0:
            told.status = chance.choice(("cancelled", "unpaid", *_SOLD))
        elif change == 1:
            told.seller = chance.choice((f"{self.seed}a", f"{self.seed}b", told.seller))
        elif change == 2:
            told.at = f"{chance.choice(_DAYS)} {chance.choice(_CLOCKS)}"
        else:
            line = told.lines[chance.choice(sorted(told.lines))]
            line["amount_minor"] = chance.randrange(60_000)
        return told.rows(key)

    def _refund(self) -> list[Row]:
        if not self.orders:
            return self._sell()
        chance = self._chance
        key = chance.choice(sorted(self.orders))
        told = self.orders[key]
        line = told.lines[chance.choice(sorted(told.lines))]
        part = chance.choice((1, line["amount_minor"] // 3, line["amount_minor"]))
        line |= {"refund_minor": part, "refunded_at": "2026-05-03 12:00"}
        return told.rows(key)

    def _follow(self) -> list[Row]:
        customer = f"{self.seed}{self._chance.choice('xy')}"
        if customer in self.follows:
            return []
        seller = f"{self.seed}{self._chance.choice('ab')}"
        since = f"{self._chance.choice(_DAYS)} 00:00"
        self.follows[customer] = (seller, since)
        return self.followed()[-1:]

    def followed(self) -> list[Row]:
        """The follows that were told, in their order."""
        return [
            {"customer_key": customer, "seller_key": seller, "followed_at": since}
            for customer, (seller, since) in self.follows.items()
        ]


def prepare(brand: Brand, histories: Iterable[History]) -> None:
    """The sellers, customers and products of histories."""
    histories = list(histories)
    brand.products(*({"key": key} for key in _PRODUCTS))
    brand.sellers(*(row for each in histories for row in each.sellers()))
    brand.customers(*({"key": f"{each.seed}{one}"} for each in histories for one in "xy"))


def expected(brand: Brand, histories: Iterable[History]) -> dict[int, int]:
    """What each payee gets in the end, by the plain reading of what was told last."""
    ids = {key: number for number, key in enumerate(_PRODUCTS, 1)}
    sums: dict[int, int] = defaultdict(int)
    lines = list(_net_lines(brand, histories, ids))
    texts = [read_plan(text) for text in PLANS]
    for place, plan in enumerate(texts):
        later = texts[place + 1].from_on if place + 1 < len(texts) else None
        own = [line for line in lines if later is None or line["business_on"] < later]
        for *_, payee, _, amount in plain.accruals_of(own, plan, Ids(products=ids)):
            sums[payee] += amount
    return {payee: amount for payee, amount in sums.items() if amount}


def _net_lines(
    brand: Brand, histories: Iterable[History], ids: dict[str, int]
) -> Iterator[dict[str, Any]]:
    stores = {"a": brand.store("N1"), "b": brand.store("N2")}
    numbers = iter(range(1, 10**9))
    for history in histories:
        kinds = {row["key"]: row["kind"] for row in history.sellers()}
        for order in history.orders.values():
            at = datetime.fromisoformat(order.at)
            server, since = history.follows.get(order.customer, (None, ""))
            server = server if server and since <= order.at else None
            seller = server or order.seller
            head = dict.fromkeys(NET_LINES.names) | {
                "order_id": next(numbers),
                "event": "sale",
                "business_on": at.date(),
                "local_minute": at.hour * 60 + at.minute,
                "seller_id": brand.seller(seller) if seller else None,
                "server_id": brand.seller(server) if server else None,
                "kind": kinds.get(seller or ""),
                "store_id": stores[seller[-1]] if seller else stores["a"],
                "margin_minor": 0,
                "alliance_minor": 0,
            }
            for line in order.lines.values():
                refund = line.get("refund_minor", 0)
                paid = max(0, line["amount_minor"] - refund)
                counts = order.status in _SOLD
                pieces = Decimal(line["quantity"])
                if line["amount_minor"]:
                    pieces = pieces * paid / line["amount_minor"]
                elif refund:
                    pieces = Decimal(0)
                yield head | {
                    "line_id": next(numbers),
                    "product_id": ids[line["product_key"]],
                    "quantity_milli": plain.half_up(1000 * pieces) if counts else 0,
                    "paid_minor": paid if counts else 0,
                }


def rounds(
    histories: Sequence[History], steps: int = STEPS
) -> Iterator[tuple[list[Row], list[Row]]]:
    """(order rows, follow rows) of one step of every history at a time."""
    for _ in range(steps):
        orders: list[Row] = []
        follows: list[Row] = []
        for history in histories:
            sold, followed = history.step()
            orders, follows = [*orders, *sold], [*follows, *followed]
        yield orders, follows
