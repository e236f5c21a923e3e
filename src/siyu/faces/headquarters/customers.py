"""Customers within reach: how they stand, the most valuable of each kind, and one of them."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.customers import told_of
from siyu.faces.errors import told
from siyu.faces.paging import page_number
from siyu.faces.portraits import STATES, WORTHS
from siyu.foundation.crypto import mask_name
from siyu.foundation.errors import BadInput
from siyu.rooms.customers.actions import unmask
from siyu.rooms.customers.queries import find_by_number, find_customer, names_of_customers
from siyu.rooms.customers.types import CustomerView
from siyu.rooms.insights.queries import (
    customer_layers_of,
    customers_standing,
    portrait_of,
    publication_of,
)
from siyu.rooms.insights.types import Worth
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of, today_in
from siyu.rooms.sellers.queries import sellers_of_ids

_BUYERS = tuple(state for state in STATES if state != "prospect")
# Further down nobody looks; a segment says who is meant, and can be taken out as a file.
_SIZE, _MOST_PAGES = 20, 50
_UNPROCESSABLE = 422


@page(Right.SEE_SELLERS)
def customers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The table of states and worth, and the customers of one cell or found by number."""
    viewer.require(Right.SEE_CUSTOMERS)
    find = request.GET.get("find", "").strip()
    state, worth = request.GET.get("state", ""), request.GET.get("worth", "")
    state = state if state in STATES else ""
    worth = worth if worth in set(Worth) else ""
    number = min(page_number(request), _MOST_PAGES)
    if find:
        rows, count = _found(viewer, find)
    else:
        rows, count = customers_standing(
            viewer=viewer, state=state, worth=worth, page=number, size=_SIZE
        )
    layers = customer_layers_of(viewer=viewer)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "tiles": _tiles(layers),
        "grid": _grid(layers),
        "states": {state: STATES[state] for state in _BUYERS},
        "rows": _with_people(viewer, rows),
        "count": count,
        "find": find,
        "state": state,
        "worth": worth,
        "chosen": _chosen(state, worth),
        "page": number,
        "pages": min(max(-(-count // _SIZE), 1), _MOST_PAGES),
        "section": "customers",
    }
    return render(request, "headquarters/customers.html", shown)


@page(Right.SEE_SELLERS)
def customer(request: HttpRequest, customer_id: int, *, viewer: Viewer) -> HttpResponse:
    """One customer; the name stays masked. One who was merged leads to who she is."""
    person = find_customer(viewer=viewer, customer_id=customer_id)
    if person.id != customer_id:
        return redirect("hq-customer", customer_id=person.id)
    return _one(request, viewer, person)


@page(Right.SEE_SELLERS, methods=("POST",))
def phone(request: HttpRequest, customer_id: int, *, viewer: Viewer) -> HttpResponse:
    """The whole phone number on the customer's page, for a reason that is logged."""
    viewer.require(Right.UNMASK)
    person = find_customer(viewer=viewer, customer_id=customer_id)
    reason = request.POST.get("reason", "")
    try:
        number = unmask(viewer=viewer, customer_id=customer_id, reason=reason)
    except BadInput as error:
        return _one(request, viewer, person, error=told(error))
    return _one(request, viewer, person, phone=number or _("No phone number is known."))


def _chosen(state: str, worth: str) -> str:
    words = [WORTHS[Worth(worth)]] if worth else []
    words += [STATES[state]] if state else []
    return " · ".join(map(str, words))


def _one(
    request: HttpRequest, viewer: Viewer, person: CustomerView, *, phone: str = "", error: str = ""
) -> HttpResponse:
    program = program_of(program_id=viewer.program_id)
    today = today_in(program_id=program.id)
    serving = [person.serving_seller_id] if person.serving_seller_id else []
    seller = next(iter(sellers_of_ids(viewer=viewer, seller_ids=serving).values()), None)
    stores = names_of_units(unit_ids=[seller.unit_id]) if seller else {}
    shown = told_of(viewer=viewer, person=person, program=program, today=today) | {
        "program": program,
        "name": mask_name(person.name) or _("Customer without a name"),
        "seller": seller,
        "store": stores.get(seller.unit_id, "") if seller else "",
        "may_unmask": viewer.may(Right.UNMASK) and bool(person.masked_phone),
        "phone": phone,
        "error": error,
        "section": "customers",
    }
    status = _UNPROCESSABLE if error else None
    return render(request, "headquarters/customer.html", shown, status=status)


def _found(viewer: Viewer, find: str) -> tuple[list[Mapping[str, Any]], int]:
    ids = find_by_number(viewer=viewer, text=find)
    shown = ids[:_SIZE]
    rows = [portrait_of(viewer=viewer, customer_id=each) or {"customer_id": each} for each in shown]
    return rows, len(ids)


def _with_people(viewer: Viewer, rows: list[Any]) -> list[dict[str, Any]]:
    names = names_of_customers(viewer=viewer, customer_ids=[row["customer_id"] for row in rows])
    serving = {row["seller_id"] for row in rows if row.get("seller_id")}
    sellers = sellers_of_ids(viewer=viewer, seller_ids=serving)
    stores = names_of_units(unit_ids={each.unit_id for each in sellers.values()})
    found = []
    for row in rows:
        seller = sellers.get(row.get("seller_id") or 0)
        more = {
            "name": mask_name(names.get(row["customer_id"])),
            "seller": seller,
            "store": stores.get(seller.unit_id, "") if seller else "",
            "state_word": STATES.get(row.get("state", ""), ""),
        }
        found.append({**row, **more})
    return found


def _tiles(layers: list[Any]) -> dict[str, int] | None:
    if not layers:
        return None
    buyers = [row for row in layers if row["state"] in _BUYERS]
    return {
        "customers": sum(row["customers"] for row in layers),
        "buyers": sum(row["customers"] for row in buyers),
        "prospects": sum(row["customers"] for row in layers if row["state"] == "prospect"),
        "spend_minor": sum(row["spend_minor"] for row in buyers),
        "expected_minor": sum(row["expected_value_minor"] for row in layers),
    }


def _grid(layers: list[Any]) -> list[dict[str, Any]]:
    counts = {(row["worth"], row["state"]): row["customers"] for row in layers}
    return [
        {
            "worth": worth,
            "word": word,
            "cells": [
                {"state": state, "count": counts.get((worth.value, state), 0)} for state in _BUYERS
            ],
        }
        for worth, word in WORTHS.items()
    ]
