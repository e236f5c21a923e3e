"""Playbooks: their words and place, their launch, and what they added."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from siyu.faces.access import page
from siyu.faces.errors import told
from siyu.faces.headquarters.calendars import calendar_fields, calendar_of
from siyu.faces.numbers import whole_number
from siyu.faces.signals import MEANINGS, kind_of
from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput
from siyu.rooms.content.queries import newest_templates
from siyu.rooms.content.types import PLACEHOLDERS, TemplateView
from siyu.rooms.insights.queries import publication_of
from siyu.rooms.insights.types import Readout, ReadoutDay
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_units, program_of, today_in, units_under
from siyu.rooms.organization.types import ProgramView
from siyu.rooms.outreach.actions import edit_playbook, launch_playbook
from siyu.rooms.outreach.queries import (
    find_playbook,
    playbooks_of,
    readout_of,
    trials_of,
    work_by_playbook,
)
from siyu.rooms.outreach.types import PlaybookView, TrialArm
from siyu.rooms.segments.queries import segments_of

LANGUAGES = {"zh-hans": gettext_lazy("Words in Chinese"), "en": gettext_lazy("Words in English")}
_WORK_DAYS = 30
_REFUSED = 422
_PER_POINT, _MILLION = 10_000, 1_000_000
_DIGITS = 2
_GREATEST = 2**15


@page(Right.SEE_OVERVIEW)
def playbooks(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Every playbook in its order, with its work and its effect."""
    program = program_of(program_id=viewer.program_id)
    on = _read_on(viewer, program)
    work = work_by_playbook(viewer=viewer, since=on - timedelta(days=_WORK_DAYS))
    shown = {
        "program": program,
        "rows": [
            {
                "playbook": each,
                "kind": kind_of(each.signal, each.name),
                "work": work.get(each.id, {}),
                "issued": _issued(work.get(each.id, {})),
                "readout": readout_of(viewer=viewer, playbook=each),
            }
            for each in playbooks_of(viewer=viewer, on=on)
        ],
        "section": "playbooks",
    }
    return render(request, "headquarters/playbooks.html", shown)


@page(Right.SEE_OVERVIEW)
def detail(request: HttpRequest, playbook_id: int, *, viewer: Viewer) -> HttpResponse:
    """One playbook: its effect day by day, its words, and its launch."""
    return playbook_page(request, viewer, playbook_id)


@page(Right.EDIT_PLAYBOOKS, methods=("POST",))
def save(request: HttpRequest, playbook_id: int, *, viewer: Viewer) -> HttpResponse:
    """Change place, use and words; what cannot be used comes back with the form as it was."""
    on = today_in(program_id=viewer.program_id)
    playbook = find_playbook(viewer=viewer, playbook_id=playbook_id, on=on)
    try:
        edit_playbook(
            viewer=viewer,
            playbook_id=playbook_id,
            priority=_number(request, "priority"),
            is_enabled="is_enabled" in request.POST,
            texts={language: request.POST.get(f"text_{language}", "") for language in LANGUAGES},
            name=request.POST.get("name", ""),
            segment_id=_segment(request, playbook),
            calendar=calendar_of(request=request),
        )
    except BadInput as error:
        return playbook_page(request, viewer, playbook_id, error=error)
    messages.success(request, _("Saved. Tonight's lists use it; open tasks show the new words."))
    return redirect("playbook", playbook_id=playbook_id)


@page(Right.EDIT_PLAYBOOKS, methods=("POST",))
def launch(request: HttpRequest, playbook_id: int, *, viewer: Viewer) -> HttpResponse:
    """Read the playbook out anew from tomorrow on."""
    try:
        launch_playbook(
            viewer=viewer,
            playbook_id=playbook_id,
            horizon_days=_number(request, "horizon_days"),
            planned_days=_number(request, "planned_days"),
            today=today_in(program_id=viewer.program_id),
        )
    except BadInput as error:
        return playbook_page(request, viewer, playbook_id, error=error)
    messages.success(request, _("Launched: tasks drawn from tomorrow on are counted anew."))
    return redirect("playbook", playbook_id=playbook_id)


def playbook_page(
    request: HttpRequest, viewer: Viewer, playbook_id: int, *, error: BadInput | None = None
) -> HttpResponse:
    """The page of a playbook; with an error also what was entered."""
    program = program_of(program_id=viewer.program_id)
    playbook = find_playbook(viewer=viewer, playbook_id=playbook_id, on=_read_on(viewer, program))
    readout = readout_of(viewer=viewer, playbook=playbook)
    segments = {str(each.id): each.name for each in segments_of(viewer=viewer)}
    if playbook.segment_id and str(playbook.segment_id) not in segments:
        segments[str(playbook.segment_id)] = _("a segment that was put away")
    shown = {
        "program": program,
        "published": publication_of(program_id=viewer.program_id),
        "playbook": playbook,
        "kind": kind_of(playbook.signal, playbook.name),
        "meaning": _meaning(playbook, segments),
        "segments": segments,
        "segment_id": request.POST.get("segment", str(playbook.segment_id or "")),
        "name": request.POST.get("name", playbook.name),
        "readout": readout,
        "rates": _rates(readout),
        "chart": _chart(readout.days),
        "words": _words(request, viewer, playbook),
        "calendar": calendar_fields(entered=request.POST, calendar=playbook.calendar),
        "trials": _trials(viewer, playbook),
        "markets": units_under(viewer=viewer),
        "languages_of_words": LANGUAGES,
        "placeholders": [f"{{{name}}}" for name in PLACEHOLDERS],
        "entered": request.POST,
        "error": told(error) if error else "",
        "error_field": error.field if error else "",
        "is_enabled": _is_ticked(request, playbook),
        "may_edit": viewer.may(Right.EDIT_PLAYBOOKS),
        "section": "playbooks",
    }
    status = _REFUSED if error else 200
    return render(request, "headquarters/playbook.html", shown, status=status)


