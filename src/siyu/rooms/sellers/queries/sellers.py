"""Every read of the sellers' room."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet

from siyu.foundation.crypto import mask_phone, phone_in
from siyu.foundation.errors import NotFound
from siyu.rooms.operations.queries import any_of, pick_by_source
from siyu.rooms.operations.types import Right, Scope, Viewer
from siyu.rooms.organization.types import Role
from siyu.rooms.sellers.models import Arrangement, Assistant, Seller
from siyu.rooms.sellers.types import (
    Block,
    SellerKind,
    SellerStatus,
    SellerTerms,
    SellerView,
)


def own_seller(*, viewer: Viewer) -> SellerView:
    """The seller that the viewer is or assists; raises NotFound for one who does neither."""
    seller = _own(viewer).first()
    if seller is None:
        raise NotFound("You are not a seller of this program.")
    return _view(seller)


def blocks_of(*, viewer: Viewer) -> tuple[Block, ...]:
    """The blocks of the viewer's own workbench in order; all of them until they were arranged."""
    found = Arrangement.objects.filter(seller_id=own_seller(viewer=viewer).id).first()
    if found is None:
        return tuple(Block)
    return tuple(Block(name) for name in found.blocks if name in set(Block))


def find_seller(*, viewer: Viewer, seller_id: int) -> SellerView:
    """A seller within the viewer's reach; raises NotFound, NotAllowed."""
    seller = sellers_within(viewer=viewer).filter(id=seller_id).first()
    if seller is None:
        raise NotFound("There is no such seller within your reach.")
    return _view(seller)


def find_seller_by_key(*, viewer: Viewer, source: str, key: str) -> SellerView:
    """A seller within the viewer's reach by outside key; raises NotFound.

    Another source's key counts if only one source has it.
    """
    ids = seller_ids_by_key(program_id=viewer.program_id, source=source, keys=[key])
    return find_seller(viewer=viewer, seller_id=ids.get(key, 0))


def sellers_page(
    *, viewer: Viewer, find: str = "", unit_id: int | None = None, page: int = 1, size: int = 20
) -> tuple[list[SellerView], int]:
    """Sellers within reach by key, and their number. ``find`` is a key or an exact phone."""
    viewer.require(Right.SEE_SELLERS)
    rows = sellers_within(viewer=viewer)
    if find:
        ring = settings.SIYU_KEYRING
        index = ring.blind_index("phone", phone_in(find) or find)
        rows = rows.filter(source_key=ring.safe_key(find)) | rows.filter(phone_index=index)
    if unit_id:
        rows = rows.filter(unit_id=unit_id)
    first = (page - 1) * size
    shown = rows.order_by("source_key", "id")[first : first + size]
    return [_view(seller) for seller in shown], rows.count()


def seller_ids_within(*, viewer: Viewer) -> frozenset[int] | None:
    """The ids of the sellers within the viewer's reach; None where the whole program is."""
    if viewer.scope is Scope.PROGRAM:
        return None
    return frozenset(sellers_within(viewer=viewer).values_list("id", flat=True))


def names_of_sellers(*, seller_ids: Iterable[int]) -> dict[int, str]:
    """Names by id, in one batch."""
    ring = settings.SIYU_KEYRING
    rows = Seller.objects.filter(id__in=set(seller_ids)).values_list("id", "sealed")
    return {seller_id: ring.open(sealed)["name"] or "" for seller_id, sealed in rows}


def sellers_of_ids(*, viewer: Viewer, seller_ids: Iterable[int]) -> dict[int, SellerView]:
    """Sellers by id, of those within the viewer's reach."""
    rows = sellers_within(viewer=viewer).filter(id__in=set(seller_ids))
    return {seller.id: _view(seller) for seller in rows}


def seller_ids_by_key(*, program_id: int, source: str, keys: Iterable[str]) -> dict[str, int]:
    """Ids by outside key of sellers that exist; another source's key counts if only one has it."""
    kept = {key: settings.SIYU_KEYRING.safe_key(key) for key in keys}
    rows = Seller.objects.filter(
        program_id=program_id, source_key__in=any_of(values=set(kept.values()))
    )
    found = pick_by_source(rows=rows.values_list("source_key", "source", "id"), source=source)
    return {key: found[safe] for key, safe in kept.items() if safe in found}


def units_of_sellers(*, seller_ids: Iterable[int]) -> dict[int, int]:
    """The org unit of each seller today, by seller id."""
    return dict(Seller.objects.filter(id__in=set(seller_ids)).values_list("id", "unit_id"))


