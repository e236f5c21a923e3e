"""Every read of credit."""

from siyu.rooms.credit.models import Credit
from siyu.rooms.credit.types import Basis


def credit_of_line(*, line_id: int) -> tuple[Basis, int | None, int | None, int | None] | None:
    """(basis, seller, org unit, follow that is the evidence) of a line; None before crediting."""
    row = Credit.objects.filter(line_id=line_id).first()
    return (Basis(row.basis), row.seller_id, row.unit_id, row.follow_id) if row else None
