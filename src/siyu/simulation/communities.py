"""Communities of sellers: who opens them, for what, and how long they last."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from siyu.rooms.communities.types import COMMUNITY_ROWS
from siyu.simulation.brand import BrandProfile
from siyu.simulation.columns import (
    DAY_SECONDS,
    chosen,
    keys_of,
    moments_of,
    rows_of,
    stream,
)

# What a community is for, how many are for it, and how many days one lasts on average.
_THEMES: Final = ("福利群", "快闪群", "会员群")
_SHARES: Final = (0.5, 0.3, 0.2)
_LASTS_DAYS: Final = (420.0, 45.0, 900.0)
# Communities a seller by the kind of seller; one whom no kind names has as many as a guide.
_EACH: Final = {"group_leader": 6.0, "shopkeeper": 3.0, "koc": 2.5}
_EACH_GUIDE: Final = 2.0
_OPENED_HOURS: Final = (10, 21)
_SMALLEST, _LARGEST = 8, 480


def communities_of(
    *, profile: BrandProfile, seed: int, first_on: date, sellers: pa.Table
) -> pa.Table:
    """Return COMMUNITY_ROWS: communities opened within the history, in the order of opening."""
    rng = stream(seed, "communities")
    each = np.array([_EACH.get(kind, _EACH_GUIDE) for kind in sellers["kind"].to_pylist()])
    owner = np.repeat(np.arange(len(each)), rng.poisson(each))
    count = len(owner)
    theme = rng.choice(len(_THEMES), count, p=list(_SHARES))
    day = np.sort(rng.integers(0, profile.days, count))
    opened = day * DAY_SECONDS + rng.integers(*_OPENED_HOURS, count) * 3_600
    ended = opened + rng.exponential(np.array(_LASTS_DAYS)[theme]) * DAY_SECONDS
    ended = np.where(ended < profile.days * DAY_SECONDS, np.floor(ended), np.nan)
    numbers = np.arange(1, count + 1)
    own = rng.permutation(owner)
    names = pa.array(
        [f"{_THEMES[kind]}{number}" for kind, number in zip(theme, numbers, strict=True)]
    )
    return pa.table(
        [
            rows_of(count),
            keys_of("Q", numbers, 6),
            names.cast(pa.string()),
            sellers["key"].combine_chunks().take(pa.array(own)),
            chosen(_THEMES, theme),
            moments_of(first_on, opened.astype(np.float64)),
            moments_of(first_on, ended),
            pa.array(rng.integers(_SMALLEST, _LARGEST, count), pa.int32()),
        ],
        schema=COMMUNITY_ROWS,
    )
