from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.foundation.ids import new_id
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.organization.actions import add_staff, grant_role, issue_link, withdraw_role
from siyu.rooms.organization.queries import staff_of
from siyu.rooms.organization.types import IssuedLink, Role
from siyu.rooms.sellers.models import Assistant, Seller
from siyu.rooms.sellers.queries import find_seller, own_seller
from siyu.rooms.sellers.types import MOST_ASSISTANTS, SellerStatus

_LONGEST_NAME = 40


@transaction.atomic
def add_assistant(*, viewer: Viewer, name: str) -> int:
    """Let somebody help the viewer with her customers; returns the assistant's id.

    She signs in by the viewer's links only. Raises BadInput for a name that is none, Conflict
    where as many help already as may.
    """
    name = name.strip()
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise BadInput("name", "Write a name of 1 to 40 characters.")
    return _begin(_locked(viewer), name, viewer).id


@transaction.atomic
def end_assistant(*, viewer: Viewer, assistant_id: int) -> None:
    """Let an assistant help no longer; what she opens next is closed to her.

    One of the viewer's own or, with the right to issue sign-in links, of any seller within reach.
    """
    assistant = _to_end(viewer, assistant_id)
    if assistant.ended_at is None:
        assistant.ended_at = utc_now()
        assistant.save(update_fields=["ended_at"])
        _shut_out(assistant, viewer.program_id, viewer.staff_id)


@transaction.atomic
def return_assistant(*, viewer: Viewer, assistant_id: int) -> int:
    """Let an assistant help again who did before; returns the id of who she is now.

    She gets a new account, so nothing that she had open comes back. Raises Conflict where there is
    no room, or where she helps already.
    """
    seller = _locked(viewer)
    past = _of(seller, assistant_id)
    if past.ended_at is None or past.returned_as_id is not None:
        raise Conflict("She helps already; reload the list.")
    past.returned_as = _begin(seller, staff_of(staff_id=past.staff_id).name, viewer)
    past.save(update_fields=["returned_as"])
    return past.returned_as.id


def issue_assistant_link(*, viewer: Viewer, assistant_id: int) -> IssuedLink:
    """A one-tap sign-in link for an assistant of the viewer's. Raises Conflict for a past one."""
    assistant = _of(_own(viewer), assistant_id)
    if assistant.ended_at is not None:
        raise Conflict("She helps no longer. Let her in again first.")
    return issue_link(staff_id=assistant.staff_id, actor_id=viewer.staff_id)


def open_to_assistants(*, seller: Seller, opened: bool) -> None:
    """Let a seller's assistants in, or shut them out: they may help only while she works."""
    change = _let_in if opened else _shut_out
    for assistant in Assistant.objects.filter(seller=seller, ended_at=None):
        change(assistant, seller.program_id, None)


def _own(viewer: Viewer) -> Seller:
    viewer.require(Right.MANAGE_ASSISTANTS)
    return Seller.objects.get(id=own_seller(viewer=viewer).id)


def _locked(viewer: Viewer) -> Seller:
    seller = Seller.objects.select_for_update().get(id=_own(viewer).id)
    if seller.status == SellerStatus.LEFT:
        raise NotAllowed("You hold no role in this program. Ask headquarters for one.")
    return seller


def _of(seller: Seller, assistant_id: int) -> Assistant:
    assistant = Assistant.objects.filter(seller=seller, id=assistant_id).first()
    if assistant is None:
        raise NotFound("You have no such assistant.")
    return assistant


def _to_end(viewer: Viewer, assistant_id: int) -> Assistant:
    if viewer.may(Right.MANAGE_ASSISTANTS):
        return _of(_locked(viewer), assistant_id)
    viewer.require(Right.ISSUE_LINKS)
    assistant = Assistant.objects.select_for_update().filter(id=assistant_id).first()
    if assistant is None:
        raise NotFound("There is no such assistant within your reach.")
    find_seller(viewer=viewer, seller_id=assistant.seller_id)
    return assistant


def _begin(seller: Seller, name: str, viewer: Viewer) -> Assistant:
    _check_room(seller)
    staff_id = add_staff(login=f"assistant-{new_id()}", name=name)
    assistant = Assistant.objects.create(seller=seller, staff_id=staff_id)
    _let_in(assistant, viewer.program_id, viewer.staff_id)
    return assistant


def _check_room(seller: Seller) -> None:
    if Assistant.objects.filter(seller=seller, ended_at=None).count() >= MOST_ASSISTANTS:
        raise Conflict(
            "At most {most} may help at a time. End one of them first.", most=MOST_ASSISTANTS
        )


def _let_in(assistant: Assistant, program_id: int, actor_id: int | None) -> None:
    grant_role(
        staff_id=assistant.staff_id,
        program_id=program_id,
        role=Role.ASSISTANT,
        unit_id=None,
        actor_id=actor_id,
    )


def _shut_out(assistant: Assistant, program_id: int, actor_id: int | None) -> None:
    withdraw_role(
        staff_id=assistant.staff_id,
        program_id=program_id,
        role=Role.ASSISTANT,
        actor_id=actor_id,
    )
