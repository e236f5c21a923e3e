"""Words on trial."""

from datetime import date

from django.db.models import Q

from siyu.rooms.outreach.models import Variant
from siyu.rooms.outreach.types import VariantView


def active_variants(*, program_id: int, on: date) -> list[Variant]:
    """The variants of a program that a day's lists use, the oldest first."""
    rows = Variant.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=on), playbook__program_id=program_id, since_on__lte=on
    )
    return list(rows.order_by("since_on", "id"))


def variants_of(*, playbook_id: int, on: date) -> list[VariantView]:
    """The variants of a playbook that had not ended on a day, the oldest first."""
    rows = Variant.objects.filter(Q(ended_on=None) | Q(ended_on__gt=on), playbook_id=playbook_id)
    return [_view(row) for row in rows.order_by("since_on", "id")]


def _view(row: Variant) -> VariantView:
    return VariantView(
        id=row.id,
        market_id=row.market_id,
        name=row.name,
        template_code=row.template_code,
        since_on=row.since_on,
        adopted_on=row.adopted_on,
        has_ended=row.ended_on is not None,
    )
