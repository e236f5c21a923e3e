"""What a payee has earned, and the bookings behind it."""

from datetime import date

from django.db.models import QuerySet, Sum

from siyu.rooms.commissions import models
from siyu.rooms.commissions.queries.matured import views_of
from siyu.rooms.commissions.types import AccrualView
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.plans.queries import plans_in_force
from siyu.rooms.sellers.queries import own_seller


def own_earned(*, viewer: Viewer, first: date, last: date) -> int:
    """What the viewer's own sales of these days earn her as of now, in minor units."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    total = _of(viewer).filter(earned_on__range=(first, last)).aggregate(total=Sum("amount_minor"))
    return int(total["total"] or 0)


def own_accruals(*, viewer: Viewer, page: int = 1, size: int = 20) -> tuple[list[AccrualView], int]:
    """What was booked for the viewer, the newest first, and how many bookings there are."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    rows = _of(viewer)
    first = (page - 1) * size
    shown = rows.order_by("-id")[first : first + size]
    return views_of(shown, plans_in_force(program_id=viewer.program_id)), rows.count()


def accruals_after(
    *, viewer: Viewer, accrual_id: int, limit: int, since: date | None = None
) -> list[AccrualView]:
    """Bookings of the program whose id is greater, by id; ``since`` is the first day earned on."""
    viewer.require(Right.SETTLE)
    rows = models.Accrual.objects.filter(batch__program_id=viewer.program_id, id__gt=accrual_id)
    if since:
        rows = rows.filter(earned_on__gte=since)
    plans = plans_in_force(program_id=viewer.program_id)
    return views_of(rows.order_by("id")[:limit], plans)


def _of(viewer: Viewer) -> QuerySet[models.Accrual]:
    return models.Accrual.objects.filter(
        payee_id=own_seller(viewer=viewer).id, batch__program_id=viewer.program_id
    )
