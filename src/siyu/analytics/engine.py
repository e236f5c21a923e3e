"""What the nightly and the hourly run compute, and what an engine has to do for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa

from siyu.analytics import marts, signals, staging
from siyu.analytics.commissions import NET_LINES
from siyu.analytics.marts.brand_tiers import BRAND_TIERS
from siyu.analytics.marts.candidates import CANDIDATES
from siyu.analytics.marts.cohorts import COHORTS
from siyu.analytics.marts.concentration import CONCENTRATION
from siyu.analytics.marts.customer_layers import CUSTOMER_LAYERS
from siyu.analytics.marts.customers import CUSTOMERS
from siyu.analytics.marts.favourites import FAVOURITES
from siyu.analytics.marts.histories import HISTORIES
from siyu.analytics.marts.kinds import HISTORY_KINDS, OUTCOME_KINDS, SPENDING_KINDS
from siyu.analytics.marts.lives import COMMUNITY_LIVES, LIVES
from siyu.analytics.marts.market import MARKET
from siyu.analytics.marts.memberships import MEMBERSHIPS, SEGMENT_SIZES
from siyu.analytics.marts.propensity import PROPENSITY
from siyu.analytics.marts.responses import RESPONSES
from siyu.analytics.marts.seller_candidates import SELLER_CANDIDATES
from siyu.analytics.marts.seller_days import MONTH_SALES, SELLER_DAYS, UNIT_HOURS
from siyu.analytics.marts.seller_months import SELLER_MONTHS
from siyu.analytics.marts.seller_origins import SELLER_ORIGINS
from siyu.analytics.marts.seller_responses import SELLER_RESPONSES
from siyu.analytics.marts.seller_states import SELLER_STATES
from siyu.analytics.marts.sellers import SELLERS
from siyu.analytics.marts.standards import STANDARDS
from siyu.analytics.marts.tags import FRESH_TAGS, TAG_TRUTH
from siyu.analytics.marts.trend import TREND
from siyu.analytics.models import forecast
from siyu.analytics.signals import SIGNAL_ROWS
from siyu.analytics.sources import FACTS


@dataclass(frozen=True)
class Result:
    """A table that a run writes: its function and the tables the function reads.

    `inputs` are names of facts, of `CARRIED` or `KEPT` tables or of earlier results, and the
    function's keyword arguments for them; its other keyword arguments are the run's parameters.
    The written file holds the columns of `schema` and no other, sorted by `sort_by` (as it comes
    where empty). A function `of_arrow` is a model: it takes small tables in Arrow and returns one.
    With `parts_by`, each row depends on rows of its own value of that column alone (and on tables
    without it), so an engine that lacks memory may compute the result part by part; each part is
    a sorted file of its own then.
    """

    name: str
    function: Callable[..., Any]
    inputs: tuple[str, ...]
    schema: ibis.Schema
    sort_by: tuple[str, ...] = ()
    of_arrow: bool = False
    parts_by: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the run's parameters that the function takes."""
        names = inspect.signature(self.function).parameters
        return tuple(name for name in names if name not in self.inputs)


# Raise it when a result gets other columns or is new: readers pass over what an earlier version
# of the code published, until the next night.
RESULTS_VERSION = 9

# What a night reads of the night before; empty on the first.
CARRIED: dict[str, str] = {"memberships_before": "memberships"}

