import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.db import transaction

from siyu.foundation.clock import utc_now
from siyu.foundation.errors import BadInput, NotAllowed
from siyu.rooms.operations.actions import record_audit
from siyu.rooms.organization.models import SignInFailure, SignInLink, Staff
from siyu.rooms.organization.queries.staff import staff_of
from siyu.rooms.organization.rules import LINK_LIFE, THROTTLE_WINDOW, is_throttled
from siyu.rooms.organization.types import IssuedLink, StaffView

_TOKEN_BYTES = 16


def check_password(*, login: str, password: str, address: str) -> StaffView:
    """The member of staff whose login and password these are.

    Raises BadInput where they do not match, NotAllowed where too many tries failed lately.
    """
    ring = settings.SIYU_KEYRING
    login_index = ring.blind_index("login", login.lower())
    address_index = ring.blind_index("address", address)
    recent = SignInFailure.objects.filter(at__gt=utc_now() - THROTTLE_WINDOW)
    if is_throttled(
        failed_by_login=recent.filter(login_index=login_index).count(),
        failed_by_address=recent.filter(address_index=address_index).count(),
    ):
        raise NotAllowed("Too many failed sign-ins. Wait 15 minutes, or ask for a sign-in link.")
    # PostgreSQL refuses NUL in a text, and no login has one.
    staff = Staff.objects.filter(login=login.replace("\0", ""), is_active=True).first()
    if staff is None:
        make_password(password)  # takes as long as a check, so that logins cannot be probed
    elif matches(password, staff.password):
        SignInFailure.objects.filter(login_index=login_index).delete()
        record_audit(
            actor_id=staff.id, program_id=None, action="sign in", subject=f"staff {staff.id}"
        )
        return staff_of(staff_id=staff.id)
    SignInFailure.objects.create(login_index=login_index, address_index=address_index)
    raise BadInput("password", "Login and password do not match. Check both and try again.")


@transaction.atomic
def issue_link(*, staff_id: int, actor_id: int | None, loopback_only: bool = False) -> IssuedLink:
    """A one-tap sign-in link for one person: 128 random bits, stored hashed, 10 minutes, once.

    One that is ``loopback_only``, as the demo's are, works on 127.0.0.1 only.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    staff = Staff.objects.get(id=staff_id, is_active=True)
    link = SignInLink.objects.create(
        token_hash=_hash(token),
        staff=staff,
        loopback_only=loopback_only,
        expires_at=utc_now() + LINK_LIFE,
    )
    record_audit(
        actor_id=actor_id,
        program_id=None,
        action="issue sign-in link",
        subject=f"staff {staff_id}",
    )
    return IssuedLink(token=token, expires_at=link.expires_at)


def look_at_link(*, token: str, address: str) -> bool:
    """Whether a link can still be spent from this address; looking does not spend it."""
    return _usable(token, address) is not None


@transaction.atomic
def spend_link(*, token: str, address: str) -> StaffView:
    """The person whose link this is; the link is spent. Raises NotAllowed where it is not good."""
    link = _usable(token, address)
    spent = link and SignInLink.objects.filter(
        token_hash=link.token_hash, used_at__isnull=True
    ).update(used_at=utc_now())
    if link is None or not spent:
        raise NotAllowed("This link was used or has expired. Ask for a new one.")
    record_audit(
        actor_id=link.staff_id,
        program_id=None,
        action="sign in by link",
        subject=f"staff {link.staff_id}",
    )
    return staff_of(staff_id=link.staff_id)


def _usable(token: str, address: str) -> SignInLink | None:
    link = SignInLink.objects.filter(
        token_hash=_hash(token),
        used_at__isnull=True,
        expires_at__gt=utc_now(),
        staff__is_active=True,
    ).first()
    if link is not None and link.loopback_only and address not in ("127.0.0.1", "::1"):
        return None
    return link


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
