"""Who invited whom: nobody herself, not even through others; and by which invitations."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from siyu.rooms.sellers.types import InvitationState

_Key = TypeVar("_Key", str, int)


def in_circles(*, inviters: Mapping[_Key, _Key], keys: Iterable[_Key]) -> set[_Key]:
    """Those of the keys whose line of inviters leads back to themselves.

    ``inviters`` maps a seller's key, or her id, to that of her inviter.
    """
    return {key for key in keys if _leads_back(inviters, key)}


def _leads_back(inviters: Mapping[_Key, _Key], key: _Key) -> bool:
    seen: set[_Key] = set()
    above = inviters.get(key)
    while above is not None and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = inviters.get(above)
    return False


def invitation_state(
    *,
    taken: int,
    places: int,
    expires_on: date,
    today: date,
    is_revoked: bool,
    inviter_works: bool,
) -> InvitationState:
    """Whether an invitation lets somebody apply; on its last day it still does."""
    if is_revoked:
        return InvitationState.REVOKED
    if today > expires_on:
        return InvitationState.EXPIRED
    if not inviter_works:
        return InvitationState.INVITER_AWAY
    return InvitationState.FULL if taken >= places else InvitationState.OPEN
