import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from siyu.foundation.errors import BadInput, NotAllowed, NotFound, TooMany
from siyu.rooms.operations.actions.record_audit import record_deed
from siyu.rooms.operations.models import ApiKey, ApiMinute
from siyu.rooms.operations.queries.api_keys import api_key_view
from siyu.rooms.operations.types import (
    KEY_NAME_LENGTH,
    SOURCE_LENGTH,
    ApiKeyView,
    ApiScope,
    IssuedKey,
    Right,
    Viewer,
)

CALLS_A_MINUTE = 600
_PREFIX = "siyu_"
_SOURCE = re.compile(rf"[a-z0-9-]{{1,{SOURCE_LENGTH}}}")
_TOKEN_BYTES = 32
_HINT_LENGTH = 12
_KEPT = timedelta(hours=1)


@transaction.atomic
def issue_api_key(
    *, viewer: Viewer, name: str, scopes: Collection[ApiScope], source: str = "api"
) -> IssuedKey:
    """A key with which another system may call the open API; the token is shown this once.

    What it writes bears the ``source``; a system that gets a new key keeps its source. Raises
    BadInput without a name or a scope, and for a source that is none.
    """
    viewer.require(Right.MANAGE_KEYS)
    if not 1 <= len(name.strip()) <= KEY_NAME_LENGTH:
        raise BadInput("name", "Give it a name of 1 to {most} characters.", most=KEY_NAME_LENGTH)
    if not _SOURCE.fullmatch(source):
        raise BadInput(
            "source",
            "A source has 1 to {most} small letters, digits and dashes.",
            most=SOURCE_LENGTH,
        )
    if not scopes:
        raise BadInput("scopes", "Choose at least one thing that the key opens.")
    token = _PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    key = ApiKey.objects.create(
        program_id=viewer.program_id,
        name=name.strip(),
        hint=token[:_HINT_LENGTH],
        token_hash=_hash(token),
        source=source,
        scopes=sorted(scopes),
        created_by_id=viewer.staff_id,
    )
    _note(viewer, key, "issue api key")
    return IssuedKey(id=key.id, token=token)


@transaction.atomic
def revoke_api_key(*, viewer: Viewer, key_id: int, now: datetime) -> None:
    """Close a key for good; calls with it are refused from now on. Raises NotFound."""
    viewer.require(Right.MANAGE_KEYS)
    key = ApiKey.objects.filter(
        id=key_id, program_id=viewer.program_id, revoked_at__isnull=True
    ).first()
    if key is None:
        raise NotFound("There is no such key, or it was revoked already.")
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    _note(viewer, key, "revoke api key")


def use_api_key(*, token: str, now: datetime) -> ApiKeyView:
    """The key of a token, with one call counted.

    Raises NotAllowed for a token that is none, TooMany beyond 600 calls a minute.
    """
    key = ApiKey.objects.filter(token_hash=_hash(token), revoked_at__isnull=True).first()
    if key is None:
        raise NotAllowed("This is no valid key.")
    minute_at = now.replace(second=0, microsecond=0)
    if _calls(key, minute_at) > CALLS_A_MINUTE:
        wait = minute_at + timedelta(minutes=1) - now
        raise TooMany(
            wait.seconds + 1,
            "At most {most} calls a minute; wait {wait} seconds.",
            most=CALLS_A_MINUTE,
        )
    if key.last_used_on != now.date():
        key.last_used_on = now.date()
        key.save(update_fields=["last_used_on"])
    return api_key_view(key)


def _calls(key: ApiKey, minute_at: datetime) -> int:
    """The calls of the key within the minute, this one included."""
    with transaction.atomic():
        minute, is_new = ApiMinute.objects.select_for_update().get_or_create(
            key=key, minute_at=minute_at
        )
        if is_new:
            ApiMinute.objects.filter(key=key, minute_at__lt=minute_at - _KEPT).delete()
        ApiMinute.objects.filter(id=minute.id).update(calls=F("calls") + 1)
    return minute.calls + 1


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _note(viewer: Viewer, key: ApiKey, action: str) -> None:
    record_deed(viewer=viewer, action=action, subject=f"api key {key.id}")
