from django.db import transaction

from siyu.rooms.customers.models import Consent, Customer
from siyu.rooms.customers.queries import find_customer
from siyu.rooms.operations.actions import record_deed, write_stamp
from siyu.rooms.operations.types import Viewer


@transaction.atomic
def opt_out(*, viewer: Viewer, customer_id: int, out: bool) -> None:
    """Note that a customer wants no marketing, or wants it again. Raises NotFound."""
    customer_id = find_customer(viewer=viewer, customer_id=customer_id).id
    Consent.objects.create(customer_id=customer_id, given=not out, source=Consent.BY_HAND)
    Customer.objects.filter(id=customer_id).update(opted_out=out, stamp=write_stamp())
    record_deed(
        viewer=viewer,
        action="opt out" if out else "opt in",
        subject=f"customer {customer_id}",
    )
