"""Pages of tasks, portraits, sellers and segments, and the metrics of a period."""

from datetime import date, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from siyu.faces.numbers import whole_number
from siyu.faces.open_api.access import opens
from siyu.faces.open_api.answers import (
    MemberPage,
    Metrics,
    PortraitPage,
    SegmentList,
    SellerHealthPage,
    TaskPage,
)
from siyu.faces.open_api.pages import USUAL, Cursor, Limit, after, next_cursor, viewer_of_call
from siyu.faces.open_api.problems import PROBLEMS
from siyu.faces.open_api.values import DayText
from siyu.rooms.coaching.types import TaskState
from siyu.rooms.customers.queries import keys_of_customers
from siyu.rooms.insights.queries import (
    members_after,
    metrics_between,
    portraits_after,
    publication_of,
    sellers_after,
)
from siyu.rooms.operations.types import ApiScope, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.outreach.queries import tasks_after
from siyu.rooms.segments.queries import find_segment, segments_of
from siyu.rooms.sellers.queries import sellers_of_ids

router = Router(tags=["read"])
_LONGEST_DAYS = 3_660
SegmentId = Annotated[str, Path(pattern=r"^[0-9]{1,19}$")]


@router.get("/tasks", response={200: TaskPage, **PROBLEMS}, summary="Tasks given to sellers")
@opens(ApiScope.READ_TASKS)
def tasks(
    request: HttpRequest,
    state: TaskState | None = None,
    since: Annotated[DayText | None, Query()] = None,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> dict[str, Any]:
    """Tasks by id; ``since`` keeps to those drawn on that day or later."""
    viewer = viewer_of_call(request)
    rows = tasks_after(
        viewer=viewer,
        task_id=after(cursor),
        limit=limit + 1,
        state=state,
        since=date.fromisoformat(since) if since else None,
    )
    shown = rows[:limit]
    sellers = sellers_of_ids(viewer=viewer, seller_ids={row.seller_id for row in shown})
    keys = keys_of_customers(viewer=viewer, customer_ids=[row.customer_id for row in shown])
    return {
        "rows": [
            {
                **vars(row),
                "id": str(row.id),
                "customer_id": str(row.customer_id),
                "seller_key": sellers[row.seller_id].key,
                "customer_key": keys.get(row.customer_id, ""),
            }
            for row in shown
        ],
        "next_cursor": next_cursor([row.id for row in rows], limit),
    }


@router.get(
    "/portraits", response={200: PortraitPage, **PROBLEMS}, summary="Portraits of customers"
)
@opens(ApiScope.READ_PORTRAITS)
def portraits(request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL) -> dict[str, Any]:
    """What the last night knew of each customer, by customer id."""
    viewer = viewer_of_call(request)
    rows = portraits_after(viewer=viewer, customer_id=after(cursor), limit=limit + 1)
    shown = rows[:limit]
    keys = keys_of_customers(viewer=viewer, customer_ids=[row["customer_id"] for row in shown])
    asked = {row["seller_id"] for row in shown if row["seller_id"]}
    sellers = sellers_of_ids(viewer=viewer, seller_ids=asked)
    return {
        "as_of": _as_of(viewer),
        "rows": [
            {
                **row,
                "customer_id": str(row["customer_id"]),
                "customer_key": keys.get(row["customer_id"], ""),
                "seller_key": sellers[row["seller_id"]].key
                if row["seller_id"] in sellers
                else None,
            }
            for row in shown
        ],
        "next_cursor": next_cursor([row["customer_id"] for row in rows], limit),
    }


@router.get(
    "/sellers/health", response={200: SellerHealthPage, **PROBLEMS}, summary="Health of sellers"
)
@opens(ApiScope.READ_SELLERS)
def sellers_health(
    request: HttpRequest, cursor: Cursor = "", limit: Limit = USUAL
) -> dict[str, Any]:
    """How each seller stands after the last night, by seller id."""
    viewer = viewer_of_call(request)
    rows = sellers_after(viewer=viewer, seller_id=after(cursor), limit=limit + 1)
    shown = rows[:limit]
    known = sellers_of_ids(viewer=viewer, seller_ids={row["seller_id"] for row in shown})
    stores = names_of_units(unit_ids={each.unit_id for each in known.values()})
    return {
        "as_of": _as_of(viewer),
        "rows": [
            {
                **row,
                "seller_id": str(row["seller_id"]),
                "seller_key": known[row["seller_id"]].key,
                "store": stores.get(known[row["seller_id"]].unit_id, ""),
            }
            for row in shown
        ],
        "next_cursor": next_cursor([row["seller_id"] for row in rows], limit),
    }


@router.get("/metrics", response={200: Metrics, **PROBLEMS}, summary="Metrics of a period")
@opens(ApiScope.READ_METRICS)
def metrics(
    request: HttpRequest,
    since: Annotated[DayText, Query()],
    days: Annotated[int, Query(ge=1, le=_LONGEST_DAYS)],
) -> dict[str, Any]:
    """Of so many days from ``since`` on, computed from what was written last."""
    viewer = viewer_of_call(request)
    begins = date.fromisoformat(since)
    ends = begins + timedelta(days=days - 1)
    currency = program_of(program_id=viewer.program_id).currency
    found = metrics_between(viewer=viewer, start_on=begins, end_on=ends)
    return {**found, "since": begins, "until": ends, "currency": currency}


@router.get("/segments", response={200: SegmentList, **PROBLEMS}, summary="Segments")
@opens(ApiScope.READ_SEGMENTS)
def segments(request: HttpRequest) -> dict[str, Any]:
    """Every segment with its size after the last night."""
    return {
        "rows": [
            {
                "id": str(each.id),
                "name": each.name,
                "note": each.note,
                "members": each.last.members if each.last else None,
                "counted_on": each.last.on if each.last else None,
            }
            for each in segments_of(viewer=viewer_of_call(request))
        ]
    }


@router.get(
    "/segments/{segment_id}/members",
    response={200: MemberPage, **PROBLEMS},
    summary="Members of a segment",
)
@opens(ApiScope.READ_SEGMENTS)
def members(
    request: HttpRequest, segment_id: SegmentId, cursor: Cursor = "", limit: Limit = USUAL
) -> dict[str, Any]:
    """Who belongs after the last night, and since when."""
    viewer = viewer_of_call(request)
    segment = find_segment(viewer=viewer, segment_id=whole_number(segment_id) or 0)
    rows = members_after(
        viewer=viewer, segment_id=segment.id, customer_id=after(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    keys = keys_of_customers(viewer=viewer, customer_ids=[row["customer_id"] for row in shown])
    return {
        "as_of": _as_of(viewer),
        "rows": [
            {
                "customer_id": str(row["customer_id"]),
                "customer_key": keys.get(row["customer_id"], ""),
                "entered_on": row["entered_on"],
            }
            for row in shown
        ],
        "next_cursor": next_cursor([row["customer_id"] for row in rows], limit),
    }


def _as_of(viewer: Viewer) -> date | None:
    published = publication_of(program_id=viewer.program_id)
    return published.as_of if published else None
