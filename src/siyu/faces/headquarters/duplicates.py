"""Customers who may be one: merged here, and taken apart again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.errors import BadInput
from siyu.rooms.customers.actions import merge_customers, undo_merge
from siyu.rooms.customers.queries import merges_of, names_of_customers, twins_of
from siyu.rooms.customers.types import REASON_LENGTH, CustomerView, Twins
from siyu.rooms.insights.queries import portraits_among
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.sellers.queries import sellers_of_ids

_SIZE = 10


@page(Right.MERGE_CUSTOMERS)
def duplicates(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Customers who share a phone number, and the last merges."""
    asked = page_number(request)
    groups, count = twins_of(viewer=viewer, page=asked, size=_SIZE)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "groups": _told(viewer, groups),
        "count": count,
        "page": asked,
        "pages": max(-(-count // _SIZE), 1),
        "merges": _merges(viewer),
        "longest": REASON_LENGTH,
        "section": "duplicates",
    }
    return render(request, "headquarters/duplicates.html", shown)


@page(Right.MERGE_CUSTOMERS, methods=("POST",))
def merge(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Merge the others of a group into the one to keep."""
    kept_id = whole_number(request.POST.get("kept", "")) or 0
    others = [whole_number(each) or 0 for each in request.POST.getlist("customer")]
    others = [each for each in others if each != kept_id]
    if not kept_id or not others:
        raise BadInput("kept", "Choose which customer to keep.")
    merge_customers(
        viewer=viewer,
        customer_ids=others,
        kept_id=kept_id,
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, _("Merged. It can be undone below."))
    return redirect("duplicates")


@page(Right.MERGE_CUSTOMERS, methods=("POST",))
def undo(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Take a merge back."""
    undo_merge(viewer=viewer, merge_id=whole_number(request.POST.get("merge", "")) or 0)
    messages.success(request, _("Taken back: they are two customers again."))
    return redirect("duplicates")


def _told(viewer: Viewer, groups: list[Twins]) -> list[dict[str, Any]]:
    people = [each for group in groups for each in group.customers]
    portraits = portraits_among(viewer=viewer, customer_ids=[each.id for each in people])
    serving = [each.serving_seller_id for each in people if each.serving_seller_id]
    sellers = sellers_of_ids(viewer=viewer, seller_ids=serving)

    def orders(person: CustomerView) -> int:
        return int((portraits.get(person.id) or {}).get("orders") or 0)

    return [
        {
            "masked_phone": group.masked_phone,
            "more": group.count - len(group.customers),
            "kept_id": max(group.customers, key=lambda each: (orders(each), -each.id)).id,
            "people": [
                {
                    "view": each,
                    "portrait": portraits.get(each.id),
                    "seller": sellers.get(each.serving_seller_id or 0),
                }
                for each in group.customers
            ],
        }
        for group in groups
    ]


def _merges(viewer: Viewer) -> list[dict[str, Any]]:
    found = merges_of(viewer=viewer)
    ids = [each for merge in found for each in (merge.customer_id, merge.kept_id)]
    names = names_of_customers(viewer=viewer, customer_ids=ids)
    return [
        {
            "view": each,
            "name": names.get(each.customer_id) or str(each.customer_id),
            "kept": names.get(each.kept_id) or str(each.kept_id),
        }
        for each in found
    ]
