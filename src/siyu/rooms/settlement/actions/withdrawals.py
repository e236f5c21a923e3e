"""What sellers ask to be paid of what is available to them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.operations.actions import record_deed
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import own_seller
from siyu.rooms.settlement import models
from siyu.rooms.settlement.queries import own_balances
from siyu.rooms.settlement.queries.payees import paid_through
from siyu.rooms.settlement.types import WithdrawalState


@transaction.atomic
def ask_withdrawal(*, viewer: Viewer, amount_minor: int, at: datetime) -> None:
    """Ask for a payout of so many minor units; it waits for the next batch.

    Raises BadInput for less than the least payout or more than is available; Conflict before the
    viewer's identity is known, where she asked already, and where all is paid without asking.
    """
    viewer.require(Right.MANAGE_PAYMENTS)
    seller_id = own_seller(viewer=viewer).id
    book = models.Book.objects.filter(program_id=viewer.program_id).first()
    if book is None or not book.on_request:
        raise Conflict("There is nothing to ask for: the next batch pays all that is available.")
    if not paid_through(program_id=viewer.program_id, owner_ids=[seller_id]):
        raise Conflict("Tell first how you are paid; your identity has to be known.")
    if amount_minor < max(book.least_payout_minor, 1):
        raise BadInput("amount", "This is less than the least payout.")
    if amount_minor > own_balances(viewer=viewer).available_minor:
        raise BadInput("amount", "This is more than what is available to you.")
    try:
        with transaction.atomic():
            asked = models.Withdrawal.objects.create(
                program_id=viewer.program_id,
                payee_id=seller_id,
                amount_minor=amount_minor,
                asked_at=at,
            )
    except IntegrityError as error:
        raise Conflict("You asked already; cancel that first to ask for another sum.") from error
    record_deed(viewer=viewer, action="ask withdrawal", subject=f"withdrawal {asked.id}")


@transaction.atomic
def cancel_withdrawal(*, viewer: Viewer) -> None:
    """Take back what the viewer asked for. Raises Conflict once a batch holds it."""
    viewer.require(Right.MANAGE_PAYMENTS)
    seller_id = own_seller(viewer=viewer).id
    asked = (
        models.Withdrawal.objects.select_for_update()
        .filter(payee_id=seller_id, state=WithdrawalState.ASKED)
        .first()
    )
    if asked is None:
        raise Conflict("You asked for nothing that waits.")
    if asked.payout_id is not None:
        raise Conflict("A batch holds it already; it will be paid in a moment.")
    asked.state = WithdrawalState.CANCELLED
    asked.save(update_fields=["state"])
    record_deed(viewer=viewer, action="cancel withdrawal", subject=f"withdrawal {asked.id}")
