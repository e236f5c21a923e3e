"""Order lines, refunds and credits as warehouse facts, for benchmark sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from siyu.simulation.catalogue import Catalogue
from siyu.simulation.columns import (
    BoolArray,
    FloatArray,
    IntArray,
    chosen,
    dates_of,
    ids_of,
    with_gaps,
)
from siyu.simulation.orders import hours_of
from siyu.simulation.warehouse_chunks import CHUNK_IDS, Chunk, Plan, customer_ids, stamps_of
from siyu.simulation.warehouse_schemas import FACT_SCHEMAS

_MOST_LINES: Final = 2_000
_LINES_TAIL: Final = 2.0


@dataclass(frozen=True, slots=True)
class Lines:
    """One line a position, sorted by day.

    `customer` and `order` are positions in the chunk, `serving` and `own` numbers of sellers or
    -1, `unit` the number of the order's store.
    """

    customer: IntArray
    order: IntArray
    day: IntArray
    hour: IntArray
    serving: IntArray
    own: IntArray
    unit: IntArray
    is_paid: BoolArray
    product: IntArray
    quantity: IntArray
    amount_minor: IntArray


def lines_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, start: FloatArray, seller: IntArray
) -> Lines:
    """Return who bought what and when: two lines or more a buyer, with the tail of a power law.

    `start` is the share of the history passed when each customer came, `seller` who serves them.
    """
    buyer = np.concatenate([np.arange(chunk.buyers), np.arange(chunk.known, len(start))])
    order, owner, day = _orders(plan, rng, buyer, start)
    customer = buyer[owner]
    count = len(customer)
    draw, stranger = rng.random(count), plan.sellers.drawn(rng, count)
    serving = seller[customer]
    own = np.where(draw < 0.04, stranger, np.where(draw > 0.95, -1, serving))
    unit = plan.sellers.unit_number(np.where(own >= 0, own, stranger))
    hour = hours_of(profile=plan.profile, rng=rng, count=count)
    product, price_minor = _sold(plan.catalogue, rng, len(order))
    quantity = np.where(rng.random(len(order)) < 0.88, 1, 2)
    return Lines(
        customer=customer[order],
        order=order,
        day=day[order],
        hour=hour[order],
        serving=serving[order],
        own=own[order],
        unit=unit[order],
        is_paid=(rng.random(count) > 0.035)[order],
        product=product,
        quantity=quantity,
        amount_minor=price_minor * quantity,
    )


def _orders(
    plan: Plan, rng: np.random.Generator, buyer: IntArray, start: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return each line's order, sorted by day, and each order's buyer (a position) and day."""
    tail = np.floor((1 - rng.random(len(buyer))) ** (-1 / _LINES_TAIL))
    lines = 1 + np.minimum(tail, _MOST_LINES).astype(np.int64)
    ends = np.cumsum(lines)
    opens = rng.random(int(ends[-1])) < 0.7
    opens[ends - lines] = True
    order = np.cumsum(opens) - 1
    orders_before = order[ends - lines]
    orders = order[ends - 1] - orders_before + 1
    owner = np.repeat(np.arange(len(buyer)), orders)
    rank = np.arange(len(owner)) - orders_before[owner]
    passed = (rank + rng.random(len(owner))) / orders[owner]
    begin, pace = start[buyer][owner], rng.uniform(0.15, 1.0, len(buyer))[owner]
    at = (begin + (1 - begin) * pace * passed) * plan.market.elapsed[-1]
    day = np.minimum(np.floor(plan.market.day_at(at)), plan.market.days - 1).astype(np.int16)
    # Small integers are sorted by radix, in a fifth of the time.
    by_day = np.argsort(day[order], kind="stable")
    return order[by_day], owner, day.astype(np.int64)