def working_sellers_in(*, viewer: Viewer, unit_ids: Iterable[int]) -> int:
    """How many active sellers within the viewer's reach belong to these org units."""
    rows = sellers_within(viewer=viewer).filter(status=SellerStatus.ACTIVE)
    return rows.filter(unit_id__in=any_of(values=set(unit_ids))).count()


def working_seller_ids(*, program_id: int) -> list[int]:
    """The ids of a program's active sellers, ascending."""
    rows = Seller.objects.filter(program_id=program_id, status=SellerStatus.ACTIVE)
    return list(rows.order_by("id").values_list("id", flat=True))


def units_of_working_sellers(*, program_id: int) -> dict[int, int]:
    """The org unit of each of a program's active sellers today, by seller id."""
    rows = Seller.objects.filter(program_id=program_id, status=SellerStatus.ACTIVE)
    return dict(rows.values_list("id", "unit_id"))


def inviters_of(*, program_id: int) -> dict[int, int | None]:
    """Who invited each seller of a program, those who left too; None for whom nobody did."""
    rows = Seller.objects.filter(program_id=program_id)
    return dict(rows.values_list("id", "invited_by_id"))


def terms_of_sellers(*, seller_ids: Iterable[int], above: int) -> dict[int, SellerTerms]:
    """What pay depends on of sellers, with at most so many persons above each of them."""
    asked = set(seller_ids)
    rows = Seller.objects.filter(id__in=any_of(values=asked))
    own = {
        seller_id: (SellerKind(kind), unit_id, inviter_id)
        for seller_id, kind, unit_id, inviter_id in rows.values_list(
            "id", "kind", "unit_id", "invited_by_id"
        )
    }
    inviters: dict[int, int | None] = {seller_id: told[2] for seller_id, told in own.items()}
    waiting = {each for each in inviters.values() if each is not None} - inviters.keys()
    for _ in range(above - 1):
        found = Seller.objects.filter(id__in=any_of(values=waiting))
        inviters |= dict(found.values_list("id", "invited_by_id"))
        next_above = (inviters.get(each) for each in waiting)
        waiting = {each for each in next_above if each is not None} - inviters.keys()
    return {
        seller_id: SellerTerms(
            kind=kind, unit_id=unit_id, above=tuple(_upwards(seller_id, inviters, above))
        )
        for seller_id, (kind, unit_id, _) in own.items()
    }


def _upwards(seller_id: int, inviters: dict[int, int | None], most: int) -> list[int]:
    way: list[int] = []
    above = inviters.get(seller_id)
    while above is not None and above != seller_id and above not in way and len(way) < most:
        way.append(above)
        above = inviters.get(above)
    return way


def able_to_sign_in(*, seller_ids: Iterable[int]) -> set[int]:
    """Those of these sellers who have an account and have not left."""
    rows = Seller.objects.filter(id__in=any_of(values=set(seller_ids)), staff__isnull=False)
    return set(rows.exclude(status=SellerStatus.LEFT).values_list("id", flat=True))


def _own(viewer: Viewer) -> QuerySet[Seller]:
    """The seller that the viewer is, or the one that she assists."""
    rows = Seller.objects.filter(program_id=viewer.program_id)
    if viewer.staff_id is None:
        return rows.none()
    if viewer.role == Role.ASSISTANT:
        helped = Assistant.objects.filter(staff_id=viewer.staff_id, ended_at=None)
        return rows.exclude(status=SellerStatus.LEFT).filter(id__in=helped.values("seller_id"))
    return rows.filter(staff_id=viewer.staff_id)


def sellers_within(*, viewer: Viewer) -> QuerySet[Seller]:
    """The sellers within the viewer's reach, as rows for the queries of this room."""
    rows = Seller.objects.filter(program_id=viewer.program_id)
    if viewer.scope is Scope.SELF:
        return _own(viewer)
    if viewer.unit_ids is not None:
        return rows.filter(unit_id__in=viewer.unit_ids)
    return rows


def _view(seller: Seller) -> SellerView:
    person = settings.SIYU_KEYRING.open(seller.sealed)
    masked_phone = mask_phone(person.get("phone"))
    return SellerView(
        id=seller.id,
        program_id=seller.program_id,
        staff_id=seller.staff_id,
        unit_id=seller.unit_id,
        key=masked_phone if seller.source_key.startswith("phone:") else seller.source_key,
        name=person["name"] or "",
        masked_phone=masked_phone,
        kind=SellerKind(seller.kind),
        status=SellerStatus(seller.status),
        joined_on=seller.joined_on,
        origin=seller.origin,
        invited_by_id=seller.invited_by_id,
    )
