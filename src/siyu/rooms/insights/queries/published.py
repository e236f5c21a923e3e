"""Every read of insights."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from siyu.analytics.engine import RESULTS_VERSION
from siyu.analytics.marts.seller_states import SELLER_LIFE
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.foundation.money import exponent
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.insights.models import Publication
from siyu.rooms.insights.ports import warehouse
from siyu.rooms.insights.types import (
    CANDIDATE_COLUMNS,
    BackTest,
    DayDifference,
    Lookup,
    Portrait,
    PublicationView,
    PurchaseFit,
)
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.queries import program_of, units_under
from siyu.rooms.organization.types import UnitKind
from siyu.rooms.sellers.queries import find_seller, seller_ids_within

_LONGEST_HOLD_OUT_DAYS = 365
SELLER_ORDERS = ("gmv_minor", "fans", "active", "slowing", "silent", "repeat_rate_ppm")


def publication_of(*, program_id: int) -> PublicationView | None:
    """What a program's readers see now, or None before the first nightly run.

    A night of an earlier version of the code is none, since its results lack what pages read.
    """
    published = Publication.objects.filter(program_id=program_id, version=RESULTS_VERSION)
    row = published.order_by("-published_at").first()
    if row is None:
        return None
    return PublicationView(
        run_id=row.results_id,
        program_id=row.program_id,
        as_of=row.as_of,
        published_at=row.published_at,
    )


def portrait_of(*, viewer: Viewer, customer_id: int) -> Portrait | None:
    """A customer's row of the mart ``customers``; None before the first nightly run.

    Raises NotFound outside the viewer's reach.
    """
    customer = find_customer(viewer=viewer, customer_id=customer_id)
    # The mart is sorted by seller, so naming hers reads one part of it instead of all.
    rows = read_rows(
        viewer=viewer,
        lookup=Lookup(
            result="customers_mart",
            where={"seller_id": customer.serving_seller_id, "customer_id": customer.id},
        ),
    )
    if not rows:
        rows = read_rows(
            viewer=viewer,
            lookup=Lookup(result="customers_mart", where={"customer_id": customer.id}),
        )
    return rows[0] if rows else None


def own_customers(
    *, viewer: Viewer, state: str = "", page: int = 1, size: int = 30
) -> tuple[list[Portrait], int]:
    """Portraits of the viewer's own customers, the most valuable first, and their number."""
    viewer.require(Right.SEE_CUSTOMERS)
    own = seller_ids_within(viewer=viewer)
    publication = publication_of(program_id=viewer.program_id)
    if viewer.scope is not Scope.SELF or not own or publication is None:
        return [], 0
    lookup = Lookup(
        result="customers_mart",
        where={"seller_id": sorted(own)} | ({"state": state} if state else {}),
        order_by=("expected_value_minor", "customer_id"),
        descending=True,
        limit=size,
        offset=(page - 1) * size,
    )
    rows = read_rows(viewer=viewer, lookup=lookup)
    count = warehouse().count(
        program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup
    )
    return rows, count


def portraits_among(*, viewer: Viewer, customer_ids: list[int]) -> dict[int, Portrait]:
    """Portraits by id of those of the viewer's own customers."""
    own = seller_ids_within(viewer=viewer)
    where: dict[str, Any] = {"customer_id": customer_ids}
    if own is not None:
        where["seller_id"] = sorted(own)
    return {
        row["customer_id"]: row
        for row in read_rows(viewer=viewer, lookup=Lookup(result="customers_mart", where=where))
    }


def seller_numbers(*, viewer: Viewer, seller_id: int) -> Portrait | None:
    """A seller's row of the mart ``sellers``; None before the first nightly run."""
    find_seller(viewer=viewer, seller_id=seller_id)
    rows = read_rows(
        viewer=viewer, lookup=Lookup(result="sellers_mart", where={"seller_id": seller_id})
    )
    return rows[0] if rows else None


