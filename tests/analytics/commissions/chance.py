"""Random net lines and random plans, by seed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from siyu.analytics.commissions import (
    NET_LINES,
    Base,
    Bonus,
    Depends,
    Event,
    Ids,
    Limit,
    Measure,
    Payee,
    Period,
    Plan,
    Rate,
    Share,
    Step,
)

FIRST = date(2026, 1, 20)
DAYS = 50
IDS = Ids(
    products={f"P{number}": number for number in range(1, 41)},
    brands={f"B{number}": number for number in range(1, 9)},
    categories={f"C{number}": number for number in range(1, 6)},
    units={"north": (1, 2, 3), "south": (4, 5), "store6": (6,)},
)
LEVELS = ("new", "silver", "gold")
KINDS = ("guide", "shopkeeper", "koc", "group_leader")
CHANNELS = ("shop", "live", "wechat")
TASKS = ("call_back", "visit")
CLOCKS = ("00:00", "06:30", "10:00", "12:00", "22:00", "23:59")
NOBODY = 0.1


def random_lines(number: int, seed: int) -> pa.Table:
    """So many lines; orders have one to four lines of one day and one seller."""
    chance = Random(seed)
    rows: list[dict[str, Any]] = []
    order = 0
    while len(rows) < number:
        order += 1
        head = _head(chance, order)
        rows += [
            head | _line(chance, head, len(rows) + place + 1)
            for place in range(chance.choice((1, 1, 2, 4)))
        ]
    return pa.Table.from_pylist(rows[:number], schema=NET_LINES.to_pyarrow())


def _head(chance: Random, order: int) -> dict[str, Any]:
    sellers = 60
    known = {
        name: None if chance.random() < NOBODY else chance.randrange(1, sellers)
        for name in ("seller_id", "server_id", "dealer_id", *(f"above_{n}_id" for n in range(2, 6)))
    }
    return known | {
        "order_id": order,
        "event": chance.choices(("sale", "task", "recruit", "sharing"), (20, 2, 1, 1))[0],
        "business_on": FIRST + timedelta(days=chance.randrange(DAYS)),
        "local_minute": chance.choice((0, 389, 390, 599, 600, 1319, 1320, chance.randrange(1440))),
        "store_id": chance.randrange(1, 8),
        "unit_id": chance.choice((None, *range(1, 8))),
        "channel": chance.choice((None, *CHANNELS)),
        "task": chance.choice((None, *TASKS)),
        "level": chance.choice((None, *LEVELS)),
        "kind": chance.choice(KINDS),
    }


def _line(chance: Random, head: dict[str, Any], number: int) -> dict[str, Any]:
    paid = chance.choice((0, 1, 50, chance.randrange(100_000), chance.randrange(10**9)))
    if chance.random() < NOBODY:
        paid = -paid
    return {
        "line_id": number,
        "product_id": chance.randrange(1, 41),
        "brand_id": chance.choice((None, *range(1, 9))),
        "category_id": chance.choice((None, *range(1, 6))),
        "quantity_milli": chance.choice((1000, 2000, 500, 0, -1000, chance.randrange(10_000))),
        "paid_minor": paid,
        "margin_minor": paid * chance.randrange(-2, 7) // 10,
        "alliance_minor": abs(paid) // 20,
    }


def random_plan(seed: int) -> Plan:
    """A plan of one to five shares and up to two bonuses, with everything that a plan can say."""
    chance = Random(seed)
    return Plan(
        name=f"plan {seed}",
        from_on=FIRST + timedelta(days=chance.choice((0, 0, 7))),
        until_on=chance.choice((None, FIRST + timedelta(days=40))),
        shares=tuple(_share(chance, number) for number in range(chance.randrange(1, 6))),
        bonuses=tuple(_bonus(chance, number) for number in range(chance.randrange(3))),
    )


def _share(chance: Random, number: int) -> Share:
    on = chance.choices(tuple(Event), (8, 1, 1, 1))[0]
    of = chance.choice(tuple(Base)) if on is Event.SALE else Base.PIECE
    periods = chance.sample((Period.LINE, Period.ORDER, Period.MONTH), chance.randrange(4))
    return Share(
        name=f"share {number}",
        to=chance.choice(tuple(Payee)),
        depth=chance.randrange(2, 6),
        on=on,
        of=of,
        rates=tuple(_rate(chance, of) for _ in range(chance.randrange(1, 5))),
        limits=tuple(_limit(chance, period) for period in periods),
    )


def _rate(chance: Random, of: Base) -> Rate:
    only = vars_of(_depends(chance))
    if of is Base.PIECE:
        return Rate(amount=Decimal(chance.randrange(3000)) / 100, **only)
    return Rate(percent=Decimal(chance.choice((0, 1, 250, 1300, 33_333))) / 10_000 * 10, **only)


def vars_of(only: Depends) -> dict[str, Any]:
    return {name: getattr(only, name) for name in Depends.__struct_fields__}


def _depends(chance: Random) -> Depends:
    def some(*values: str) -> tuple[str, ...]:
        if chance.random() < 0.75:
            return ()
        return tuple(chance.sample(values, chance.randrange(1, len(values) + 1)))

    asked: dict[str, Any] = {}
    if chance.random() < 0.3:
        asked["from_time"], asked["until_time"] = chance.sample(CLOCKS, 2)
    if chance.random() < 0.2:
        asked["from_on"] = FIRST + timedelta(days=chance.randrange(DAYS))
    if chance.random() < 0.2:
        asked["until_on"] = FIRST + timedelta(days=chance.randrange(DAYS))
    return Depends(
        products=some(*IDS.products),
        brands=some(*IDS.brands),
        categories=some(*IDS.categories),
        levels=some(*LEVELS),
        kinds=some(*KINDS),
        channels=some(*CHANNELS),
        units=some(*IDS.units),
        tasks=some(*TASKS),
        **asked,
    )


def _limit(chance: Random, period: Period) -> Limit:
    least, most = sorted((chance.randrange(1_000_000), chance.randrange(10_000_000)))
    bounds = chance.choice(({"least": least}, {"most": most}, {"least": least, "most": most}))
    return Limit(per=period, **{name: Decimal(value) / 100 for name, value in bounds.items()})


def _bonus(chance: Random, number: int) -> Bonus:
    measure = chance.choice(tuple(Measure))
    sums = sorted(chance.sample(range(1, 30), chance.randrange(1, 4)))
    times = 100_000 if measure is Measure.PAID else 1
    steps = [
        Step(at=Decimal(at * times), percent=Decimal(number + place + 1) / 4)
        if measure is Measure.PAID and chance.random() < 0.5
        else Step(at=Decimal(at * times), amount=Decimal(chance.randrange(1, 100_000)) / 100)
        for place, at in enumerate(sums)
    ]
    depth = chance.choice((0, 0, 2))
    return Bonus(
        name=f"bonus {number}",
        to=Payee.SELLER if depth else chance.choice((Payee.SELLER, Payee.STORE)),
        measure=measure,
        per=chance.choice((Period.MONTH, Period.CAMPAIGN)),
        team_depth=depth,
        only=_depends(chance),
        steps=tuple(steps),
    )
