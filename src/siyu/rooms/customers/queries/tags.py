from datetime import timedelta

from siyu.foundation.errors import NotFound
from siyu.rooms.customers.models import CustomerTag, Tag
from siyu.rooms.customers.queries.pages import find_customer
from siyu.rooms.customers.types import BorneTag, TagView
from siyu.rooms.operations.types import Viewer
from siyu.rooms.organization.queries import today_in


def tags_of(*, viewer: Viewer) -> list[TagView]:
    """The program's tags in use, by name."""
    rows = Tag.objects.filter(program_id=viewer.program_id, retired_at=None)
    return [_view(row) for row in rows.order_by("name")]


def find_tag(*, viewer: Viewer, tag_id: int) -> TagView:
    """A tag in use; raises NotFound."""
    row = Tag.objects.filter(id=tag_id, program_id=viewer.program_id, retired_at=None).first()
    if row is None:
        raise NotFound("There is no such tag.")
    return _view(row)


def tags_with(*, viewer: Viewer, customer_id: int) -> list[BorneTag]:
    """Every tag in use, and since when a customer within reach bears it. Raises NotFound."""
    customer_id = find_customer(viewer=viewer, customer_id=customer_id).id
    today = today_in(program_id=viewer.program_id)
    borne = dict(
        CustomerTag.objects.filter(customer_id=customer_id, is_on=True).values_list(
            "tag_id", "tagged_on"
        )
    )
    tags = Tag.objects.filter(program_id=viewer.program_id, retired_at=None).order_by("name")
    return [
        BorneTag(
            id=tag.id,
            name=tag.name,
            tagged_on=borne.get(tag.id),
            is_fresh=tag.id in borne and today - borne[tag.id] <= timedelta(days=tag.fresh_days),
        )
        for tag in tags
    ]


def _view(row: Tag) -> TagView:
    return TagView(
        id=row.id,
        name=row.name,
        category_id=row.category_id,
        brand_id=row.brand_id,
        fresh_days=row.fresh_days,
    )
