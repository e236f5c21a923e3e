"""Closed periods and their statements."""

from datetime import date

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from siyu.foundation.errors import NotFound
from siyu.rooms.commissions.queries import matured_lines
from siyu.rooms.commissions.types import AccrualView, Frontier
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import own_seller
from siyu.rooms.settlement import models
from siyu.rooms.settlement.types import (
    ClosingView,
    GapPolicy,
    PeriodKind,
    StatementView,
    Terms,
    Withholding,
)


def terms_of(*, viewer: Viewer) -> Terms | None:
    """How the program settles; None before it does."""
    viewer.require(Right.SETTLE)
    book = models.Book.objects.filter(program_id=viewer.program_id).first()
    if book is None:
        return None
    return Terms(
        period=PeriodKind(book.period),
        working_days=book.working_days,
        begins_on=book.begins_on,
        least_payout_minor=book.least_payout_minor,
        withholding=Withholding(book.withholding),
        gap_policy=GapPolicy(book.gap_policy),
        on_request=book.on_request,
    )


def closings_of(*, viewer: Viewer) -> list[ClosingView]:
    """Every closed period of the program, the newest first."""
    viewer.require(Right.SETTLE)
    sums = {
        row["closing_id"]: row
        for row in models.Statement.objects.filter(closing__program_id=viewer.program_id)
        .values("closing_id")
        .annotate(
            statements=Count("id"),
            earned=Sum("earned_minor") + Sum("reversed_minor") + Sum("bonus_minor"),
            held=Coalesce(Sum("closing_minor"), 0),
        )
    }
    nothing = {"statements": 0, "earned": 0, "held": 0}
    return [
        ClosingView(
            id=row.id,
            number=row.number,
            begins_on=row.begins_on,
            ends_on=row.ends_on,
            closed_at=row.closed_at,
            statements=sums.get(row.id, nothing)["statements"],
            earned_minor=sums.get(row.id, nothing)["earned"],
            closing_minor=sums.get(row.id, nothing)["held"],
        )
        for row in models.Closing.objects.filter(program_id=viewer.program_id).order_by("-number")
    ]


def statements_page(
    *, viewer: Viewer, closing_id: int, page: int = 1, size: int = 20
) -> tuple[list[StatementView], int]:
    """Statements of a closing, the greatest balance first, and their number. Raises NotFound."""
    viewer.require(Right.SETTLE)
    rows = _of_program(viewer).filter(closing_id=closing_id)
    first = (page - 1) * size
    shown = rows.order_by("-closing_minor", "payee_id")[first : first + size]
    if not models.Closing.objects.filter(id=closing_id, program_id=viewer.program_id).exists():
        raise NotFound("There is no such period.")
    return [_view(row) for row in shown], rows.count()


def statements_after(*, viewer: Viewer, statement_id: int, limit: int) -> list[StatementView]:
    """Statements of the program whose id is greater, by id."""
    viewer.require(Right.SETTLE)
    rows = _of_program(viewer).filter(id__gt=statement_id)
    return [_view(row) for row in rows.order_by("id")[:limit]]


def own_statements(*, viewer: Viewer, limit: int = 36) -> list[StatementView]:
    """The viewer's own statements, the newest first."""
    viewer.require(Right.SEE_OWN_NUMBERS)
    rows = _of_program(viewer).filter(payee_id=own_seller(viewer=viewer).id)
    return [_view(row) for row in rows.order_by("-closing__number")[:limit]]


def find_statement(*, viewer: Viewer, statement_id: int) -> StatementView:
    """A statement: of anybody for finance, else the viewer's own. Raises NotFound."""
    rows = _of_program(viewer).filter(id=statement_id)
    if not viewer.may(Right.SETTLE):
        viewer.require(Right.SEE_OWN_NUMBERS)
        rows = rows.filter(payee_id=own_seller(viewer=viewer).id)
    row = rows.first()
    if row is None:
        raise NotFound("There is no such statement.")
    return _view(row)


def statement_lines(*, viewer: Viewer, statement_id: int) -> list[AccrualView]:
    """Every booking behind what a statement says was earned, reversed and added as bonus."""
    statement = find_statement(viewer=viewer, statement_id=statement_id)
    closing = models.Closing.objects.get(id=statement.closing_id)
    before = models.Closing.objects.filter(
        program_id=closing.program_id, number=closing.number - 1
    ).first()
    return matured_lines(
        program_id=closing.program_id,
        payee_id=statement.payee_id,
        since=frontier_of(before) if before else None,
        until=frontier_of(closing),
    )


def frontier_of(closing: models.Closing) -> Frontier:
    """How far accruals were settled by a closing."""
    return Frontier(
        batch=closing.batch,
        earned_until={
            int(plan_id): date.fromisoformat(day) for plan_id, day in closing.earned_until.items()
        },
    )


def _of_program(viewer: Viewer) -> QuerySet[models.Statement]:
    rows = models.Statement.objects.filter(closing__program_id=viewer.program_id)
    return rows.select_related("closing")


def _view(row: models.Statement) -> StatementView:
    return StatementView(
        id=row.id,
        closing_id=row.closing_id,
        payee_id=row.payee_id,
        begins_on=row.closing.begins_on,
        ends_on=row.closing.ends_on,
        opening_minor=row.opening_minor,
        earned_minor=row.earned_minor,
        reversed_minor=row.reversed_minor,
        bonus_minor=row.bonus_minor,
        withheld_minor=row.withheld_minor,
        paid_minor=row.paid_minor,
        closing_minor=row.closing_minor,
    )
