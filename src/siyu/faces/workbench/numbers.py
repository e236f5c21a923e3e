"""A seller's own numbers."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from siyu.faces.access import page
from siyu.faces.portraits import STATES
from siyu.foundation.clock import utc_now
from siyu.rooms.insights.queries import publication_of, seller_numbers
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.outreach.queries import work_done
from siyu.rooms.sellers.queries import own_seller

_WEEK = timedelta(days=6)
_SHOWN_STATES = ("active", "new", "won_back", "slowing", "silent", "lost")


@page(Right.WORK_TASKS)
def numbers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Sales, customers and work of the seller who looks."""
    program = program_of(program_id=viewer.program_id)
    seller = own_seller(viewer=viewer)
    row = seller_numbers(viewer=viewer, seller_id=seller.id)
    today = program.day_of(utc_now())
    shown = {
        "program": program,
        "seller": seller,
        "store": names_of_units(unit_ids=[seller.unit_id]).get(seller.unit_id, ""),
        "row": row,
        "published": publication_of(program_id=program.id),
        "states": [
            {"state": state, "word": STATES[state], "count": row[state]} for state in _SHOWN_STATES
        ]
        if row
        else [],
        "work": work_done(viewer=viewer, seller_id=seller.id, since=today - _WEEK),
        "tab": "numbers",
    }
    return render(request, "workbench/numbers.html", shown)
