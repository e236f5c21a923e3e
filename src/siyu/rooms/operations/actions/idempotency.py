from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from siyu.foundation.errors import BadInput, Conflict
from siyu.rooms.operations.models import IdempotentCall
from siyu.rooms.operations.types import IDEMPOTENCY_KEY_LENGTH, ApiKeyView, StoredAnswer

_KEPT = timedelta(days=7)


def answer_once(
    *,
    key: ApiKeyView,
    idempotency_key: str,
    digest: str,
    now: datetime,
    answer: Callable[[], tuple[int, str]],
) -> StoredAnswer:
    """Do what a call asks for once: the same key again gets the first answer, for seven days.

    ``answer`` runs in the transaction that stores what it returns (status and body), so either
    both are there or neither. Raises BadInput for a key that cannot be stored, Conflict where it
    came with other contents (``digest``) before, and
    where another call wrote the same rows at the same moment.
    """
    if not 1 <= len(idempotency_key) <= IDEMPOTENCY_KEY_LENGTH or not idempotency_key.isprintable():
        raise BadInput(
            "Idempotency-Key",
            "Send 1 to {most} printable characters.",
            most=IDEMPOTENCY_KEY_LENGTH,
        )
    try:
        with transaction.atomic():
            IdempotentCall.objects.filter(created_at__lt=now - _KEPT).delete()
            call = IdempotentCall.objects.create(
                key_id=key.id, idempotency_key=idempotency_key, digest=digest, created_at=now
            )
            call.status, call.body = answer()
            call.save(update_fields=["status", "body"])
            return StoredAnswer(status=call.status, body=call.body, is_repeat=False)
    except IntegrityError as error:
        earlier = IdempotentCall.objects.filter(
            key_id=key.id, idempotency_key=idempotency_key
        ).first()
        if earlier is None:
            raise Conflict("Another call wrote the same at this moment; send it again.") from error
    if earlier.digest != digest:
        raise Conflict("This idempotency key was used for other contents; take a new one.")
    return StoredAnswer(status=earlier.status, body=earlier.body, is_repeat=True)
