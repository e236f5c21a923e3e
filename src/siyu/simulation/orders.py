"""Orders with their lines, prices, gifts, freight, refunds and dirt, as a shop exports them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.rooms.orders.types import ORDER_ROWS
from siyu.simulation.brand import BrandProfile
from siyu.simulation.catalogue import Catalogue
from siyu.simulation.columns import (
    DAY_SECONDS,
    BoolArray,
    FloatArray,
    IntArray,
    chosen,
    decimals_of,
    keys_of,
    moments_of,
    rows_of,
    stream,
    text_of,
    with_gaps,
)
from siyu.simulation.customers import Customers, customer_keys, seller_keys
from siyu.simulation.market import Market
from siyu.simulation.rhythms import Purchases
from siyu.simulation.sellers import Sellers

_QUANTITY: Final = ORDER_ROWS.field("quantity").type
_UNIT_PRICE: Final = ORDER_ROWS.field("unit_price").type
_STATUSES: Final = ("unpaid", "paid", "shipped", "completed", "cancelled", "refunded")
_UNPAID, _PAID, _SHIPPED, _COMPLETED, _CANCELLED, _REFUNDED = range(6)
_METHODS: Final = ("wechat_pay", "alipay", "bank_card", "cash")
_WALK_IN_SHARE: Final = 0.04
_FREE_FREIGHT_FROM_MINOR: Final = 9_900
# Evening trade: relative sales of the hours 10 to 21, and of 22 to 23 and 0 to 9.
_DAY_HOURS: Final = (4, 5, 6, 5, 5, 6, 6, 7, 8, 11, 12, 10)
_NIGHT_HOURS: Final = (9, 5, 2, 1, 0.4, 0.3, 0.3, 0.6, 1.2, 2.5, 4, 6)


@dataclass(frozen=True, slots=True)
class _Orders:
    """One order a position, in the order of time."""

    customer: IntArray
    day: IntArray
    second: IntArray
    seller: IntArray
    store: IntArray
    status: IntArray
    online: BoolArray


@dataclass(frozen=True, slots=True)
class _Lines:
    """One line a position; `order` is the position of its order."""

    order: IntArray
    product: IntArray
    quantity: IntArray
    unit_price_minor: IntArray
    is_first: BoolArray

    @property
    def amount_minor(self) -> IntArray:
        return self.quantity * self.unit_price_minor


def orders_of(
    *,
    profile: BrandProfile,
    seed: int,
    market: Market,
    catalogue: Catalogue,
    sellers: Sellers,
    customers: Customers,
    purchases: Purchases,
) -> pa.Table:
    """Return ORDER_ROWS, sorted by order key and row; keys rise with time."""
    orders = _heads(profile, stream(seed, "orders"), market, sellers, customers, purchases)
    lines = _lines(stream(seed, "lines"), market, catalogue, orders)
    return _table(stream(seed, "payments"), market, catalogue, orders, lines)


def _heads(
    profile: BrandProfile,
    rng: np.random.Generator,
    market: Market,
    sellers: Sellers,
    customers: Customers,
    purchases: Purchases,
) -> _Orders:
    walk_ins = round(len(purchases.day) * _WALK_IN_SHARE)
    walk_in_at = market.day_at(rng.random(walk_ins) * market.elapsed[-1])
    walk_in_days = np.minimum(walk_in_at.astype(np.int64), market.days - 1)
    if profile.market_halving_from_on is not None:
        early = walk_in_days < market.day_number(profile.market_halving_from_on)
        walk_in_days = walk_in_days[early | (rng.random(walk_ins) < 0.5)]
    customer = np.concatenate([purchases.customer, np.full(len(walk_in_days), -1)])
    day = np.concatenate([purchases.day, walk_in_days])
    hour = hours_of(profile=profile, rng=rng, count=len(day))
    second = hour * 3_600 + rng.integers(0, 3_600, len(day))
    in_time = np.lexsort((customer, second, day))
    customer, day, second = customer[in_time], day[in_time], second[in_time]
    count = len(customer)
    known = np.maximum(customer, 0)
    serving = np.where(customer < 0, -1, customers.serving_at(known, day))
    stranger = rng.integers(0, profile.sellers, count)
    present = (sellers.joined_day[stranger] <= day) & (sellers.left_day[stranger] > day)
    draw = rng.random(count)
    # Most orders name the serving seller; some another one, some only the store.
    seller = np.where((draw < 0.05) & present, stranger, np.where(draw > 0.96, -1, serving))
    home = np.where(customer < 0, sellers.store[stranger], customers.store[known])
    store = np.where(seller < 0, home, sellers.store[np.maximum(seller, 0)])
    store = np.where(rng.random(count) < 0.02, -1, store)
    age = market.days - day
    draw = rng.random(count)
    status = np.select(
        [draw < 0.03, draw < 0.065, age <= 2, age <= 9],
        [_UNPAID, _CANCELLED, _PAID, _SHIPPED],
        _COMPLETED,
    )
    online = rng.random(count) < (0.95 if profile.groups else 0.4)
    return _Orders(customer, day, second, seller, store, status, online)


def hours_of(*, profile: BrandProfile, rng: np.random.Generator, count: int) -> IntArray:
    """Return local hours; 22:00 to 10:00 gets the profile's night share."""
    night = np.array(_NIGHT_HOURS) / sum(_NIGHT_HOURS) * profile.night_share
    by_day = np.array(_DAY_HOURS) / sum(_DAY_HOURS) * (1 - profile.night_share)
    share = np.concatenate([night[2:], by_day, night[:2]])
    hour: IntArray = np.searchsorted(np.cumsum(share), rng.random(count) * share.sum())
    return hour.clip(0, 23)


