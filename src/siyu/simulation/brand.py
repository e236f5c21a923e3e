"""What a simulated brand is like: sizes, habits, season, and effects planted for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, Self

from siyu.foundation.errors import BadInput

Assortment = Literal["clothes_home", "winter_clothes", "household"]

HABITS: Final = ("never", "once", "steady", "payday", "festival", "burst", "seasonal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowing:
    """From a day on, a share of the customers with a steady habit take `factor` times as long."""

    share: float
    from_on: date
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEffect:
    """A random share of the followed customers is contacted once, on some day from a day on.

    `answer_share` of them place one order more within `window_days` because of it.
    """

    share: float
    from_on: date
    answer_share: float
    window_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandProfile:
    """Everything that a seed turns into one brand.

    Shares are of 1. `season_strength` is the k of exp(k·cos(distance from the peak)): 0 is no
    season, 0.35 sells twice as much at the peak as at the trough, 2.2 eighty times as much.
    """

    name: str
    assortment: Assortment
    customers: int
    sellers: int
    stores: int
    groups: int = 0
    days: int
    products: int
    seller_kinds: dict[str, float]
    habit_shares: dict[str, float]
    steady_interval_days: tuple[int, ...]
    season_strength: float = 0.35
    season_peak_day: int = 330
    market_shocks: int = 2
    night_share: float = 0.17
    fans_sigma: float = 1.85
    most_fans: int = 10_000
    followed_share: float = 0.93
    market_halving_from_on: date | None = None
    slowing: Slowing | None = None
    contact_effect: ContactEffect | None = None

    def __post_init__(self) -> None:
        if set(self.habit_shares) != set(HABITS):
            raise BadInput(field="habit_shares", template="habit_shares must name every habit.")
        if abs(sum(self.habit_shares.values()) - 1) > 1e-9:
            raise BadInput(field="habit_shares", template="habit_shares must add up to 1.")
        if min(self.customers, self.sellers, self.stores, self.products, self.days) < 1:
            raise BadInput(field="customers", template="Every size of a brand is 1 or more.")

    def scaled(self, scale: float) -> Self:
        """Return the same brand at `scale` times its people, stores and groups.

        Raises `BadInput` where `scale` is not above zero.
        """
        if scale <= 0:
            raise BadInput(field="scale", template="scale must be above 0; give 0.01 for 1%.")
        return replace(
            self,
            customers=max(1, round(self.customers * scale)),
            sellers=max(1, round(self.sellers * scale)),
            stores=max(1, round(self.stores * scale)),
            groups=max(1, round(self.groups * scale)) if self.groups else 0,
        )

    def plant_market_halving(self, *, from_on: date) -> Self:
        """Return the brand whose every customer buys half as often from that day on.

        What one order is worth does not change.
        """
        return replace(self, market_halving_from_on=from_on)

    def plant_slowing(self, *, share: float, from_on: date, factor: float) -> Self:
        """Return the brand in which `share` of the steady customers slow by `factor`."""
        return replace(self, slowing=Slowing(share=share, from_on=from_on, factor=factor))

    def plant_contact_effect(
        self, *, share: float, from_on: date, answer_share: float, window_days: int = 7
    ) -> Self:
        """Return the brand in which contacted customers place more orders, as described there."""
        effect = ContactEffect(
            share=share, from_on=from_on, answer_share=answer_share, window_days=window_days
        )
        return replace(self, contact_effect=effect)


_DEMO: Final = BrandProfile(
    name="栖木生活",
    assortment="clothes_home",
    customers=12_000,
    sellers=90,
    stores=24,
    days=548,
    products=160,
    seller_kinds={"guide": 0.94, "shopkeeper": 0.06},
    habit_shares={
        "never": 0.42,
        "once": 0.25,
        "steady": 0.11,
        "payday": 0.03,
        "festival": 0.07,
        "burst": 0.04,
        "seasonal": 0.08,
    },
    steady_interval_days=(7, 12, 18, 28, 35, 45, 60, 90),
)

_WINTER_CHAIN: Final = BrandProfile(
    name="北屿羽绒",
    assortment="winter_clothes",
    customers=3_000_000,
    sellers=10_000,
    stores=1_600,
    days=912,
    products=220,
    seller_kinds={"guide": 0.9, "shopkeeper": 0.1},
    habit_shares={
        "never": 0.38,
        "once": 0.27,
        "steady": 0.12,
        "payday": 0.03,
        "festival": 0.06,
        "burst": 0.04,
        "seasonal": 0.10,
    },
    steady_interval_days=(45, 60, 75, 90, 120),
    fans_sigma=1.85,
    season_strength=2.2,
    season_peak_day=345,
    market_shocks=1,
    night_share=0.11,
)

_KOC_PLATFORM: Final = BrandProfile(
    name="邻里好物",
    assortment="household",
    customers=100_000_000,
    sellers=100_000,
    stores=2_000,
    groups=200_000,
    days=365,
    products=400,
    seller_kinds={"koc": 0.8, "group_leader": 0.2},
    habit_shares={
        "never": 0.62,
        "once": 0.16,
        "steady": 0.09,
        "payday": 0.02,
        "festival": 0.05,
        "burst": 0.04,
        "seasonal": 0.02,
    },
    steady_interval_days=(7, 10, 14, 21, 30, 45),
    season_strength=0.15,
    night_share=0.21,
    fans_sigma=1.85,
)

PROFILES: Final[dict[str, BrandProfile]] = {
    "demo": _DEMO,
    "winter_chain": _WINTER_CHAIN,
    "koc_platform": _KOC_PLATFORM,
}


def profile_of(name: str) -> BrandProfile:
    """Return the ready profile of that name. Raises `BadInput` where there is none."""
    try:
        return PROFILES[name]
    except KeyError:
        raise BadInput(
            field="profile",
            template="profile {name} is unknown; choose one of {known}.",
            name=name,
            known=", ".join(PROFILES),
        ) from None
