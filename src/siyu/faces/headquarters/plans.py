"""Commission plans: written, checked against the law, signed, published."""

from difflib import unified_diff
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.headquarters.plan_words import levels_of, rows_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_staff, program_of, today_in
from siyu.rooms.plans.actions import (
    discard_plan,
    draft_plan,
    edit_plan,
    publish_plan,
    sign_plan,
    withdraw_plan,
)
from siyu.rooms.plans.queries import find_plan, plan_on, plans_of, review_plan
from siyu.rooms.plans.types import (
    TEXT_LENGTH,
    Finding,
    PlanState,
    PlanVersion,
    Review,
    Severity,
    Verdict,
)

STATES = {
    PlanState.DRAFT: (gettext_lazy("Draft"), "secondary"),
    PlanState.PUBLISHED: (gettext_lazy("Published"), "green"),
    PlanState.WITHDRAWN: (gettext_lazy("Withdrawn"), "secondary"),
}
SEVERITIES = {
    Severity.BLOCK: (gettext_lazy("Forbidden"), "red"),
    Severity.HIGH: (gettext_lazy("Signature needed"), "orange"),
    Severity.WARN: (gettext_lazy("Think of it"), "yellow"),
    Severity.INFO: (gettext_lazy("For your information"), "azure"),
}
VERDICTS = {
    Verdict.PASSES: (gettext_lazy("Nothing speaks against publishing it."), "success"),
    Verdict.NEEDS_SIGN_OFF: (
        gettext_lazy("The law leaves parts of it in doubt. Somebody has to sign for it."),
        "warning",
    ),
    Verdict.BLOCKED: (gettext_lazy("The law forbids it. It cannot be published."), "danger"),
}
_SIGNED = (
    gettext_lazy("The law leaves parts of it in doubt, and somebody signed for it."),
    "success",
)
_REFUSED = 422
_FIRST = """name = "{name}"
currency = "{currency}"
from_on = {day}

[[shares]]
name = "own sales"
rates = [
  {{ percent = 5, from_time = "22:00", until_time = "10:00" }},
  {{ percent = 3 }},
]
limits = [{{ per = "month", most = 20000 }}]

[release]
days = 8
"""


