"""What dispatch does when two customers turned out to be one."""

from siyu.rooms.customers.events import CustomersMerged
from siyu.rooms.dispatch.actions import ask_for_the_kept
from siyu.rooms.operations.actions import subscribe


def ask_for_who_she_is(event: CustomersMerged) -> None:
    """What was asked for with the merged customer is asked for with who she is."""
    ask_for_the_kept(
        program_id=event.program_id, customer_id=event.customer_id, kept_id=event.into_id
    )


def subscribe_reactions() -> None:
    """Have the reactions called."""
    subscribe(event=CustomersMerged, reaction=ask_for_who_she_is)