def sellers_health(
    *,
    viewer: Viewer,
    life: str = "",
    order_by: str = "gmv_minor",
    descending: bool = True,
    page: int = 1,
    size: int | None = 20,
) -> tuple[list[Portrait], int]:
    """Rows of the mart ``sellers`` within reach, and their number; of one ``life`` or of all.

    Raises BadInput for an order that is none.
    """
    viewer.require(Right.SEE_SELLERS)
    if order_by not in SELLER_ORDERS:
        raise BadInput("order_by", "Sort by one of {choices}.", choices=", ".join(SELLER_ORDERS))
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return [], 0
    lookup = Lookup(
        result="sellers_mart",
        where=sellers_within(viewer=viewer) | ({"life": life} if life else {}),
        order_by=(order_by, "seller_id"),
        descending=descending,
        limit=size,
        offset=(page - 1) * (size or 0),
    )
    count = warehouse().count(
        program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup
    )
    return read_rows(viewer=viewer, lookup=lookup), count


def seller_lives(*, viewer: Viewer) -> dict[str, int]:
    """How many sellers within reach stand where, by ``life``; empty before the first night."""
    viewer.require(Right.SEE_SELLERS)
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return {}
    within = sellers_within(viewer=viewer)
    return {
        life: warehouse().count(
            program_id=viewer.program_id,
            run_id=publication.run_id,
            lookup=Lookup(result="sellers_mart", where=within | {"life": life}),
        )
        for life in SELLER_LIFE
    }


def trend_of(*, viewer: Viewer, start_on: date, end_on: date) -> list[Portrait]:
    """Rows of the mart ``trend`` for the whole of the viewer's reach, by day, both included.

    The unit is the highest one within reach; the program's own row where the whole program is.
    """
    viewer.require(Right.SEE_OVERVIEW)
    top = None if viewer.scope is Scope.PROGRAM else top_unit(viewer=viewer)
    rows = read_rows(
        viewer=viewer,
        lookup=Lookup(result="trend", where={"unit_id": top}, order_by=("business_on",)),
    )
    return [row for row in rows if start_on <= row["business_on"] <= end_on]


def stores_between(*, viewer: Viewer, start_on: date, end_on: date) -> dict[int, dict[str, int]]:
    """GMV, refunds and orders of each store within reach over a period, by unit id."""
    viewer.require(Right.SEE_OVERVIEW)
    stores = [unit.id for unit in units_under(viewer=viewer) if unit.kind is UnitKind.STORE]
    if not stores:
        return {}
    totals: dict[int, dict[str, int]] = {}
    columns = ("unit_id", "business_on", "gmv_minor", "refunds_minor", "orders")
    for row in read_rows(
        viewer=viewer, lookup=Lookup(result="trend", columns=columns, where={"unit_id": stores})
    ):
        if start_on <= row["business_on"] <= end_on:
            total = totals.setdefault(
                row["unit_id"], {"gmv_minor": 0, "refunds_minor": 0, "orders": 0}
            )
            for name in total:
                total[name] += row[name]
    return totals


def responses_of(*, viewer: Viewer, signal: str) -> list[Portrait]:
    """Rows of the result ``responses`` of a signal, by day; none before the first night."""
    viewer.require(Right.SEE_OVERVIEW)
    return read_rows(
        viewer=viewer,
        lookup=Lookup(result="responses", where={"signal": signal}, order_by=("drawn_on",)),
    )


def seller_responses_of(*, viewer: Viewer) -> list[Portrait]:
    """Rows of the result ``seller_responses`` by day, named as those of ``responses``.

    None before the first night. Raises NotAllowed without the whole program.
    """
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Read-outs belong to a whole program; ask headquarters.")
    rows = read_rows(
        viewer=viewer, lookup=Lookup(result="seller_responses", order_by=("drawn_on",))
    )
    return [
        {
            "signal": row["signal"],
            "drawn_on": row["drawn_on"],
            "is_held": row["is_held"],
            "customers": row["sellers"],
            "buyers": row["selling"],
            "spend_minor": row["sales_minor"],
            "spend_squares": row["sales_squares"],
        }
        for row in rows
    ]


