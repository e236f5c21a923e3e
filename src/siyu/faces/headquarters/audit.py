"""The audit log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from siyu.faces.access import page
from siyu.faces.paging import page_number
from siyu.rooms.operations.queries import audit_page
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.queries import names_of_staff, program_of

ACTIONS = {
    "draft plan": gettext_lazy("wrote a draft of a commission plan"),
    "edit plan": gettext_lazy("changed a draft of a commission plan"),
    "discard plan": gettext_lazy("threw a draft of a commission plan away"),
    "sign plan": gettext_lazy("signed for a commission plan"),
    "publish plan": gettext_lazy("published a commission plan"),
    "withdraw plan": gettext_lazy("withdrew a commission plan"),
    "review levels": gettext_lazy("gave the levels of a month's review"),
    "carry levels": gettext_lazy("carried levels over to a plan"),
    "take back levels": gettext_lazy("took levels back before they counted"),
    "ask withdrawal": gettext_lazy("asked to be paid"),
    "cancel withdrawal": gettext_lazy("cancelled what she asked to be paid"),
    "set collector": gettext_lazy("set who collects for a payee"),
    "set settlement": gettext_lazy("set how the program settles"),
    "close period": gettext_lazy("closed a period"),
    "tell identity": gettext_lazy("told who she is, to be paid"),
    "set payee": gettext_lazy("told who a payee is"),
    "draft payout": gettext_lazy("made a payout batch"),
    "withdraw payout": gettext_lazy("withdrew a payout batch"),
    "approve payout": gettext_lazy("checked a payout batch"),
    "invite sellers": gettext_lazy("gave out an invitation to sell"),
    "revoke invitation": gettext_lazy("revoked an invitation"),
    "accept seller": gettext_lazy("accepted who applied to sell"),
    "refuse seller": gettext_lazy("refused who applied to sell"),
    "set teacher": gettext_lazy("set who teaches a seller"),
    "grant role": gettext_lazy("gave a role"),
    "withdraw role": gettext_lazy("took a role"),
    "issue sign-in link": gettext_lazy("issued a sign-in link"),
    "issue api key": gettext_lazy("issued an API key"),
    "revoke api key": gettext_lazy("revoked an API key"),
    "add webhook": gettext_lazy("added a webhook"),
    "enable webhook": gettext_lazy("switched a webhook on"),
    "disable webhook": gettext_lazy("switched a webhook off"),
    "remove webhook": gettext_lazy("removed a webhook"),
    "send dispatch": gettext_lazy("sent a dispatch"),
    "cancel dispatch": gettext_lazy("took a dispatch back"),
    "remind of dispatch": gettext_lazy("reminded of a dispatch"),
    "export dispatch": gettext_lazy("took out a dispatch as a file"),
    "create segment": gettext_lazy("made a segment"),
    "edit segment": gettext_lazy("changed a segment"),
    "archive segment": gettext_lazy("put a segment away"),
    "export segment": gettext_lazy("took out a segment as a file"),
    "add playbook": gettext_lazy("added a playbook"),
    "edit playbook": gettext_lazy("changed a playbook"),
    "launch playbook": gettext_lazy("launched a playbook"),
    "add variant": gettext_lazy("put words on trial"),
    "adopt variant": gettext_lazy("made words on trial the usual ones"),
    "end variant": gettext_lazy("ended a trial of words"),
    "set targets": gettext_lazy("set a month's targets"),
    "drop targets": gettext_lazy("dropped a month's targets"),
    "fix target": gettext_lazy("set a target by hand"),
    "release target": gettext_lazy("released a target"),
    "add campaign": gettext_lazy("added a campaign"),
    "remove campaign": gettext_lazy("removed a campaign"),
    "create tag": gettext_lazy("made a tag"),
    "edit tag": gettext_lazy("changed a tag"),
    "retire tag": gettext_lazy("retired a tag"),
    "merge customers": gettext_lazy("merged customers"),
    "undo merge of customers": gettext_lazy("undid a merge of customers"),
    "opt out": gettext_lazy("changed consent"),
    "opt in": gettext_lazy("changed consent"),
    "rotate keys": gettext_lazy("rotated the keys"),
    "set password": gettext_lazy("set a password"),
    "sign in": gettext_lazy("signed in"),
    "sign in by link": gettext_lazy("signed in by a link"),
    "unmask phone": gettext_lazy("saw a phone number"),
}
_SIZE = 50


@page(Right.SEE_AUDIT)
def audit(request: HttpRequest, *, viewer: Viewer) -> HttpResponse:
    """Who did what to whom, why and when."""
    number = page_number(request)
    rows = audit_page(viewer=viewer, page=number, size=_SIZE)
    names = names_of_staff(staff_ids=[row.actor_id for row in rows if row.actor_id])
    shown = {
        "program": program_of(program_id=viewer.program_id),
        "rows": [
            {
                "entry": row,
                "actor": names.get(row.actor_id or 0, ""),
                "action": ACTIONS.get(row.action, row.action),
            }
            for row in rows[:_SIZE]
        ],
        "page": number,
        "has_next": len(rows) > _SIZE,
        "section": "audit",
    }
    return render(request, "headquarters/audit.html", shown)
