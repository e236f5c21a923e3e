"""A seller's own numbers."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from siyu.faces.access import page
from siyu.faces.portraits import STATES
from siyu.faces.workbench.customers import short_lists
from siyu.foundation.clock import utc_now
from siyu.rooms.campaigns.queries import month_elapsed_ppm, own_target
from siyu.rooms.insights.queries import (
    freshness_of,
    own_layers,
    publication_of,
    seller_days_of,
    seller_numbers,
)
from siyu.rooms.insights.types import Sold
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of
from siyu.rooms.outreach.queries import work_done
from siyu.rooms.sellers.queries import blocks_of, own_seller

_WEEK = timedelta(days=6)
_SHOWN_STATES = ("active", "new", "won_back", "slowing", "silent", "lost")


@page(Right.SEE_OWN_NUMBERS)
def numbers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Sales, customers and work of the seller who looks."""
    program = program_of(program_id=viewer.program_id)
    seller = own_seller(viewer=viewer)
    row = seller_numbers(viewer=viewer, seller_id=seller.id)
    now = utc_now()
    today = program.day_of(now)
    month_on = today.replace(day=1)
    days = seller_days_of(viewer=viewer, seller_id=seller.id, start_on=month_on, end_on=today)
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
        "fresh": freshness_of(program_id=program.id),
        "today_sold": days.get(today, Sold()),
        "month_minor": sum(each.net_minor for each in days.values()),
        "target": own_target(viewer=viewer, seller_id=seller.id, month_on=month_on),
        "elapsed_ppm": month_elapsed_ppm(program_id=program.id, month_on=month_on, now=now),
        "short": short_lists(counts=own_layers(viewer=viewer)) if row else [],
        "blocks": [f"workbench/blocks/{block.value}.html" for block in blocks_of(viewer=viewer)],
        "work": work_done(viewer=viewer, seller_id=seller.id, since=today - _WEEK),
        "tab": "numbers",
    }
    return render(request, "workbench/numbers.html", shown)
