"""Payout batches, and what was paid to whom before."""

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from siyu.foundation.crypto import mask_name
from siyu.foundation.errors import NotFound
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import own_seller
from siyu.rooms.settlement import models
from siyu.rooms.settlement.queries.payees import masked
from siyu.rooms.settlement.types import (
    ItemState,
    OwnPayout,
    PayoutItemView,
    PayoutState,
    PayoutView,
    Withholding,
)

_MONTHS_IN_A_NUMBER = 100
_COUNTED = (ItemState.WAITING, ItemState.PAID)


def paid_before(*, program_id: int, year: int) -> dict[int, dict[int, tuple[int, int]]]:
    """(income, withheld) of each payee by month of a year, of batches that were checked.

    What was invoiced, with nothing withheld, is no income of a person.
    """
    rows = models.PayoutItem.objects.filter(
        payout__program_id=program_id,
        payout__state__in=[PayoutState.APPROVED, PayoutState.DONE],
        state__in=_COUNTED,
        withholding__in=[each for each in Withholding if each is not Withholding.NONE],
        month__gt=year * _MONTHS_IN_A_NUMBER,
        month__lt=(year + 1) * _MONTHS_IN_A_NUMBER,
    )
    found: dict[int, dict[int, tuple[int, int]]] = {}
    sums = rows.values_list("payee_id", "month").annotate(Sum("gross_minor"), Sum("tax_minor"))
    for payee_id, month, gross, tax in sums:
        found.setdefault(payee_id, {})[month] = (gross, tax)
    return found


def payouts_of(*, viewer: Viewer) -> list[PayoutView]:
    """Every batch of the program, the newest first."""
    viewer.require(Right.SETTLE)
    rows = models.Payout.objects.filter(program_id=viewer.program_id).order_by("-number")
    figures = {
        row["payout_id"]: row
        for row in models.PayoutItem.objects.filter(payout__program_id=viewer.program_id)
        .values("payout_id")
        .annotate(
            items=Count("id"),
            gross=Coalesce(Sum("gross_minor"), 0),
            tax=Coalesce(Sum("tax_minor"), 0),
            failed=Count("id", filter=Q(state=ItemState.FAILED)),
        )
    }
    return [
        PayoutView(
            id=row.id,
            number=row.number,
            state=PayoutState(row.state),
            made_by_id=row.made_by_id,
            made_at=row.made_at,
            checked_by_id=row.checked_by_id,
            checked_at=row.checked_at,
            items=figures[row.id]["items"],
            gross_minor=figures[row.id]["gross"],
            tax_minor=figures[row.id]["tax"],
            net_minor=figures[row.id]["gross"] - figures[row.id]["tax"],
            failed=figures[row.id]["failed"],
        )
        for row in rows
    ]


def own_payouts(*, viewer: Viewer, limit: int = 12) -> list[OwnPayout]:
    """What the viewer was paid, or is about to be, the newest first."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    rows = models.PayoutItem.objects.filter(payee_id=own_seller(viewer=viewer).id).exclude(
        payout__state__in=[PayoutState.DRAFTED, PayoutState.WITHDRAWN]
    )
    return [
        OwnPayout(
            paid_on=row.payout.paid_on,
            gross_minor=row.gross_minor,
            tax_minor=row.tax_minor,
            net_minor=row.gross_minor - row.tax_minor,
            state=ItemState(row.state),
            reason=row.reason,
        )
        for row in rows.select_related("payout").order_by("-id")[:limit]
    ]


def payout_items(*, viewer: Viewer, payout_id: int) -> list[PayoutItemView]:
    """Everybody a batch pays, the greatest amount first. Raises NotFound."""
    viewer.require(Right.SETTLE)
    if not models.Payout.objects.filter(id=payout_id, program_id=viewer.program_id).exists():
        raise NotFound("There is no such batch.")
    rows = models.PayoutItem.objects.filter(payout_id=payout_id)
    return [
        PayoutItemView(
            id=row.id,
            payee_id=row.payee_id,
            name=_told(row)[0],
            masked_account=_told(row)[1],
            gross_minor=row.gross_minor,
            tax_minor=row.tax_minor,
            net_minor=row.gross_minor - row.tax_minor,
            state=ItemState(row.state),
            reason=row.reason,
        )
        for row in rows.order_by("-gross_minor", "payee_id")
    ]


def _told(row: models.PayoutItem) -> tuple[str, str]:
    """The name that is paid, masked for a person, and its masked account."""
    person = settings.SIYU_KEYRING.open(row.sealed)
    name = person["name"] or ""
    is_invoiced = row.withholding == Withholding.NONE
    return name if is_invoiced else mask_name(name), masked(person["account"])
