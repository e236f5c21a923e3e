"""What credit does when orders or follows were written."""

from siyu.rooms.credit.actions import credit_lines
from siyu.rooms.customers.events import FollowsChanged
from siyu.rooms.customers.queries import known_as
from siyu.rooms.operations.actions import subscribe
from siyu.rooms.orders.events import OrderLinesWritten
from siyu.rooms.orders.queries import lines_of_customers, lines_written


def credit_written_lines(event: OrderLinesWritten) -> None:
    """Credit the lines that were written."""
    lines = lines_written(program_id=event.program_id, stamp=event.stamp)
    credit_lines(program_id=event.program_id, lines=lines)


def credit_again_after_follows(event: FollowsChanged) -> None:
    """Credit the customers' lines again, by who served when they were sold."""
    known = known_as(customer_ids=event.customer_ids)
    lines = lines_of_customers(program_id=event.program_id, customer_ids=list(known))
    credit_lines(program_id=event.program_id, lines=lines)


def subscribe_reactions() -> None:
    """Have the reactions called."""
    subscribe(event=OrderLinesWritten, reaction=credit_written_lines)
    subscribe(event=FollowsChanged, reaction=credit_again_after_follows)
