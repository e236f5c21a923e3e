"""Sellers and their health."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.analytics.marts.seller_candidates import MILESTONE_FANS
from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.exports import csv_of
from siyu.faces.numbers import whole_number
from siyu.faces.paging import page_number
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotAllowed, NotFound
from siyu.foundation.money import from_minor
from siyu.rooms.campaigns.queries import own_target
from siyu.rooms.communities.queries import open_communities_of
from siyu.rooms.insights.queries import (
    SELLER_ORDERS,
    freshness_of,
    publication_of,
    seller_days_of,
    seller_lives,
    seller_numbers,
    sellers_health,
)
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.actions import issue_link
from siyu.rooms.organization.queries import grants_of, names_of_units, program_of, today_in
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.actions import end_assistant, set_teacher
from siyu.rooms.sellers.queries import (
    assistants_of,
    find_seller,
    find_seller_by_key,
    learners_of,
    sellers_of_ids,
    sellers_page,
    teacher_of,
)
from siyu.rooms.sellers.types import SellerKind, SellerStatus, SellerView

_SIZE, _REFUSED = 20, 422
KINDS = {
    SellerKind.GUIDE: gettext_lazy("Store guide"),
    SellerKind.SHOPKEEPER: gettext_lazy("Shopkeeper"),
    SellerKind.KOC: gettext_lazy("KOC"),
    SellerKind.GROUP_LEADER: gettext_lazy("Group leader"),
}
STATUSES = {
    SellerStatus.ACTIVE: gettext_lazy("Working"),
    SellerStatus.PAUSED: gettext_lazy("Paused"),
    SellerStatus.LEFT: gettext_lazy("Left"),
}
LIVES = {
    "trained": (gettext_lazy("No sale yet"), "azure"),
    "first_sale": (gettext_lazy("First sale"), "teal"),
    "growing": (gettext_lazy("Growing"), "green"),
    "stable": (gettext_lazy("Stable"), "secondary"),
    "slowing": (gettext_lazy("Falling off"), "orange"),
    "silent": (gettext_lazy("Silent"), "red"),
    "lost": (gettext_lazy("Lost"), "secondary"),
}
PERSONAS = {
    "hot_items": gettext_lazy("A few hot items"),
    "many_brands": gettext_lazy("Many brands, nearly every day"),
    "leads_a_team": gettext_lazy("Leads a team"),
    "organises_groups": gettext_lazy("Organises groups"),
    "sells_herself": gettext_lazy("Sells herself"),
}
COLUMNS = (
    ("gmv_minor", gettext_lazy("Sales, 30 days")),
    ("fans", gettext_lazy("Friends")),
    ("active", gettext_lazy("Active")),
    ("slowing", gettext_lazy("Slowing")),
    ("silent", gettext_lazy("Silent")),
    ("repeat_rate_ppm", gettext_lazy("Repeat rate")),
)


@page(Right.SEE_SELLERS)
def sellers(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """The list: sortable, findable by number or phone."""
    find = request.GET.get("find", "").strip()
    order = request.GET.get("order", "gmv_minor")
    order = order if order in SELLER_ORDERS else "gmv_minor"
    descending = request.GET.get("way", "down") == "down"
    number = page_number(request)
    life = request.GET.get("life", "")
    life = life if life in LIVES else ""
    if find:
        rows, count = _found(viewer, find)
    else:
        health, count = sellers_health(
            viewer=viewer,
            life=life,
            order_by=order,
            descending=descending,
            page=number,
            size=_SIZE,
        )
        rows = _with_people(viewer, list(health))
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "published": publication_of(program_id=viewer.program_id),
        "rows": rows,
        "count": count,
        "find": find,
        "life": life,
        "lives": _lives(viewer),
        "order": order,
        "way": "down" if descending else "up",
        "columns": COLUMNS,
        "page": number,
        "pages": max((count + _SIZE - 1) // _SIZE, 1),
        "section": "sellers",
    }
    return render(request, "headquarters/sellers.html", shown)


@page(Right.SEE_SELLERS)
def seller(request: HttpRequest, seller_id: int, *, viewer: Viewer) -> HttpResponse:
    """One seller, in a drawer or on a page of her own."""
    return _seller(request, viewer, seller_id)


@page(Right.ADMIT_SELLERS, methods=("POST",))
def teacher(request: HttpRequest, seller_id: int, *, viewer: Viewer) -> HttpResponse:
    """Say who teaches a seller, by her number; without one, nobody does."""
    key = request.POST.get("teacher", "").strip()
    find_seller(viewer=viewer, seller_id=seller_id)
    try:
        found = find_seller_by_key(viewer=viewer, source="", key=key) if key else None
        set_teacher(viewer=viewer, seller_id=seller_id, teacher_id=found.id if found else None)
    except (BadInput, NotFound) as refused:
        return _seller(request, viewer, seller_id, told(refused), key)
    messages.success(request, _("Saved. Both see it on their phones."))
    return redirect("seller", seller_id=seller_id)


@page(Right.ISSUE_LINKS, methods=("POST",))
def link(request: HttpRequest, seller_id: int, *, viewer: Viewer) -> HttpResponse:
    """A one-tap sign-in link for a seller, to hand over personally."""
    found = find_seller(viewer=viewer, seller_id=seller_id)
    if not _only_sells(found):
        raise NotAllowed("This account may do more than sell; only its owner can sign in with it.")
    issued = issue_link(staff_id=found.staff_id or 0, actor_id=viewer.staff_id)
    shown = {
        "seller": found,
        "link": request.build_absolute_uri(f"/link/{issued.token}"),
        "expires_at": issued.expires_at,
        "program": program_of(program_id=viewer.program_id),
        "section": "sellers",
    }
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_link" if partial else "link"
    return render(request, f"headquarters/{template}.html", shown)


@page(Right.ISSUE_LINKS, methods=("POST",))
def end(request: HttpRequest, assistant_id: int, *, viewer: Viewer) -> HttpResponse:
    """Let an assistant of a seller help no longer."""
    end_assistant(viewer=viewer, assistant_id=assistant_id)
    messages.success(request, _("She helps no longer; what she opens is closed to her at once."))
    back = whole_number(request.POST.get("seller", ""))
    return redirect("seller", seller_id=back) if back else redirect("sellers")


@page(Right.SEE_SELLERS)
def export(request: HttpRequest, *, viewer: Viewer) -> StreamingHttpResponse:
    """The whole list as CSV, in the order of the page."""
    order = request.GET.get("order", "gmv_minor")
    health, _count = sellers_health(
        viewer=viewer,
        life=request.GET.get("life", ""),
        order_by=order if order in SELLER_ORDERS else "gmv_minor",
        descending=request.GET.get("way", "down") == "down",
        size=None,
    )
    currency = program_of(program_id=viewer.program_id).currency
    return csv_of(name="sellers", rows=_lines(viewer, list(health), currency))


def _seller(
    request: HttpRequest,
    viewer: Viewer,
    seller_id: int,
    error: str = "",
    given_teacher: str = "",
) -> HttpResponse:
    found = find_seller(viewer=viewer, seller_id=seller_id)
    row = seller_numbers(viewer=viewer, seller_id=seller_id)
    today = today_in(program_id=viewer.program_id)
    month_on = today.replace(day=1)
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "seller": found,
        "store": names_of_units(unit_ids=[found.unit_id]).get(found.unit_id, ""),
        "kind": KINDS[found.kind],
        "status": STATUSES[found.status],
        **_companions(viewer, found),
        "row": row,
        "life": LIVES.get(row["life"]) if row else None,
        "persona": PERSONAS.get(row["persona"]) if row else None,
        "assistants": [
            each
            for each in assistants_of(viewer=viewer, seller_id=seller_id)
            if each.ended_at is None
        ],
        "may_end": viewer.may(Right.ISSUE_LINKS),
        "communities": open_communities_of(viewer=viewer, seller_id=seller_id, now=utc_now()),
        "milestone_fans": MILESTONE_FANS,
        "target": own_target(viewer=viewer, seller_id=seller_id, month_on=month_on),
        "fresh": _fresh(viewer, seller_id, today),
        "may_issue": viewer.may(Right.ISSUE_LINKS) and _only_sells(found),
        "error": error,
        "given_teacher": given_teacher,
        "section": "sellers",
    }
    partial = request.headers.get("HX-Request-Type") == "partial"
    template = "_seller" if partial else "seller"
    status = _REFUSED if error else None
    return render(request, f"headquarters/{template}.html", shown, status=status)


def _companions(viewer: Viewer, found: SellerView) -> dict[str, Any]:
    """Who invited a seller, who teaches her and how many she teaches."""
    teacher_id = teacher_of(viewer=viewer, seller_id=found.id)
    ids = [each for each in (found.invited_by_id, teacher_id) if each]
    sellers = sellers_of_ids(viewer=viewer, seller_ids=ids)
    return {
        "inviter": sellers.get(found.invited_by_id or 0),
        "teacher_id": teacher_id,
        "teacher": sellers.get(teacher_id or 0),
        "learners": learners_of(viewer=viewer, seller_id=found.id),
        "may_admit": viewer.may(Right.ADMIT_SELLERS),
    }


def _fresh(viewer: Viewer, seller_id: int, today: date) -> dict[str, int] | None:
    """What she sold today and this month until now; None before the first hourly run."""
    if freshness_of(program_id=viewer.program_id) is None:
        return None
    days = seller_days_of(
        viewer=viewer, seller_id=seller_id, start_on=today.replace(day=1), end_on=today
    )
    return {
        "today_minor": days[today].net_minor if today in days else 0,
        "month_minor": sum(each.net_minor for each in days.values()),
    }


def _lives(viewer: Viewer) -> list[dict[str, Any]]:
    counts = seller_lives(viewer=viewer)
    return [
        {"life": life, "label": LIVES[life][0], "count": count} for life, count in counts.items()
    ]


def _only_sells(seller: SellerView) -> bool:
    """Whether her account opens nothing but her own list.

    A file of sellers may name the login of any account; a link for it would lend all its rights.
    """
    grants = grants_of(staff_id=seller.staff_id) if seller.staff_id else []
    return [(each.program_id, each.role) for each in grants] == [(seller.program_id, Role.SELLER)]


def _lines(viewer: Viewer, health: list[Any], currency: str) -> Iterator[Sequence[Any]]:
    yield (_("Number"), _("Store"), _("Standing"), *(str(title) for _name, title in COLUMNS))
    for start in range(0, len(health), 500):
        for row in _with_people(viewer, health[start : start + 500]):
            figures = [
                from_minor(row[name], currency)
                if name.endswith("_minor")
                else f"{(row[name] or 0) / 1_000_000:.4f}"
                if name.endswith("_ppm")
                else row[name]
                for name, _title in COLUMNS
            ]
            yield (row["seller"].key, row["store"], row["state"], *figures)


def _found(viewer: Viewer, find: str) -> tuple[list[dict[str, Any]], int]:
    found, count = sellers_page(viewer=viewer, find=find, size=_SIZE)
    rows = []
    for each in found:
        numbers = seller_numbers(viewer=viewer, seller_id=each.id)
        blank = dict.fromkeys(name for name, _title in COLUMNS)
        rows.append({**blank, **(numbers or {}), "seller_id": each.id})
    return _with_people(viewer, rows), count


def _with_people(viewer: Viewer, rows: list[Any]) -> list[dict[str, Any]]:
    people = sellers_of_ids(viewer=viewer, seller_ids=[row["seller_id"] for row in rows])
    stores = names_of_units(unit_ids=[each.unit_id for each in people.values()])
    return [
        {
            **row,
            "seller": people[row["seller_id"]],
            "store": stores.get(people[row["seller_id"]].unit_id, ""),
            "status": STATUSES[people[row["seller_id"]].status],
            "state": LIVES[row["life"]][0] if row.get("life") else "",
            "state_colour": LIVES[row["life"]][1] if row.get("life") else "",
        }
        for row in rows
        if row["seller_id"] in people
    ]
