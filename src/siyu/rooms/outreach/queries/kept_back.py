from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q

from siyu.rooms.coaching.types import TaskState
from siyu.rooms.customers.queries import known_as
from siyu.rooms.insights.types import Arm
from siyu.rooms.operations.queries import any_of
from siyu.rooms.outreach.models import ControlDraw, Task
from siyu.rooms.outreach.queries.policy import policy_of
from siyu.rooms.outreach.types import KeptBack

# An arm that was stored once holds, whatever the share is today: always below it, or never.
_STORED: dict[str, int] = {Arm.CONTROL: -1, Arm.TREATED: 1_000_000}


def kept_back(*, program_id: int, customer_ids: Iterable[int], on: date) -> dict[int, KeptBack]:
    """Those of the customers who are on a list, were drawn lately, or are in the control group.

    Such a customer is left alone by whatever else would have her contacted. Issued and held ones
    alike are left alone for as long as held ones are, so that both arms stay comparable.
    """
    asked = set(customer_ids)
    policy = policy_of(program_id=program_id)
    share_ppm = policy.control_share_ppm
    window = timedelta(days=policy.hold_window_days)
    draws = control_draws(program_id=program_id, customer_ids=asked)
    found = {each: KeptBack.CONTROL for each, lot in draws.items() if lot < share_ppm}
    people = known_as(customer_ids=asked)
    tasks = Task.objects.filter(customer_id__in=any_of(values=people)).filter(
        Q(state=TaskState.OPEN) | Q(blocked_until__gt=on) | Q(drawn_on__gt=on - window)
    )
    for customer_id, state in tasks.order_by("drawn_on").values_list("customer_id", "state"):
        found[people[customer_id]] = _WHY.get(TaskState(state), KeptBack.CONTACTED)
    return found


def control_draws(*, program_id: int, customer_ids: Iterable[int]) -> dict[int, int]:
    """The number drawn for each customer: below the policy's share she is in the control group."""
    ring = settings.SIYU_KEYRING
    asked = set(customer_ids)
    arms = dict(
        ControlDraw.objects.filter(customer_id__in=any_of(values=asked)).values_list(
            "customer_id", "arm"
        )
    )
    return {
        each: _STORED[arms[each]] if each in arms else ring.lot("control", f"{program_id}:{each}")
        for each in asked
    }


_WHY = {TaskState.OPEN: KeptBack.ON_LIST, TaskState.HELD: KeptBack.HELD}
