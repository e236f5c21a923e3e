"""Who invited whom: nobody herself, not even through others; and by which invitations."""

from collections.abc import Iterable, Mapping
from datetime import date

from siyu.rooms.sellers.types import InvitationState


def in_circles(*, inviters: Mapping[str, str], keys: Iterable[str]) -> set[str]:
    """Those of the keys whose line of inviters leads back to themselves.

    ``inviters`` maps a seller's key to that of her inviter.
    """
    return {key for key in keys if _leads_back(inviters, key)}


def _leads_back(inviters: Mapping[str, str], key: str) -> bool:
    seen: set[str] = set()
    above = inviters.get(key)
    while above is not None and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = inviters.get(above)
    return False


def invitation_state(
    *, taken: int, places: int, expires_on: date, today: date, is_revoked: bool
) -> InvitationState:
    """Whether an invitation lets somebody apply; on its last day it still does."""
    if is_revoked:
        return InvitationState.REVOKED
    if today > expires_on:
        return InvitationState.EXPIRED
    return InvitationState.FULL if taken >= places else InvitationState.OPEN
