"""A seller's customers, and the page of one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.customers import told_of
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.faces.portraits import STATES, WORTHS
from siyu.faces.workbench.today import cards_of
from siyu.foundation.clock import utc_now
from siyu.rooms.customers.actions import opt_out, tag_customer, unmask
from siyu.rooms.customers.queries import (
    find_by_phone,
    find_customer,
    names_of_customers,
    search_own,
)
from siyu.rooms.insights.queries import (
    own_customers,
    own_layer,
    own_layers,
    portraits_among,
    publication_of,
)
from siyu.rooms.insights.types import Layer, Standing, Worth
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import program_of
from siyu.rooms.outreach.queries import open_task_of
from siyu.rooms.sellers.queries import own_seller

STANDINGS = {
    Standing.BUYING: gettext_lazy("Buying"),
    Standing.SLOWING: gettext_lazy("Slowing"),
    Standing.SILENT: gettext_lazy("Silent"),
    Standing.LOST: gettext_lazy("Lost"),
}
SHORT_LISTS = {
    Layer.GOOD_AND_QUIET: gettext_lazy("Were good, went quiet"),
    Layer.FELL_TO_HALF: gettext_lazy("Buy half as often as before"),
}
_SIZE = 30
_PHONE_DIGITS = 7


@page(Right.WORK_TASKS)
def customers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The seller's customers: by state, or found by phone or name."""
    find = request.GET.get("find", "").strip()
    state = request.GET.get("state", "")
    number = page_number(request)
    layer = _chosen_layer(request)
    if find:
        rows, count = _found(viewer, find)
    elif layer:
        own, count = own_layer(viewer=viewer, layer=layer, page=number, size=_SIZE)
        rows = [dict(row) for row in own]
    else:
        own, count = own_customers(viewer=viewer, state=state, page=number, size=_SIZE)
        rows = [dict(row) for row in own]
    names = names_of_customers(viewer=viewer, customer_ids=[row["customer_id"] for row in rows])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {
                **row,
                "name": names.get(row["customer_id"]) or _("Customer without a name"),
                "state_word": STATES.get(row.get("state", ""), ""),
            }
            for row in rows
        ],
        "count": count,
        "find": find,
        "state": state,
        "layer": layer,
        "layer_word": _layer_word(layer) if layer else "",
        "states": STATES,
        "next_page": number + 1 if not find and number * _SIZE < count else None,
        "is_ready": publication_of(program_id=viewer.program_id) is not None,
        "tab": "customers",
    }
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_customer_rows" if partial else "customers"
    return render(request, f"workbench/{template}.html", shown)


@page(Right.WORK_TASKS)
def layers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The seller's customers by what they are worth and how they stand."""
    counts = own_layers(viewer=viewer)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "short": short_lists(counts=counts),
        "standings": STANDINGS.values(),
        "rows": [
            {
                "word": word,
                "cells": [_layer(Layer(f"{worth}-{standing}"), counts) for standing in Standing],
            }
            for worth, word in WORTHS.items()
        ],
        "is_ready": publication_of(program_id=viewer.program_id) is not None,
        "tab": "customers",
    }
    return render(request, "workbench/layers.html", shown)


@page(Right.WORK_TASKS)
def customer(request: HttpRequest, customer_id: int, *, viewer: Viewer) -> HttpResponse:
    """One customer: who she is, what she bought, what was done together.

    One who was merged leads to who she is.
    """
    person = find_customer(viewer=viewer, customer_id=customer_id)
    if person.id != customer_id:
        return redirect("customer", customer_id=person.id)
    return render(request, "workbench/customer.html", _shown(viewer, customer_id))


@page(Right.WORK_TASKS, methods=("GET", "POST"))
def phone(request: HttpRequest, customer_id: int, *, viewer: Viewer) -> HttpResponse:
    """The full phone number, for a reason that is logged."""
    person = find_customer(viewer=viewer, customer_id=customer_id)
    shown: dict[str, Any] = {"customer": person, "sheet": "phone"}
    if request.method == "POST":
        shown["phone"] = unmask(
            viewer=viewer, customer_id=customer_id, reason=request.POST.get("reason", "")
        )
    else:
        viewer.require(Right.UNMASK)
    partial = request.headers.get("HX-Request")
    template = "workbench/_phone.html" if partial else "workbench/phone_page.html"
    return render(request, template, shown)


@page(Right.WORK_TASKS, methods=("POST",))
def consent(request: HttpRequest, customer_id: int, *, viewer: Viewer) -> HttpResponse:
    """Note that a customer wants no marketing, or wants it again."""
    out = request.POST.get("opted_out") == "1"
    opt_out(viewer=viewer, customer_id=customer_id, out=out)
    told = _("Noted: no more messages.") if out else _("Noted: messages are welcome again.")
    messages.success(request, told)
    return redirect("customer", customer_id=customer_id)


@page(Right.WORK_TASKS, methods=("POST",))
def tag(request: HttpRequest, customer_id: int, *, viewer: Viewer) -> HttpResponse:
    """Put a tag on a customer, confirm it, or take it off."""
    tag_id = whole_number(request.POST.get("tag", "")) or 0
    is_on = request.POST.get("on") == "1"
    tag_customer(viewer=viewer, customer_id=customer_id, tag_id=tag_id, on=is_on)
    return redirect(f"{reverse('customer', args=[customer_id])}#tags")


def _chosen_layer(request: HttpRequest) -> Layer | None:
    asked = request.GET.get("layer", "")
    return Layer(asked) if asked in set(Layer) else None


def short_lists(*, counts: Mapping[Layer, int]) -> list[dict[str, Any]]:
    """The layers to look at first, each with its number of customers."""
    return [_layer(layer, counts) for layer in SHORT_LISTS]


def _layer(layer: Layer, counts: Mapping[Layer, int]) -> dict[str, Any]:
    return {"layer": layer.value, "word": _layer_word(layer), "count": counts.get(layer, 0)}


def _layer_word(layer: Layer) -> str:
    if layer in SHORT_LISTS:
        return str(SHORT_LISTS[layer])
    worth, _dash, standing = layer.partition("-")
    return f"{WORTHS[Worth(worth)]} · {STANDINGS[Standing(standing)]}"


def _found(viewer: Viewer, find: str) -> tuple[list[dict[str, Any]], int]:
    digits = "".join(filter(str.isdecimal, find))
    if len(digits) >= _PHONE_DIGITS:
        ids = find_by_phone(viewer=viewer, phone=digits)
    else:
        ids = [customer_id for customer_id, _name in search_own(viewer=viewer, text=find)]
    portraits = portraits_among(viewer=viewer, customer_ids=ids)
    rows = [dict(portraits.get(each) or {"customer_id": each}) for each in ids]
    return rows, len(rows)


def _shown(viewer: Viewer, customer_id: int) -> dict[str, Any]:
    program = program_of(program_id=viewer.program_id)
    person = find_customer(viewer=viewer, customer_id=customer_id)
    seller = own_seller(viewer=viewer)
    today = program.day_of(utc_now())
    task = open_task_of(viewer=viewer, customer_id=customer_id)
    return told_of(viewer=viewer, person=person, program=program, today=today) | {
        "program": program,
        "card": cards_of(viewer, (task,), seller, program, today)[0] if task else None,
        "tab": "customers",
    }
