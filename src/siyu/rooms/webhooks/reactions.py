"""What is told when orders were written and tasks were closed."""

from siyu.foundation.clock import utc_now
from siyu.rooms.operations.actions import subscribe
from siyu.rooms.orders.events import OrderLinesWritten
from siyu.rooms.outreach.events import TaskClosed, TaskReopened
from siyu.rooms.webhooks.actions import tell, tell_orders
from siyu.rooms.webhooks.types import Topic


def tell_of_orders(event: OrderLinesWritten) -> None:
    """Tell of the orders that were written."""
    tell_orders(program_id=event.program_id, stamp=event.stamp, now=utc_now())


def tell_of_task(event: TaskClosed) -> None:
    """Tell what came of a task."""
    tell(
        program_id=event.program_id,
        topic=Topic.TASK_CLOSED,
        data={
            "task_id": str(event.task_id),
            "customer_id": str(event.customer_id),
            "seller_id": str(event.seller_id),
            "signal": event.signal,
            "outcome": event.outcome,
            "skip_reason": event.skip_reason,
        },
        now=utc_now(),
    )


def tell_of_reopening(event: TaskReopened) -> None:
    """Tell that closing a task was undone."""
    tell(
        program_id=event.program_id,
        topic=Topic.TASK_REOPENED,
        data={"task_id": str(event.task_id)},
        now=utc_now(),
    )


def subscribe_reactions() -> None:
    """Have the reactions called."""
    subscribe(event=OrderLinesWritten, reaction=tell_of_orders)
    subscribe(event=TaskClosed, reaction=tell_of_task)
    subscribe(event=TaskReopened, reaction=tell_of_reopening)
