"""What dispatch does when two customers turned out to be one."""

from siyu.rooms.customers.events import CustomersMerged
from siyu.rooms.customers.queries import current_ids
from siyu.rooms.dispatch.actions import ask_for_the_kept
from siyu.rooms.operations.actions import subscribe


def ask_for_who_she_is(event: CustomersMerged) -> None:
    """What was asked for with the merged customer is asked for with who she is."""
    for customer_id, kept_id in current_ids(customer_ids=[event.customer_id]).items():
        ask_for_the_kept(program_id=event.program_id, customer_id=customer_id, kept_id=kept_id)


def subscribe_reactions() -> None:
    """Have the reactions called."""
    subscribe(event=CustomersMerged, reaction=ask_for_who_she_is)
