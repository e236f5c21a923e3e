"""Every read of the communities' room."""

from collections.abc import Iterable

from django.db.models import QuerySet

from siyu.rooms.communities.models import Community
from siyu.rooms.communities.types import CommunityView
from siyu.rooms.operations.queries import any_of, pick_by_source
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import seller_ids_within


def communities_page(
    *,
    viewer: Viewer,
    find: str = "",
    seller_id: int | None = None,
    is_open: bool | None = None,
    page: int = 1,
    size: int | None = 20,
) -> tuple[list[CommunityView], int]:
    """Communities of sellers within reach, the newest first, and their number.

    ``find`` is a key or a part of the name; ``is_open`` keeps those that go on, or that ended.
    Without a ``size`` all of them. Raises NotAllowed without the right to see sellers.
    """
    viewer.require(Right.SEE_SELLERS)
    rows = _within(viewer)
    if find:
        rows = rows.filter(source_key=find) | rows.filter(name__icontains=find)
    if seller_id is not None:
        rows = rows.filter(seller_id=seller_id)
    if is_open is not None:
        rows = rows.filter(ended_at__isnull=is_open)
    first = (page - 1) * size if size else 0
    shown = rows.order_by("-opened_at", "id")[first : first + size if size else None]
    return [_view(row) for row in shown], rows.count()


def open_communities_of(*, viewer: Viewer, seller_id: int) -> tuple[int, int]:
    """How many communities of a seller within reach go on, and their members as told last."""
    own = _within(viewer).filter(seller_id=seller_id, ended_at=None)
    sizes = list(own.values_list("members", flat=True))
    return len(sizes), sum(size or 0 for size in sizes)


def community_ids_by_key(*, program_id: int, source: str, keys: Iterable[str]) -> dict[str, int]:
    """Ids by outside key of communities that exist; another source's counts if only one has it."""
    rows = Community.objects.filter(
        program_id=program_id, source_key__in=any_of(values=set(keys))
    ).values_list("source_key", "source", "id")
    return pick_by_source(rows=rows, source=source)


def _within(viewer: Viewer) -> QuerySet[Community]:
    rows = Community.objects.filter(program_id=viewer.program_id)
    within = seller_ids_within(viewer=viewer)
    return rows if within is None else rows.filter(seller_id__in=any_of(values=within))


def _view(row: Community) -> CommunityView:
    return CommunityView(
        id=row.id,
        key=row.source_key,
        name=row.name,
        seller_id=row.seller_id,
        theme=row.theme,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        members=row.members,
    )
