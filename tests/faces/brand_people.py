"""An invitation of each brand, and one who applied by it."""

from __future__ import annotations

from datetime import date

from siyu.rooms.sellers.actions import apply_to_sell, invite
from siyu.rooms.sellers.queries import applications_waiting, find_seller, own_invitations
from siyu.rooms.sellers.types import SellerKind
from tests.rooms.brand import Brand


def invited_of_brand(brand: Brand, *, seller_id: int, name: str) -> tuple[int, str, int]:
    """The id and the code of an invitation into a seller's store, and who applied by it."""
    seller = find_seller(viewer=brand.owner, seller_id=seller_id)
    invitation_id = invite(
        viewer=brand.owner,
        inviter_id=seller.id,
        unit_id=seller.unit_id,
        kind=SellerKind.GUIDE,
        places=2,
        expires_on=date(2099, 12, 31),
    )
    (invitation,) = own_invitations(viewer=brand.seller_viewer(seller.key))
    apply_to_sell(code=invitation.code, name=name, phone="13700137000", form_key=f"form-of-{name}")
    (applied,), _ = applications_waiting(viewer=brand.owner, page=1, size=5)
    return invitation_id, invitation.code, applied.id
