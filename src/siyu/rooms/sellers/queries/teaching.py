from collections.abc import Iterable

from django.conf import settings

from siyu.rooms.operations.types import Viewer
from siyu.rooms.sellers.models import Seller, Teaching
from siyu.rooms.sellers.queries.sellers import find_seller, own_seller
from siyu.rooms.sellers.types import Companion, SellerStatus


def teacher_of(*, viewer: Viewer, seller_id: int) -> int | None:
    """The id of who teaches a seller within the viewer's reach now. Raises NotFound."""
    find_seller(viewer=viewer, seller_id=seller_id)
    return _teaching(learner_id=seller_id)


def learners_of(*, viewer: Viewer, seller_id: int) -> int:
    """How many a seller within the viewer's reach teaches now. Raises NotFound."""
    find_seller(viewer=viewer, seller_id=seller_id)
    return Teaching.objects.filter(teacher_id=seller_id, until_at=None).count()


def own_teacher(*, viewer: Viewer) -> Companion | None:
    """Who teaches the viewer now."""
    teacher_id = _teaching(learner_id=own_seller(viewer=viewer).id)
    if teacher_id is None:
        return None
    return _companions(Seller.objects.filter(id=teacher_id))[0]


def own_learners(*, viewer: Viewer) -> list[Companion]:
    """Whom the viewer teaches now, who began last first."""
    taught = Teaching.objects.filter(teacher_id=own_seller(viewer=viewer).id, until_at=None)
    learners = Seller.objects.filter(id__in=taught.values("learner_id"))
    return _companions(learners.order_by("-joined_on", "-id"))


def own_invited(*, viewer: Viewer) -> list[Companion]:
    """Whom the viewer invited herself, who joined last first."""
    invited = Seller.objects.filter(invited_by_id=own_seller(viewer=viewer).id)
    return _companions(invited.order_by("-joined_on", "-id"))


def _teaching(*, learner_id: int) -> int | None:
    rows = Teaching.objects.filter(learner_id=learner_id, until_at=None)
    return rows.values_list("teacher_id", flat=True).first()


def _companions(sellers: Iterable[Seller]) -> list[Companion]:
    ring = settings.SIYU_KEYRING
    return [
        Companion(
            name=ring.open(seller.sealed)["name"] or "",
            status=SellerStatus(seller.status),
            joined_on=seller.joined_on,
        )
        for seller in sellers
    ]