def metrics_between(*, viewer: Viewer, start_on: date, end_on: date) -> dict[str, int]:
    """The metrics of a period within the viewer's reach; money in minor units.

    Computed from the facts fed last. Raises BadInput where the period ends before it begins.
    """
    viewer.require(Right.SEE_OVERVIEW)
    if end_on < start_on:
        raise BadInput("to", "The period must not end before it begins.")
    return warehouse().metrics(
        program_id=viewer.program_id,
        start_on=start_on,
        end_on=end_on,
        unit_ids=viewer.unit_ids,
    )


def purchase_fit(*, viewer: Viewer, end_on: date, unit_days: int) -> PurchaseFit:
    """Models of repeat buying of a whole program, fitted to the facts fed last.

    Raises BadInput where nobody bought twice until then, NotAllowed without the whole program.
    """
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Models are fitted to a whole program; ask headquarters.")
    if unit_days < 1:
        raise BadInput("unit", "A unit of time must be a day or longer.")
    currency = program_of(program_id=viewer.program_id).currency
    return warehouse().fit_purchases(
        program_id=viewer.program_id,
        end_on=end_on,
        unit_days=unit_days,
        minor_units=10 ** exponent(currency),
    )


def back_test(*, viewer: Viewer, as_of: date, days: int) -> BackTest:
    """Forecasts of the last days before a day, told nothing of them, judged by what came.

    Computed from the facts fed last. Raises BadInput where nobody had bought before, NotAllowed
    without the whole program.
    """
    viewer.require(Right.SEE_OVERVIEW)
    if viewer.scope is not Scope.PROGRAM:
        raise NotAllowed("Models are fitted to a whole program; ask headquarters.")
    if not 1 <= days <= _LONGEST_HOLD_OUT_DAYS:
        raise BadInput("days", "Keep back 1 to {longest} days.", longest=_LONGEST_HOLD_OUT_DAYS)
    end_on = as_of - timedelta(days=days + 1)
    return warehouse().back_test(program_id=viewer.program_id, end_on=end_on, days=days)


def candidate_batches(
    *, program_id: int, results_id: int, seller_ids: list[int], batch: int = 500
) -> Iterator[tuple[list[int], pa.Table]]:
    """Candidates by rank as Arrow tables of CANDIDATE_COLUMNS, a batch of sellers each."""
    for start in range(0, len(seller_ids), batch):
        some = seller_ids[start : start + batch]
        yield (
            some,
            warehouse().read(
                program_id=program_id,
                run_id=results_id,
                lookup=Lookup(
                    result="candidates",
                    columns=CANDIDATE_COLUMNS,
                    where={"seller_id": some},
                    order_by=("seller_id", "rank"),
                ),
            ),
        )


def seller_candidates_of(*, program_id: int, results_id: int) -> list[dict[str, Any]]:
    """Rows of the result ``seller_candidates``, the most valuable first in each unit."""
    lookup = Lookup(result="seller_candidates", order_by=("unit_id", "rank"))
    table = warehouse().read(program_id=program_id, run_id=results_id, lookup=lookup)
    return list(table.to_pylist())


def verify_warehouse(*, program_id: int) -> list[DayDifference]:
    """The days on which the warehouse differs from the database; none where all is well."""
    return warehouse().verify(program_id=program_id)


def sellers_within(*, viewer: Viewer) -> dict[str, Any]:
    """The condition of a look-up that keeps sellers within reach."""
    within = seller_ids_within(viewer=viewer)
    return {} if within is None else {"seller_id": sorted(within)}


def read_rows(*, viewer: Viewer, lookup: Lookup) -> list[Portrait]:
    """The rows of a look-up into what the viewer's program published last."""
    publication = publication_of(program_id=viewer.program_id)
    if publication is None:
        return []
    rows = warehouse().read(program_id=viewer.program_id, run_id=publication.run_id, lookup=lookup)
    return list(rows.to_pylist())


def top_unit(*, viewer: Viewer) -> int:
    """The highest org unit within the viewer's reach."""
    units = units_under(viewer=viewer)
    reach = {unit.id for unit in units}
    top = next((unit.id for unit in units if unit.parent_id not in reach), None)
    if top is None:
        raise NotFound("No org unit is within your reach.")
    return top