# In the order of computation: a result reads only facts, what is carried and results above it.
NIGHTLY: tuple[Result, ...] = (
    Result(
        "sales",
        staging.sales,
        ("order_lines", "credits", "merges"),
        staging.SALES,
        parts_by="business_on",
    ),
    Result("orders", staging.orders, ("sales",), staging.ORDERS),
    Result("visits", staging.visits, ("orders",), staging.VISITS),
    Result("returns", staging.returns, ("refunds", "credits", "merges"), staging.RETURNS),
    Result("goods", staging.goods, ("products",), staging.GOODS, ("product_id",)),
    Result("market", marts.market, ("visits",), MARKET, ("business_on",)),
    Result("histories", marts.histories, ("visits",), HISTORIES),
    Result("favourites", marts.favourites, ("sales", "products"), FAVOURITES),
    Result(
        "propensity", marts.propensity, ("histories", "market", "follows"), PROPENSITY, ("bucket",)
    ),
    Result(
        "outcome_kinds",
        marts.outcome_kinds,
        ("visits",),
        OUTCOME_KINDS,
        ("repeats", "recency_weeks", "age_weeks", "later"),
    ),
    Result(
        "history_kinds",
        marts.history_kinds,
        ("histories",),
        HISTORY_KINDS,
        ("repeats", "recency_weeks", "age_weeks"),
    ),
    Result(
        "spending_kinds",
        marts.spending_kinds,
        ("histories",),
        SPENDING_KINDS,
        ("purchase_days", "average_minor"),
    ),
    Result(
        "forecast",
        forecast.forecast,
        ("outcome_kinds", "history_kinds", "spending_kinds", "market"),
        ibis.Schema.from_pyarrow(forecast.FORECAST),
        of_arrow=True,
    ),
    Result(
        "forecasts",
        forecast.forecasts,
        ("forecast", "history_kinds"),
        ibis.Schema.from_pyarrow(forecast.FORECASTS),
        of_arrow=True,
    ),
    Result("standards", marts.standards, ("histories", "propensity"), STANDARDS),
    Result(
        "customers_mart",
        marts.customers,
        (
            "customers",
            "merges",
            "follows",
            "histories",
            "market",
            "favourites",
            "returns",
            "propensity",
            "standards",
            "forecast",
            "forecasts",
        ),
        CUSTOMERS,
        ("seller_id", "customer_id"),
        parts_by="customer_id",
    ),
    Result("signals", signals.signals, ("customers_mart",), SIGNAL_ROWS, ("customer_id", "signal")),
    Result(
        "fresh_tags",
        marts.fresh_tags,
        ("tags", "customer_tags"),
        FRESH_TAGS,
        ("tag_id", "customer_id"),
    ),
    Result(
        "tag_truth",
        marts.tag_truth,
        ("fresh_tags", "tags", "customers_mart", "sales", "goods"),
        TAG_TRUTH,
        ("seller_id", "tag_id"),
    ),
    Result(
        "memberships",
        marts.memberships,
        ("customers_mart", "sellers", "sales", "goods", "fresh_tags", "memberships_before"),
        MEMBERSHIPS,
        ("segment_id", "customer_id"),
    ),
    Result(
        "segment_sizes",
        marts.segment_sizes,
        ("memberships",),
        SEGMENT_SIZES,
        ("segment_id",),
    ),
    Result(
        "candidates",
        marts.candidates,
        ("customers_mart", "contacts", "assignments", "merges", "memberships"),
        CANDIDATES,
        ("seller_id", "rank"),
    ),
    Result(
        "seller_states",
        marts.seller_states,
        ("sellers", "communities", "sales", "goods"),
        SELLER_STATES,
    ),
    Result(
        "sellers_mart",
        marts.sellers,
        ("sellers", "customers_mart", "sales", "returns", "seller_states"),
        SELLERS,
        ("seller_id",),
    ),
    Result(
        "seller_candidates",
        marts.seller_candidates,
        ("sellers_mart",),
        SELLER_CANDIDATES,
        ("unit_id", "rank"),
    ),
    Result(
        "seller_origins",
        marts.seller_origins,
        ("sellers", "sellers_mart"),
        SELLER_ORIGINS,
        ("unit_id", "origin", "is_invited"),
    ),
    Result(
        "customer_layers",
        marts.customer_layers,
        ("customers_mart", "sellers_mart", "unit_ancestors"),
        CUSTOMER_LAYERS,
        ("unit_id", "state", "worth"),
    ),
    Result("lives", marts.lives, ("customers_mart", "sellers_mart"), LIVES, ("cut", "group_key")),
    Result(
        "community_lives",
        marts.community_lives,
        ("communities", "sellers_mart"),
        COMMUNITY_LIVES,
        ("cut", "group_key"),
    ),
    Result(
        "seller_months",
        marts.seller_months,
        ("sales", "returns"),
        SELLER_MONTHS,
        ("month_on", "seller_id"),
    ),
    Result(
        "brand_tiers",
        marts.brand_tiers,
        ("sales", "goods", "sellers_mart", "unit_ancestors"),
        BRAND_TIERS,
        ("unit_id", "persona", "place"),
    ),
    Result(
        "trend",
        marts.trend,
        ("sales", "visits", "returns", "unit_ancestors"),
        TREND,
        ("unit_id", "business_on"),
    ),
    Result(
        "responses",
        marts.responses,
        ("contacts", "visits", "merges"),
        RESPONSES,
        ("signal", "drawn_on", "is_held", "market_id", "variant_id"),
    ),
    Result(
        "seller_responses",
        marts.seller_responses,
        ("coachings", "sales"),
        SELLER_RESPONSES,
        ("signal", "drawn_on", "is_held"),
    ),
    Result(
        "concentration",
        marts.concentration,
        ("sales",),
        CONCENTRATION,
        ("subject", "month_on"),
    ),
    Result("cohorts", marts.cohorts, ("visits",), COHORTS, ("first_month_on", "month_on")),
)

