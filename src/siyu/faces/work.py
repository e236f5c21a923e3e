"""Words for how tasks with customers are closed, shared by both faces."""

from typing import Any

from django.utils.translation import gettext_lazy

from siyu.rooms.coaching.types import Outcome, SkipReason
from siyu.rooms.dispatch.types import CustomerReason, LeftOut

OUTCOMES = {
    Outcome.MESSAGE: (gettext_lazy("Sent a message"), "message"),
    Outcome.CALL: (gettext_lazy("Called"), "phone"),
    Outcome.VISIT: (gettext_lazy("Met in the shop"), "building-store"),
}
SKIP_REASONS = {
    SkipReason.NOT_SUITABLE: gettext_lazy("Does not fit this customer"),
    SkipReason.JUST_TALKED: gettext_lazy("We have just talked"),
    SkipReason.JUST_BOUGHT: gettext_lazy("Has just bought"),
    SkipReason.UNREACHABLE: gettext_lazy("Cannot be reached"),
    SkipReason.WANTS_NO_CONTACT: gettext_lazy("Wants no more messages"),
    SkipReason.OTHER: gettext_lazy("Another reason"),
}
CUSTOMER_REASONS = {
    CustomerReason.PRICE: gettext_lazy("Too expensive"),
    CustomerReason.QUALITY: gettext_lazy("Quality disappointed"),
    CustomerReason.FIT: gettext_lazy("Size does not fit"),
    CustomerReason.STYLE: gettext_lazy("Does not like the style"),
    CustomerReason.ELSEWHERE: gettext_lazy("Buys elsewhere"),
    CustomerReason.NO_NEED: gettext_lazy("No need at present"),
    CustomerReason.SERVICE: gettext_lazy("Service disappointed"),
    CustomerReason.DELIVERY: gettext_lazy("Delivery disappointed"),
    CustomerReason.CONTENT: gettext_lazy("All is well"),
    CustomerReason.OTHER: gettext_lazy("Another reason"),
}
LEFT_OUT = {
    LeftOut.CONTACTED: gettext_lazy("contacted within the quota"),
    LeftOut.ON_LIST: gettext_lazy("on a list of today"),
    LeftOut.ASSIGNED: gettext_lazy("asked for by another dispatch"),
    LeftOut.HELD: gettext_lazy("held back to measure playbooks"),
    LeftOut.CONTROL: gettext_lazy("in the control group"),
    LeftOut.OPTED_OUT: gettext_lazy("want no contact"),
    LeftOut.MOVED: gettext_lazy("moved to another seller"),
}


def how(outcome: str, skip_reason: str) -> Any:
    """How a task was closed, in words."""
    if outcome:
        return OUTCOMES[Outcome(outcome)][0]
    return SKIP_REASONS[SkipReason(skip_reason)] if skip_reason else ""