def _lines(
    rng: np.random.Generator, market: Market, catalogue: Catalogue, orders: _Orders
) -> _Lines:
    """Return what each order holds: usual lines, a few repeated ones, and gifts."""
    count = len(orders.customer)
    usual = np.minimum(rng.geometric(0.62, count), 8)
    order = np.repeat(np.arange(count), usual)
    months = np.array(
        [(market.first_on + timedelta(days=day)).month - 1 for day in range(market.days)]
    )
    product = _products(rng, catalogue, months[orders.day[order]], orders.customer[order])
    quantity = rng.choice([1, 2, 3, 5], len(order), p=[0.87, 0.09, 0.03, 0.01])
    off_percent = rng.choice([0, 5, 10, 12, 20, 30], count, p=[0.55, 0.1, 0.12, 0.08, 0.1, 0.05])
    price = catalogue.price_minor[product] * (100 - off_percent[order]) // 100
    # The same article scanned twice is two equal lines, and both count.
    twice = np.flatnonzero(rng.random(len(order)) < 0.012)
    gifted = np.flatnonzero(rng.random(count) < 0.04)
    gift = rng.choice(catalogue.gifts, len(gifted))
    order = np.concatenate([order, order[twice], gifted])
    product = np.concatenate([product, product[twice], gift])
    quantity = np.concatenate([quantity, quantity[twice], np.ones(len(gifted), np.int64)])
    price = np.concatenate([price, price[twice], np.zeros(len(gifted), np.int64)])
    by_order = np.argsort(order, kind="stable")
    order = order[by_order]
    is_first = np.concatenate([[True], order[1:] != order[:-1]]) if len(order) else order > 0
    return _Lines(order, product[by_order], quantity[by_order], price[by_order], is_first)


def _products(
    rng: np.random.Generator, catalogue: Catalogue, month: IntArray, customer: IntArray
) -> IntArray:
    """Return products by the month's demand; a customer leans to two favourite categories."""
    product = np.empty(len(month), np.int64)
    for one in range(12):
        rows = np.flatnonzero(month == one)
        for attempt in range(2):
            share = np.cumsum(catalogue.month_shares[one])
            drawn = np.searchsorted(share, rng.random(len(rows)) * share[-1], side="right")
            product[rows] = np.minimum(drawn, len(share) - 1)
            if attempt == 0:
                # Who drew outside the favourites draws once more, half of the time.
                favourite = customer[rows] % catalogue.category_count
                near = (catalogue.category[product[rows]] - favourite) % catalogue.category_count
                rows = rows[(near > 1) & (rng.random(len(rows)) < 0.5)]
    return product