# What the hourly run reads of the one before; empty where it computes everything.
KEPT: dict[str, str] = {"seller_days_before": "seller_days", "unit_hours_before": "unit_hours"}

# Computed all day long over the days that changed, beside the results of the night.
HOURLY: tuple[Result, ...] = (
    Result("sales", staging.sales, ("order_lines", "credits", "merges"), staging.SALES),
    Result("returns", staging.returns, ("refunds", "credits", "merges"), staging.RETURNS),
    Result(
        "seller_days",
        marts.seller_days,
        ("sales", "returns", "seller_days_before"),
        SELLER_DAYS,
        ("seller_id", "business_on"),
    ),
    Result(
        "unit_hours",
        marts.unit_hours,
        ("sales", "unit_ancestors", "unit_hours_before"),
        UNIT_HOURS,
        ("unit_id", "business_on", "local_hour"),
    ),
    Result(
        "month_sales",
        marts.month_sales,
        ("seller_days", "unit_ancestors"),
        MONTH_SALES,
        ("month_on", "unit_id", "seller_id"),
    ),
)

_RESULTS: dict[str, ibis.Schema] = {result.name: result.schema for result in (*NIGHTLY, *HOURLY)}
SCHEMAS: dict[str, ibis.Schema] = (
    FACTS
    | _RESULTS
    | {name: _RESULTS[result] for name, result in (CARRIED | KEPT).items()}
    | {"net_lines": NET_LINES}
)


class Engine(Protocol):
    """Computes results over registered tables; see `siyu.adapters.warehouse`."""

    name: str

    def register(self, *, name: str, files: Sequence[Path]) -> None:
        """Make a table of `SCHEMAS` readable from Parquet files; empty without files."""

    def compute(self, *, result: Result, parameters: Mapping[str, Any], path: Path) -> int:
        """Write one result as Parquet, register it, and return its number of rows.

        The result's inputs must be registered. `parameters` may hold more than the result
        takes. The file appears under `path` complete or not at all; what was computed in parts
        lies in further files beside it, whose names begin with its own.
        """

    def query(self, *, expression: ibis.Table) -> pa.Table:
        """The rows of an expression over `table(name)`s, in the expression's own types."""

    def close(self) -> None:
        """Let go of memory, threads and temporary files."""


def table(name: str) -> ibis.Table:
    """A registered table, to build expressions for `Engine.query`."""
    return ibis.table(SCHEMAS[name], name=name)


def expression(*, result: Result, parameters: Mapping[str, Any]) -> ibis.Table:
    """The result's function applied to its tables and to those parameters that it takes.

    Raises KeyError where a parameter without a default is missing.
    """
    signature = inspect.signature(result.function).parameters
    taken = {
        name: parameters[name]
        for name in result.parameters
        if name in parameters or signature[name].default is inspect.Parameter.empty
    }
    computed = result.function(**{name: table(name) for name in result.inputs}, **taken)
    return computed.select(*result.schema)
