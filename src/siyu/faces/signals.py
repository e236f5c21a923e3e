"""How the reasons to contact a customer are called and look, on every face."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Kind:
    """How a kind of reason looks: its word, its colour and its icon."""

    label: Any
    colour: str
    icon: str


KINDS = {
    "slowing": Kind(gettext_lazy("Buying less"), "orange", "trending-down"),
    "silent_good": Kind(gettext_lazy("Long not seen"), "red", "hourglass"),
    "due": Kind(gettext_lazy("Due again"), "blue", "refresh"),
    "never_ordered": Kind(gettext_lazy("New friend"), "blue", "user-plus"),
    "first_order": Kind(gettext_lazy("First order"), "green", "gift"),
    "birthday": Kind(gettext_lazy("Birthday"), "blue", "cake"),
    "new_top": Kind(gettext_lazy("New top customer"), "red", "trending-up"),
}
_UNKNOWN = Kind(gettext_lazy("Contact"), "blue", "message")
MEANINGS = {
    "slowing": gettext_lazy(
        "Customers who buy less often than they used to, season and market allowed for."
    ),
    "silent_good": gettext_lazy("Good customers who have not been seen for long."),
    "due": gettext_lazy("Customers whose usual gap between purchases ends this week."),
    "never_ordered": gettext_lazy("Friends of the last 30 days who have not ordered yet."),
    "first_order": gettext_lazy("Customers whose first order was 3 to 14 days ago."),
    "birthday": gettext_lazy("Customers whose birthday is within seven days."),
    "new_top": gettext_lazy("Customers who came into the top tenth within 30 days."),
}


def kind_of(signal: str, name: str = "") -> Kind:
    """How a signal's kind of reason looks; one that is a segment's bears its playbook's name."""
    return Kind(name, "blue", "users") if name else KINDS.get(signal, _UNKNOWN)
