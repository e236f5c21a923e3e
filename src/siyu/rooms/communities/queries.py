"""Every read of the communities' room."""

from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from siyu.rooms.communities.models import Community
from siyu.rooms.communities.types import CommunityView
from siyu.rooms.operations.queries import any_of
from siyu.rooms.operations.types import Right, Viewer
from siyu.rooms.sellers.queries import seller_ids_within

# How a key that is a phone number is stored: by its blind index, which says nothing to readers.
_PHONE = "phone:"


def communities_page(
    *,
    viewer: Viewer,
    now: datetime,
    find: str = "",
    seller_id: int | None = None,
    is_open: bool | None = None,
    page: int = 1,
    size: int = 20,
) -> tuple[list[CommunityView], int]:
    """Communities of sellers within reach, the newest first, and their number.

    ``find`` is a key or a part of the name; ``is_open`` keeps those that go on, or that ended.
    Raises NotAllowed without the right to see sellers.
    """
    viewer.require(Right.SEE_SELLERS)
    rows = _within(viewer)
    if find:
        key = settings.SIYU_KEYRING.safe_key(find)
        rows = rows.filter(source_key=key) | rows.filter(name__icontains=find)
    if seller_id is not None:
        rows = rows.filter(seller_id=seller_id)
    if is_open is not None:
        rows = rows.filter(_goes_on(now)) if is_open else rows.exclude(_goes_on(now))
    first = (page - 1) * size
    shown = rows.order_by("-opened_at", "id")[first : first + size]
    return [_view(row, now) for row in shown], rows.count()


def open_communities_of(*, viewer: Viewer, seller_id: int, now: datetime) -> tuple[int, int]:
    """How many communities of a seller within reach go on, and their members as told last."""
    own = _within(viewer).filter(_goes_on(now), seller_id=seller_id)
    found = own.aggregate(number=Count("id"), members=Sum("members", default=0))
    return found["number"], found["members"]


def _goes_on(now: datetime) -> Q:
    return Q(ended_at=None) | Q(ended_at__gt=now)


def _within(viewer: Viewer) -> QuerySet[Community]:
    rows = Community.objects.filter(program_id=viewer.program_id)
    within = seller_ids_within(viewer=viewer)
    return rows if within is None else rows.filter(seller_id__in=any_of(values=within))


def _view(row: Community, now: datetime) -> CommunityView:
    return CommunityView(
        id=row.id,
        key="" if row.source_key.startswith(_PHONE) else row.source_key,
        name=row.name,
        seller_id=row.seller_id,
        theme=row.theme,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        is_open=row.ended_at is None or row.ended_at > now,
        members=row.members,
    )
