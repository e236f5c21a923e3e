"""What reports show of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from siyu.rooms.insights.types import Cut, Forecast, ForecastErrors, Span


class Driver(StrEnum):
    """One reason for a change of net sales."""

    SELLERS = "sellers"
    BUYERS = "buyers"
    FREQUENCY = "frequency"
    ORDER_VALUE = "order_value"
    HOUSE = "house"
    ANONYMOUS = "anonymous"
    REFUNDS = "refunds"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a period sold; amounts in minor units.

    ``served_minor`` is what customers bought of sellers, in that many orders; ``house_minor``
    what customers bought of nobody, and amounts of gifts; ``anonymous_minor`` what nobody known
    bought.
    """

    sellers: int = 0
    buyers: int = 0
    orders: int = 0
    served_minor: int = 0
    house_minor: int = 0
    anonymous_minor: int = 0
    refunds_minor: int = 0

    @property
    def chain(self) -> tuple[int, int, int, int]:
        """From the widest count to the amount."""
        return (self.sellers, self.buyers, self.orders, self.served_minor)

    @property
    def gmv_minor(self) -> int:
        """All that was sold, before refunds."""
        return self.served_minor + self.house_minor + self.anonymous_minor

    @property
    def net_minor(self) -> int:
        """What was sold less what was given back in the period."""
        return self.gmv_minor - self.refunds_minor


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A group's change between two periods; ``parts`` add up to it, in minor units."""

    group_key: str
    before: Counts
    now: Counts
    parts: Mapping[Driver, int]

    @property
    def change_minor(self) -> int:
        """The change of net sales."""
        return self.now.net_minor - self.before.net_minor


@dataclass(frozen=True, kw_only=True)
class DriverTree:
    """A change of net sales split by reasons, and by the groups of a cut."""

    before: Span
    now: Span
    cut: Cut | None
    total: Movement
    groups: tuple[Movement, ...]


class Lift(StrEnum):
    """In which of the four a seller is weakest against the best fifth."""

    FRIENDS = "friends"
    BUYERS = "buyers"
    FREQUENCY = "frequency"
    ORDER_VALUE = "order_value"


@dataclass(frozen=True, kw_only=True)
class ConcentrationMonth:
    """The best fifth's share of a month's sales in ppm; None where nobody sold or bought."""

    month_on: date
    sellers_ppm: int | None
    customers_ppm: int | None


@dataclass(frozen=True, kw_only=True)
class MiddleSeller:
    """A seller who could carry more: in what, how much she has of it, and what it would bring.

    ``sales_minor`` is what known customers bought of her; ``own`` and ``best`` are friends, buyers
    a friend, orders a buyer, or minor units an order.
    """

    seller_id: int
    sales_minor: int
    lift: Lift
    own: float
    best: float
    more_minor: int


@dataclass(frozen=True, kw_only=True)
class ProgramForecast:
    """What a night foretells of all customers of a program, and how far it was off last time.

    ``tested`` of its ``customers`` had bought 90 days ago; of the days since, both forecasts were
    told nothing, and ``season`` is a day of those against a mean day. ``baseline`` and ``bg_nbd``
    are None where such a forecast could not be made. ``visits`` maps 30 and 90 to the visits
    expected in so many days, ``seasons`` to a day of those against a mean day, ``parameters``
    the fitted models' to their values (alpha in days, v in minor units of money).
    """

    chosen: Forecast
    customers: int
    tested: int
    season: float
    baseline: ForecastErrors | None
    bg_nbd: ForecastErrors | None
    visits: Mapping[int, float]
    seasons: Mapping[int, float]
    parameters: Mapping[str, float]


class LivesOf(StrEnum):
    """Whose lives: customers', from the first purchase on, or communities', from the opening on."""

    CUSTOMERS = "customers"
    COMMUNITIES = "communities"


class LivesCut(StrEnum):
    """What lives are told apart by: the seller who serves or owns, or a community's theme."""

    KIND = "kind"
    PERSONA = "persona"
    THEME = "theme"


@dataclass(frozen=True, kw_only=True)
class Survival:
    """The share of relations that last longer than some days, with a band of 95%."""

    day: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GroupLife:
    """How long the customers of a group go on buying.

    ``ended`` of them are lost. ``median_days`` is what half of them outlast, None while more than
    half still go on.
    """

    group_key: str
    lives: int
    ended: int
    median_days: float | None
    survivals: tuple[Survival, ...]


@dataclass(frozen=True, kw_only=True)
class LivesCompared:
    """The lives of groups side by side; ``p`` is the chance of such a difference by chance alone.

    None where there is one group only, or nothing has ended.
    """

    groups: tuple[GroupLife, ...]
    p: float | None


@dataclass(frozen=True, kw_only=True)
class OriginView:
    """Sellers of one origin (empty: not told), invited by another seller or not.

    ``recent`` joined within 90 days; of ``known_30``, who joined 30 days ago or longer,
    ``sold_30`` sold within 30 days of joining; ``selling`` sold ``gmv_minor`` in the last 30 days.
    """

    origin: str
    is_invited: bool
    sellers: int
    recent: int
    known_30: int
    sold_30: int
    selling: int
    lost: int
    gmv_minor: int
