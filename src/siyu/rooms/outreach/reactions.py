"""What outreach does when two customers turned out to be one."""

from siyu.rooms.customers.events import CustomersMerged
from siyu.rooms.customers.queries import current_ids
from siyu.rooms.operations.actions import subscribe
from siyu.rooms.outreach.actions import close_tasks_of_merged


def close_what_was_asked(event: CustomersMerged) -> None:
    """Take the merged customer off the list that she is on."""
    if current_ids(customer_ids=[event.customer_id]):
        close_tasks_of_merged(program_id=event.program_id, customer_id=event.customer_id)


def subscribe_reactions() -> None:
    """Have the reactions called."""
    subscribe(event=CustomersMerged, reaction=close_what_was_asked)
