from django.conf import settings
from django.db import transaction

from siyu.foundation.errors import BadInput
from siyu.rooms.customers.models import PersonalRecord
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.operations.actions import record_audit
from siyu.rooms.operations.types import Right, Viewer

_SHORTEST_REASON = 4


@transaction.atomic
def unmask(*, viewer: Viewer, customer_id: int, reason: str) -> str:
    """A customer's full phone number, after the reason was logged.

    Raises NotAllowed without the right or after a one-tap sign-in, NotFound outside the viewer's
    reach, BadInput without a reason.
    """
    viewer.require(Right.UNMASK)
    customer_id = find_customer(viewer=viewer, customer_id=customer_id).id
    if len(reason.strip()) < _SHORTEST_REASON:
        raise BadInput("reason", "Say in a few words why you need the number.")
    record_audit(
        actor_id=viewer.staff_id,
        program_id=viewer.program_id,
        action="unmask phone",
        subject=f"customer {customer_id}",
        reason=reason.strip(),
    )
    record = PersonalRecord.objects.filter(customer_id=customer_id).first()
    person = settings.SIYU_KEYRING.open(record.sealed) if record else {}
    return person.get("phone") or ""


def reseal_customers() -> int:
    """Seal every record under the current key; returns how many were sealed anew.

    Works row by row in short transactions, so it may be stopped and started again.
    """
    keyring = settings.SIYU_KEYRING
    changed = 0
    for record in PersonalRecord.objects.all().iterator(chunk_size=5_000):
        if keyring.version_of(record.sealed) != keyring.current:
            PersonalRecord.objects.filter(pk=record.pk, sealed=record.sealed).update(
                sealed=keyring.seal(keyring.open(record.sealed))
            )
            changed += 1
    return changed