def _refunds(
    rng: np.random.Generator, market: Market, orders: _Orders, lines: _Lines
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return fen given back by line, the second of it (both NaN: none), and final statuses."""
    status = orders.status.copy()
    sold = (status == _COMPLETED) | (status == _SHIPPED)
    whole = sold & (rng.random(len(status)) < 0.02)
    amount = lines.amount_minor
    some = sold[lines.order] & (rng.random(len(amount)) < 0.035)
    part = some & (rng.random(len(amount)) < 0.35)
    given = np.where(part, np.floor(amount * rng.uniform(0.1, 0.9, len(amount))), amount)
    days_later = rng.integers(1, 15, len(status))[lines.order]
    at = (orders.day[lines.order] + days_later) * DAY_SECONDS + rng.integers(
        9 * 3_600, 21 * 3_600, len(amount)
    )
    happened = (some | whole[lines.order]) & (at < market.days * DAY_SECONDS) & (amount > 0)
    given = np.where(whole[lines.order], amount, given)
    happened &= given > 0
    back = np.bincount(lines.order, np.where(happened, given, 0), len(status))
    total = np.bincount(lines.order, amount, len(status))
    status[(total > 0) & (back == total)] = _REFUNDED
    return np.where(happened, given, np.nan), np.where(happened, at, np.nan), status


def _table(
    rng: np.random.Generator,
    market: Market,
    catalogue: Catalogue,
    orders: _Orders,
    lines: _Lines,
) -> pa.Table:
    """Return ORDER_ROWS of the orders and their lines."""
    refund, refunded_at, status = _refunds(rng, market, orders, lines)
    count, of = len(orders.customer), lines.order
    keys = _order_keys(market.first_on, orders.day)
    placed = orders.day * DAY_SECONDS + orders.second
    was_paid = (status != _UNPAID) & (status != _CANCELLED)
    paid = np.where(was_paid, placed + rng.integers(5, 900, count), np.nan)
    method = np.where(was_paid, rng.choice(4, count, p=[0.66, 0.22, 0.09, 0.03]), -1)
    goods = np.bincount(of, lines.amount_minor, count)
    carried = orders.online & (goods < _FREE_FREIGHT_FROM_MINOR) & (goods > 0)
    freight = np.where(carried, rng.choice([600, 800, 1_000, 1_200], count), 0)
    number = np.arange(len(of)) - np.flatnonzero(lines.is_first)[np.cumsum(lines.is_first) - 1]
    line_keys = pc.binary_join_element_wise(keys.take(pa.array(of)), text_of(number + 1), "-")
    # Tills of some stores export no line ids.
    without_ids = (orders.store[of] % 5 == 4) & ~orders.online[of]
    product = pa.array(lines.product)
    goods_table = catalogue.table
    return pa.table(
        [
            rows_of(len(of)),
            keys.take(pa.array(of)),
            with_gaps(line_keys, without_ids),
            pa.array(np.zeros(len(of), np.bool_)),
            customer_keys(orders.customer[of]),
            seller_keys(orders.seller[of]),
            keys_of("M", np.where(orders.store[of] < 0, -1, orders.store[of] + 1), 4),
            goods_table["key"].combine_chunks().take(product),
            goods_table["name"].combine_chunks().take(product),
            goods_table["category"].combine_chunks().take(product),
            goods_table["brand"].combine_chunks().take(product),
            chosen(_STATUSES, status[of]),
            moments_of(market.first_on, placed[of]),
            moments_of(market.first_on, paid[of]),
            decimals_of(lines.quantity * 1_000, _QUANTITY),
            decimals_of(lines.unit_price_minor * 10_000, _UNIT_PRICE),
            pa.array(lines.amount_minor),
            pa.array(np.where(lines.is_first, freight[of], 0).astype(np.int64)),
            pa.array(np.nan_to_num(refund).astype(np.int64), mask=np.isnan(refund)),
            moments_of(market.first_on, refunded_at),
            chosen(_METHODS, method[of]),
        ],
        schema=ORDER_ROWS,
    )


def _order_keys(first_on: date, day: IntArray) -> pa.Array:
    """Return keys such as D20250301-00000017, which rise in the order of the positions."""
    last = int(day.max(initial=0))
    stamps = [(first_on + timedelta(days=number)).strftime("D%Y%m%d") for number in range(last + 1)]
    return pc.binary_join_element_wise(
        chosen(stamps, day), keys_of("", np.arange(1, len(day) + 1), 8), "-"
    )