@page(Right.EDIT_PLANS)
def plans(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every version, the newest first."""
    found = plans_of(viewer=viewer)
    today = today_in(program_id=viewer.program_id)
    current = plan_on(program_id=viewer.program_id, day=today)
    names = names_of_staff(staff_ids={each.written_by_id for each in found if each.written_by_id})
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {
                "version": each,
                "state": STATES[each.state],
                "author": names.get(each.written_by_id or 0, ""),
                "is_current": current is not None and current.id == each.id,
            }
            for each in found
        ],
        "section": "plans",
    }
    return render(request, "headquarters/plans.html", shown)


@page(Right.EDIT_PLANS, methods=("GET", "POST"))
def new(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """A new version: the one in force to start from, or an example."""
    return _page_of(request, viewer, None)


@page(Right.EDIT_PLANS, methods=("GET", "POST"))
def plan(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """One version: its text, what the law says of it, and what it pays in words."""
    return _page_of(request, viewer, find_plan(viewer=viewer, plan_id=plan_id))


@page(Right.PUBLISH_PLANS, methods=("POST",))
def sign(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """Answer for what the law leaves in doubt."""
    memo, note = request.POST.get("memo_sha256", ""), request.POST.get("note", "")
    sign_plan(viewer=viewer, plan_id=plan_id, memo_sha256=memo, note=note, at=utc_now())
    messages.success(request, _("Signed. It counts for this text only."))
    return redirect("plan", plan_id=plan_id)


@page(Right.PUBLISH_PLANS, methods=("POST",))
def publish(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """Put a version in force from its first day on."""
    today = today_in(program_id=viewer.program_id)
    publish_plan(viewer=viewer, plan_id=plan_id, today=today, at=utc_now())
    messages.success(request, _("Published. Orders before its first day stay on the plan before."))
    return redirect("plan", plan_id=plan_id)


@page(Right.PUBLISH_PLANS, methods=("POST",))
def withdraw(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """Take back a version that has not begun."""
    today = today_in(program_id=viewer.program_id)
    withdraw_plan(viewer=viewer, plan_id=plan_id, today=today)
    messages.success(request, _("Withdrawn. The plan before goes on."))
    return redirect("plan", plan_id=plan_id)


@page(Right.EDIT_PLANS, methods=("POST",))
def discard(request: HttpRequest, plan_id: int, *, viewer: Viewer) -> HttpResponse:
    """Throw a draft away."""
    discard_plan(viewer=viewer, plan_id=plan_id)
    messages.success(request, _("The draft is gone."))
    return redirect("plans")


def _page_of(request: HttpRequest, viewer: Viewer, found: PlanVersion | None) -> HttpResponse:
    today = today_in(program_id=viewer.program_id)
    current = plan_on(program_id=viewer.program_id, day=today)
    text = request.POST.get("text", "").replace("\r\n", "\n") or _text_of(viewer, found, current)
    is_draft = found is None or found.state is PlanState.DRAFT
    error: BadInput | None = None
    review: Review | None = None
    try:
        if request.POST.get("do") == "save":
            return _saved(request, viewer, found, text)
        announced_on = today if is_draft else None
        review = review_plan(viewer=viewer, text=text, announced_on=announced_on)
    except BadInput as refused:
        error = refused
    shown: dict[str, Any] = {
        "program": program_of(program_id=viewer.program_id),
        "version": found,
        "state": STATES[found.state] if found else None,
        "signer": _signer(found),
        "text": text,
        "most": TEXT_LENGTH,
        "is_draft": is_draft,
        "is_saved": found is not None and text == found.text,
        "is_coming": found is not None and found.plan.from_on > today,
        "may_publish": viewer.may(Right.PUBLISH_PLANS),
        "current": current,
        "changes": _changes(current, found, text),
        "error": told(error) if error else "",
        "error_field": error.field if error else "",
        "section": "plans",
    }
    if review is not None:
        is_signed = (
            review.verdict is Verdict.NEEDS_SIGN_OFF
            and found is not None
            and found.signature is not None
            and text == found.text
        )
        shown |= {
            "verdict": _SIGNED if is_signed else VERDICTS[review.verdict],
            "can_publish": review.verdict is Verdict.PASSES or is_signed,
            "needs_signature": review.verdict is Verdict.NEEDS_SIGN_OFF,
            "findings": [_finding(each) for each in review.findings],
            "tree": review.tree,
            "words": rows_of(plan=review.plan),
            "levels": levels_of(plan=review.plan),
        }
    status = _REFUSED if error and request.method == "POST" else 200
    return render(request, "headquarters/plan.html", shown, status=status)


def _text_of(viewer: Viewer, found: PlanVersion | None, current: PlanVersion | None) -> str:
    """The text to begin with: the version's own, the one in force, or an example."""
    if found is not None or current is not None:
        return (found or current).text  # type: ignore[union-attr]
    program = program_of(program_id=viewer.program_id)
    today = today_in(program_id=viewer.program_id)
    return _FIRST.format(name=program.name, currency=program.currency, day=today.isoformat())


def _saved(
    request: HttpRequest, viewer: Viewer, found: PlanVersion | None, text: str
) -> HttpResponse:
    if found is None:
        plan_id = draft_plan(viewer=viewer, text=text)
    else:
        plan_id = found.id
        edit_plan(viewer=viewer, plan_id=plan_id, text=text, at=utc_now())
    messages.success(request, _("Kept as a draft."))
    return redirect("plan", plan_id=plan_id)


def _signer(found: PlanVersion | None) -> str:
    if found is None or found.signature is None or found.signature.by_staff_id is None:
        return ""
    staff_id = found.signature.by_staff_id
    return names_of_staff(staff_ids=[staff_id]).get(staff_id, "")


def _finding(found: Finding) -> dict[str, Any]:
    word, colour = SEVERITIES[found.severity]
    return {
        "rule": found.rule,
        "word": word,
        "colour": colour,
        "where": found.where,
        "text": _(found.template).format(**found.params),
        "mend": _(found.mend),
        "basis": _(found.basis),
        "in_doubt": found.in_doubt,
    }


def _changes(
    current: PlanVersion | None, found: PlanVersion | None, text: str
) -> list[tuple[str, str]]:
    """(kind, line) of what differs from the version in force; nothing where it is that one."""
    if current is None or (found is not None and found.id == current.id):
        return []
    lines = list(unified_diff(current.text.splitlines(), text.splitlines(), n=1, lineterm=""))[2:]
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return [(kinds.get(line[:1], "same"), line) for line in lines]
