"""When each customer orders: a mixture of plain habits, none of which a Siyu model assumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from siyu.simulation.brand import HABITS, BrandProfile
from siyu.simulation.columns import BoolArray, FloatArray, IntArray, stream
from siyu.simulation.market import Market

_PAY_DAYS: Final = np.array([5, 10, 15, 20, 25])
_MOST_BURST: Final = 10
_EVENT_SHARES: Final = {"none": 0.58, "slower": 0.13, "faster": 0.08, "stops": 0.12, "break": 0.09}


@dataclass(frozen=True, slots=True)
class Purchases:
    """One order a position: who (a customer's number) and on which day of the history.

    `slowed` holds the numbers of the customers whose slowing was planted.
    """

    customer: IntArray
    day: IntArray
    slowed: IntArray


def purchases_of(
    *,
    profile: BrandProfile,
    market: Market,
    seed: int,
    habit: npt.NDArray[np.int8],
    start_day: FloatArray,
    keenness: FloatArray,
) -> Purchases:
    """Return every order of every customer, sorted by customer and day.

    `start_day` is the day of registration relative to the history's first (negative: before);
    `keenness` in (0, 1) shortens the intervals of a steady customer.
    """
    customers: list[IntArray] = []
    days: list[FloatArray] = []
    steady = np.flatnonzero(habit == HABITS.index("steady"))
    who, when, slowed = _steady(
        profile, market, stream(seed, "steady"), steady, start_day, keenness
    )
    customers.append(who)
    days.append(when)
    makers = {
        "once": _once,
        "payday": _payday,
        "festival": _festival,
        "burst": _burst,
        "seasonal": _seasonal,
    }
    for name, maker in makers.items():
        members = np.flatnonzero(habit == HABITS.index(name))
        rng = stream(seed, name)
        matrix, wanted = maker(profile, market, rng, start_day[members])
        row, column = np.nonzero(wanted)
        who, when = members[row], matrix[row, column]
        if profile.market_halving_from_on is not None:
            from_day = market.day_number(profile.market_halving_from_on)
            kept = _every_second(who, when, from_day, rng)
            who, when = who[kept], when[kept]
        customers.append(who)
        days.append(when)
    customer = np.concatenate(customers)
    day = np.floor(np.concatenate(days)).astype(np.int64)
    inside = (day >= 0) & (day < market.days) & (day >= np.floor(start_day[customer]))
    customer, day = customer[inside], day[inside]
    order = np.lexsort((day, customer))
    return Purchases(customer[order], day[order], slowed)


def _steady(
    profile: BrandProfile,
    market: Market,
    rng: np.random.Generator,
    members: IntArray,
    start_day: FloatArray,
    keenness: FloatArray,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Fixed intervals with jitter on the market's clock; a life event may change the rhythm."""
    intervals = np.sort(np.array(profile.steady_interval_days, np.float64))[::-1]
    eager = np.clip(0.7 * rng.random(len(members)) + 0.3 * keenness[members], 0, 0.999)
    interval = intervals[(eager * len(intervals)).astype(np.int64)]
    begin_day = start_day[members]
    begin = np.where(
        begin_day > 0,
        market.elapsed_at(np.maximum(begin_day, 0)) + 3 * rng.random(len(members)),
        -interval * rng.random(len(members)),
    )
    event = rng.choice(len(_EVENT_SHARES), len(members), p=list(_EVENT_SHARES.values()))
    total = float(market.elapsed[-1])
    event_at = total * rng.uniform(0.25, 0.95, len(members))
    strength = rng.random(len(members))
    plant_draw = rng.random(len(members))
    who: list[IntArray] = []
    when: list[FloatArray] = []
    slowed: list[IntArray] = []
    for one in np.unique(interval):
        picked = np.flatnonzero(interval == one)
        steps = int(2 * total / one) + 3
        jitter = np.clip(rng.normal(1.0, 0.12, (len(picked), steps)), 0.4, None)
        at = begin[picked, None] + np.cumsum(one * jitter, axis=1) - one * jitter[:, :1]
        at = _after_event(at, event[picked], event_at[picked, None], strength[picked, None])
        if profile.slowing is not None:
            from_at = market.elapsed_by(profile.slowing.from_on)
            regular = (event[picked] == 0) & (((at >= 0) & (at < from_at)).sum(axis=1) >= 4)
            chosen = regular & (plant_draw[picked] < profile.slowing.share)
            slower = _stretched(at, from_at, profile.slowing.factor)
            at = np.where(chosen[:, None], slower, at)
            slowed.append(members[picked[chosen]])
        if profile.market_halving_from_on is not None:
            at = _stretched(at, market.elapsed_by(profile.market_halving_from_on), 2.0)
        row, column = np.nonzero((at >= 0) & (at < total))
        who.append(members[picked[row]])
        when.append(market.day_at(at[row, column]))
    if not who:
        return members, np.empty(0), members
    planted = np.sort(np.concatenate(slowed)) if slowed else np.empty(0, np.int64)
    return np.concatenate(who), np.concatenate(when), planted


def _stretched(at: FloatArray, from_at: float, factor: float) -> FloatArray:
    """Return the moments with all time after `from_at` made `factor` times as long."""
    return np.where(at > from_at, from_at + (at - from_at) * factor, at)


def _after_event(
    at: FloatArray, event: IntArray, event_at: FloatArray, strength: FloatArray
) -> FloatArray:
    """Return the moments with what comes after each customer's life event moved."""
    kind = event[:, None]
    passed = np.maximum(at - event_at, 0)
    factor = np.select(
        [kind == 1, kind == 2, kind == 3],
        [1.8 + 2.0 * strength, 0.45 + 0.25 * strength, np.full_like(strength, 1e6)],
        1.0,
    )
    pause = np.where((kind == 4) & (passed > 0), 70 + 110 * strength, 0.0)
    return np.where(passed > 0, event_at + passed * factor + pause, at)


def _in_season(market: Market, day: FloatArray, rng: np.random.Generator) -> BoolArray:
    """Return which calendar purchases happen: all at the season's peak, fewer away from it."""
    at = np.clip(day, 0, market.days - 1).astype(np.int64)
    return np.asarray(rng.random(day.shape) < market.season[at] / market.season.max())


def _once(
    profile: BrandProfile, market: Market, rng: np.random.Generator, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """One order soon after registering, or at any time for those who registered long ago."""
    at = np.where(
        start > 0,
        market.elapsed_at(np.maximum(start, 0)) + rng.exponential(10.0, len(start)),
        rng.random(len(start)) * market.elapsed[-1],
    )
    day = market.day_at(np.minimum(at, market.elapsed[-1]))[:, None]
    return day, at[:, None] < market.elapsed[-1]


def _payday(
    profile: BrandProfile, market: Market, rng: np.random.Generator, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Some months, within three days of the own pay day."""
    months = market.days // 30 + 1
    first = rng.choice(_PAY_DAYS, len(start))[:, None] - market.first_on.day
    day = first + 30.44 * np.arange(months)[None, :] + rng.integers(0, 3, (len(start), months))
    liking = rng.uniform(0.15, 0.75, len(start))[:, None]
    wanted = (rng.random(day.shape) < liking) & _in_season(market, day, rng)
    return day, wanted


def _festival(
    profile: BrandProfile, market: Market, rng: np.random.Generator, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Only at festivals, from two days before to one day after."""
    days = market.festival_days.astype(np.float64)[None, :]
    day = days + rng.integers(-2, 2, (len(start), len(market.festival_days)))
    liking = rng.uniform(0.2, 0.85, len(start))[:, None]
    wanted = (rng.random(day.shape) < liking) & _in_season(market, day, rng)
    return day, wanted


def _burst(
    profile: BrandProfile, market: Market, rng: np.random.Generator, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Several orders within weeks (a move, a wedding, a newborn), then none."""
    count = np.minimum(2 + rng.geometric(0.4, len(start)), _MOST_BURST)[:, None]
    at = np.where(
        start > 0,
        market.elapsed_at(np.maximum(start, 0)) + 40 * rng.random(len(start)),
        rng.random(len(start)) * market.elapsed[-1],
    )
    gaps = rng.integers(1, 10, (len(start), _MOST_BURST))
    gaps[:, 0] = 0
    day = market.day_at(np.minimum(at, market.elapsed[-1]))[:, None] + np.cumsum(gaps, axis=1)
    return day, np.arange(_MOST_BURST)[None, :] < count


def _seasonal(
    profile: BrandProfile, market: Market, rng: np.random.Generator, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """One to three orders around the own time of the year, every year."""
    years = market.days // 365 + 2
    near_peak = rng.random(len(start)) < 0.35 + 0.28 * min(profile.season_strength, 2.2)
    centre = np.where(near_peak, profile.season_peak_day, rng.choice([65, 150, 275], len(start)))
    first_year_day = market.first_on.timetuple().tm_yday
    base = (centre - first_year_day)[:, None] + 365 * np.arange(years)[None, :]
    day = np.repeat(base, 3, axis=1) + rng.normal(0, 18, (len(start), 3 * years))
    times = rng.choice([0, 1, 2, 3], (len(start), years), p=[0.12, 0.46, 0.28, 0.14])
    wanted = np.tile(np.arange(3), years)[None, :] < np.repeat(times, 3, axis=1)
    return day, wanted


def _every_second(
    who: IntArray, when: FloatArray, from_day: int, rng: np.random.Generator
) -> BoolArray:
    """Return which orders stay when each customer leaves out every second one from a day on."""
    later = np.flatnonzero(when >= from_day)
    later = later[np.lexsort((when[later], who[later]))]
    kept = np.ones(len(who), np.bool_)
    if not len(later):
        return kept
    same = np.concatenate([[False], who[later][1:] == who[later][:-1]])
    begins = np.maximum.accumulate(np.where(same, 0, np.arange(len(later))))
    # Who begins with leaving out differs by customer, else first orders would all go.
    phase = rng.integers(0, 2, len(later))[begins]
    kept[later[(np.arange(len(later)) - begins + phase) % 2 == 1]] = False
    return kept
