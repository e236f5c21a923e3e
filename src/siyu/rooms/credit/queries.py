"""Every read of credit."""

from collections.abc import Iterable

from siyu.rooms.credit.models import Credit
from siyu.rooms.credit.types import Basis
from siyu.rooms.operations.queries import any_of


def credit_of_line(*, line_id: int) -> tuple[Basis, int | None, int | None, int | None] | None:
    """(basis, seller, org unit, follow that is the evidence) of a line; None before crediting."""
    row = Credit.objects.filter(line_id=line_id).first()
    return (Basis(row.basis), row.seller_id, row.unit_id, row.follow_id) if row else None


def lines_credited(*, program_id: int, low: int, high: int) -> list[int]:
    """The lines whose credit was written in a window of stamps."""
    rows = Credit.objects.filter(program_id=program_id, stamp__gte=low, stamp__lt=high)
    return list(rows.values_list("line_id", flat=True))


def credits_of(*, line_ids: Iterable[int]) -> dict[int, tuple[int | None, int | None]]:
    """(seller, org unit) of lines that were credited, by line."""
    rows = Credit.objects.filter(line_id__in=any_of(values=set(line_ids)))
    return {
        line: (seller, unit)
        for line, seller, unit in rows.values_list("line_id", "seller_id", "unit_id")
    }
