"""How far a dispatch came, as rows of a page and of a file."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from siyu.faces.work import CUSTOMER_REASONS, how
from siyu.foundation.clock import zone
from siyu.rooms.catalog.queries import products_of_ids
from siyu.rooms.customers.queries import keys_of_customers
from siyu.rooms.dispatch.queries import assignment_batches, progress_by_seller, reasons_of
from siyu.rooms.dispatch.types import (
    AssignmentState,
    AssignmentView,
    CustomerReason,
    DispatchView,
    Progress,
)
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import names_of_units, program_of, units_under
from siyu.rooms.sellers.queries import sellers_of_ids


def standing(*, found: DispatchView, now: datetime) -> dict[str, Any]:
    """A dispatch with the word for where it stands and the share that is done."""
    if found.is_cancelled:
        word, colour = _("Taken back"), "secondary"
    elif found.due_at <= now:
        word, colour = _("Over"), "secondary"
    elif found.error:
        word, colour = _("Could not be handed out"), "red"
    elif not found.is_assigned:
        word, colour = _("Being handed out"), "azure"
    elif found.progress.waiting == 0:
        word, colour = _("All done"), "green"
    else:
        word, colour = _("In progress"), "blue"
    return {
        "dispatch": found,
        "progress": found.progress,
        "is_moving": not (
            found.is_assigned or found.is_cancelled or found.error or found.due_at <= now
        ),
        "word": word,
        "colour": colour,
        "done_percent": _percent(found.progress),
    }


def _percent(progress: Progress) -> int:
    return progress.done * 100 // progress.assigned if progress.assigned else 0


def by_region(*, viewer: Viewer, units: dict[int, Progress]) -> list[dict[str, Any]]:
    """Regions with their stores, the furthest behind first."""
    known = {unit.id: unit for unit in units_under(viewer=viewer)}
    names = names_of_units(unit_ids=units)
    stores: dict[int | None, list[dict[str, Any]]] = {}
    for unit_id, progress in units.items():
        place = known.get(unit_id)
        above = known.get(place.parent_id) if place and place.parent_id else None
        stores.setdefault(above.id if above else None, []).append(
            {
                "id": unit_id,
                "name": names.get(unit_id, ""),
                "progress": progress,
                "done_percent": _percent(progress),
            }
        )
    regions = []
    for region_id, rows in stores.items():
        whole = _sum([row["progress"] for row in rows])
        regions.append(
            {
                "name": known[region_id].name if region_id else "",
                "progress": whole,
                "done_percent": _percent(whole),
                "stores": sorted(rows, key=lambda row: (row["done_percent"], row["name"])),
            }
        )
    return sorted(regions, key=lambda row: (row["done_percent"], row["name"]))


def _sum(parts: Sequence[Progress]) -> Progress:
    return Progress(
        assigned=sum(each.assigned for each in parts),
        opened=sum(each.opened for each in parts),
        done=sum(each.done for each in parts),
        skipped=sum(each.skipped for each in parts),
        expired=sum(each.expired for each in parts),
    )


def by_seller(
    *, viewer: Viewer, dispatch_id: int, unit_id: int | None, now: datetime
) -> list[dict[str, Any]]:
    """The sellers of a unit, the furthest behind first."""
    rows = progress_by_seller(viewer=viewer, dispatch_id=dispatch_id, unit_id=unit_id or 0, now=now)
    sellers = sellers_of_ids(viewer=viewer, seller_ids=rows)
    found = [
        {
            "id": seller_id,
            "name": sellers[seller_id].name if seller_id in sellers else _("moved to another unit"),
            "progress": progress,
            "done_percent": _percent(progress),
        }
        for seller_id, progress in rows.items()
    ]
    return sorted(found, key=lambda row: (row["done_percent"], row["name"]))


def reasons(*, viewer: Viewer, dispatch_id: int) -> list[dict[str, Any]]:
    """Each reason with its customers and the products it was said of."""
    rows = reasons_of(viewer=viewer, dispatch_id=dispatch_id)
    products = products_of_ids(product_ids={row.product_id for row in rows if row.product_id})
    total = sum(row.customers for row in rows)
    found: dict[CustomerReason, dict[str, Any]] = {}
    for row in rows:
        each = found.setdefault(
            row.reason, {"word": CUSTOMER_REASONS[row.reason], "customers": 0, "products": []}
        )
        each["customers"] += row.customers
        if row.product_id:
            each["products"].append((products[row.product_id].name, row.customers))
    for each in found.values():
        each["share_ppm"] = each["customers"] * 1_000_000 // total
    return sorted(found.values(), key=lambda each: -each["customers"])


def exported(*, viewer: Viewer, found: DispatchView, now: datetime) -> Iterator[Sequence[Any]]:
    """Every assignment within reach as a row of a file, headings first."""
    local = zone(program_of(program_id=viewer.program_id).zone)
    yield (
        _("Store"),
        _("Seller"),
        _("Customer"),
        _("State"),
        _("Opened"),
        _("Closed"),
        _("How"),
        _("Reason"),
        _("Product"),
        _("Note"),
    )
    for batch in assignment_batches(viewer=viewer, dispatch_id=found.id):
        sellers = sellers_of_ids(viewer=viewer, seller_ids={row.seller_id for row in batch})
        stores = names_of_units(unit_ids={row.unit_id for row in batch})
        customers = [row.customer_id for row in batch if row.customer_id]
        keys = keys_of_customers(viewer=viewer, customer_ids=customers)
        products = products_of_ids(product_ids={row.product_id for row in batch if row.product_id})
        for row in batch:
            yield (
                stores.get(row.unit_id, ""),
                sellers[row.seller_id].key if row.seller_id in sellers else "",
                keys.get(row.customer_id, "") if row.customer_id else "",
                _state(row, found, now),
                *(
                    moment.astimezone(local).strftime("%Y-%m-%d %H:%M") if moment else ""
                    for moment in (row.opened_at, row.closed_at)
                ),
                str(how(row.outcome, row.skip_reason)),
                str(CUSTOMER_REASONS[CustomerReason(row.reason)]) if row.reason else "",
                products[row.product_id].name if row.product_id else "",
                row.note,
            )


def _state(row: AssignmentView, found: DispatchView, now: datetime) -> str:
    if row.state is AssignmentState.DONE:
        return _("Done")
    if row.state is AssignmentState.SKIPPED:
        return _("Skipped")
    if found.is_cancelled:
        return _("Taken back")
    if found.due_at <= now:
        return _("Expired")
    return _("Opened") if row.opened_at else _("Assigned")