def _sold(catalogue: Catalogue, rng: np.random.Generator, count: int) -> tuple[IntArray, IntArray]:
    """Return a product and the fen of one piece for each line; one in fifty is a gift."""
    share = np.cumsum(catalogue.month_shares.mean(axis=0))
    drawn = np.searchsorted(share, rng.random(count) * share[-1], side="right")
    product = np.minimum(drawn, len(share) - 1)
    percent = np.array([100, 100, 100, 95, 90, 80])[rng.integers(0, 6, count)]
    amount = catalogue.price_minor[product] * percent // 100
    return product, np.where(rng.random(count) < 0.02, 0, amount)


def _line_ids(chunk: Chunk, count: int) -> pa.Array:
    return ids_of(chunk.number * CHUNK_IDS + np.arange(count))


def _seller_ids(seller: IntArray) -> pa.Array:
    return with_gaps(ids_of(np.maximum(seller, 0)), seller < 0)


def order_lines_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, lines: Lines
) -> tuple[pa.Table, IntArray]:
    """Return the order lines and their days."""
    count = len(lines.day)
    table = pa.table(
        [
            _line_ids(chunk, count),
            ids_of(chunk.number * CHUNK_IDS + lines.order),
            customer_ids(chunk, lines.customer),
            pa.array(lines.product + 1),
            _seller_ids(lines.own),
            ids_of(lines.unit),
            dates_of(plan.market.first_on, lines.day),
            pa.array(lines.hour.astype(np.int32)),
            pa.array(lines.quantity * 1_000),
            pa.array(lines.amount_minor),
            pa.array(np.where(rng.random(count) < 0.08, 800, 0)),
            pa.array(lines.amount_minor == 0),
            pa.array(lines.is_paid),
            pa.array(np.zeros(count, np.bool_)),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["order_lines"],
    )
    return table, lines.day


def credits_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, lines: Lines
) -> tuple[pa.Table, IntArray]:
    """Return each line's credit (the serving seller, else the order's own, else its store)."""
    count = len(lines.day)
    credited = np.where(lines.serving >= 0, lines.serving, lines.own)
    basis = np.where(lines.serving >= 0, 0, np.where(lines.own >= 0, 1, 2))
    unit = plan.sellers.unit_number(np.maximum(credited, 0))
    table = pa.table(
        [
            _line_ids(chunk, count),
            _seller_ids(credited),
            ids_of(np.where(credited >= 0, unit, lines.unit)),
            chosen(["serving", "order", "store"], basis),
            dates_of(plan.market.first_on, lines.day),
            stamps_of(chunk, count),
        ],
        schema=FACT_SCHEMAS["credits"],
    )
    return table, lines.day


def refunds_of(
    *, plan: Plan, chunk: Chunk, rng: np.random.Generator, lines: Lines
) -> tuple[pa.Table, IntArray]:
    """Return refunds of one paid line in thirty, part or whole, one to fourteen days later."""
    count = len(lines.day)
    day = lines.day + rng.integers(1, 15, count)
    back = (rng.random(count) < 0.035) & lines.is_paid & (lines.amount_minor > 0)
    rows = np.flatnonzero(back & (day < plan.market.days))
    rows = rows[np.argsort(day[rows], kind="stable")]
    part = rng.random(len(rows)) < 0.3
    amount = lines.amount_minor[rows]
    table = pa.table(
        [
            _line_ids(chunk, len(rows)),
            ids_of(chunk.number * CHUNK_IDS + lines.order[rows]),
            ids_of(chunk.number * CHUNK_IDS + rows),
            customer_ids(chunk, lines.customer[rows]),
            pa.array(lines.product[rows] + 1),
            dates_of(plan.market.first_on, day[rows]),
            pa.array(np.where(part, 0, lines.quantity[rows] * 1_000)),
            pa.array(np.where(part, np.maximum(amount * 2 // 5, 1), amount)),
            stamps_of(chunk, len(rows)),
        ],
        schema=FACT_SCHEMAS["refunds"],
    )
    return table, day[rows]