def _meaning(playbook: PlaybookView, segments: dict[str, str]) -> str:
    segment = segments.get(str(playbook.segment_id), "")
    if playbook.name:
        return _("Members of the segment {segment}.").format(segment=segment or "–")
    told = str(MEANINGS.get(playbook.signal, ""))
    if not playbook.segment_id:
        return told
    return told + " " + _("Only members of the segment {segment}.").format(segment=segment or "–")


def _words(request: HttpRequest, viewer: Viewer, playbook: PlaybookView) -> list[dict[str, Any]]:
    rows = []
    for language, label in LANGUAGES.items():
        found = newest_templates(
            program_id=viewer.program_id, codes=[playbook.template_code], language=language
        ).get(playbook.template_code)
        field = f"text_{language}"
        rows.append(
            {
                "field": field,
                "language": language,
                "label": label,
                "text": request.POST.get(field, found.text if found else ""),
                "version": found.version if found else None,
            }
        )
    return rows


def _trials(viewer: Viewer, playbook: PlaybookView) -> list[dict[str, Any]]:
    """Each market's words side by side, with the words themselves in the reader's language."""
    found = trials_of(viewer=viewer, playbook=playbook)
    names = names_of_units(unit_ids=[each.market_id for each in found if each.market_id])
    codes = [arm.variant.template_code for each in found for arm in each.arms if arm.variant]
    texts = newest_templates(
        program_id=viewer.program_id, codes=codes, language=get_language() or "zh-hans"
    )
    return [
        {
            "market": names.get(
                trial.market_id or 0, _("All markets without a trial of their own")
            ),
            "rows": [_trial_row(arm, texts, trial.market_id) for arm in trial.arms],
        }
        for trial in found
    ]


def _trial_row(
    arm: TrialArm, texts: Mapping[str, TemplateView], market_id: int | None
) -> dict[str, Any]:
    counts, variant = arm.arm, arm.variant
    is_own = variant is not None and variant.market_id == market_id
    text = texts.get(variant.template_code) if variant else None
    return {
        "arm": arm,
        "text": text.text if text else "",
        "rate_ppm": counts.buyers * _MILLION // counts.customers if counts.customers else None,
        "is_usual": arm.effect is None and (variant is None or variant.adopted_on is not None),
        "may_change": is_own and variant is not None and not variant.has_ended,
        "may_adopt": variant is not None and variant.adopted_on is None,
    }


def _rates(readout: Readout) -> dict[str, int | None]:
    """The share of buyers and the spend a customer, of either arm."""
    rates: dict[str, int | None] = {}
    for name, arm in (("issued", readout.issued), ("held", readout.held)):
        rates[f"{name}_ppm"] = arm.buyers * _MILLION // arm.customers if arm.customers else None
        rates[f"{name}_minor"] = arm.spend_minor // arm.customers if arm.customers else None
    return rates


def _chart(days: tuple[ReadoutDay, ...]) -> dict[str, Any]:
    """The difference in points as it was known each morning, with its interval."""

    def line(name: str, part: str) -> dict[str, Any]:
        values = [round(getattr(day.effect, part) / _PER_POINT, _DIGITS) for day in days]
        return {"name": name, "values": values}

    return {
        "days": [day.on.strftime("%m-%d") for day in days],
        "series": [
            line(_("Difference in points"), "difference"),
            line(_("At least"), "low"),
            line(_("At most"), "high"),
        ],
    }


def _is_ticked(request: HttpRequest, playbook: PlaybookView) -> bool:
    was_saved = "priority" in request.POST
    return "is_enabled" in request.POST if was_saved else playbook.is_enabled


def _issued(work: dict[str, int]) -> int:
    return sum(number for state, number in work.items() if state != "held")


def _read_on(viewer: Viewer, program: ProgramView) -> date:
    """The day whose launches the published night read out."""
    published = publication_of(program_id=viewer.program_id)
    return published.as_of if published else program.day_of(utc_now())


def _segment(request: HttpRequest, playbook: PlaybookView) -> int | None:
    text = request.POST.get("segment")
    if text is None:
        return playbook.segment_id
    found = whole_number(text)
    if text and found is None:
        raise BadInput("segment", "There is no such segment any more; choose another.")
    return found


def _number(request: HttpRequest, field: str) -> int:
    text = request.POST.get(field, "").strip()
    number = whole_number(text)
    if number is None or number > _GREATEST:
        raise BadInput(field, "{text} is no whole number.", text=text[:20] or "–")
    return number
