"""Every write of the organization."""

from siyu.rooms.organization.actions.dealers import ensure_dealers
from siyu.rooms.organization.actions.programs import create_program, ensure_units
from siyu.rooms.organization.actions.sign_in import (
    check_password,
    issue_link,
    look_at_link,
    spend_link,
)
from siyu.rooms.organization.actions.staff import (
    add_staff,
    change_language,
    create_seller_staff,
    grant_role,
    reseal_staff,
    set_password,
    withdraw_role,
)

__all__ = [
    "add_staff",
    "change_language",
    "check_password",
    "create_program",
    "create_seller_staff",
    "ensure_dealers",
    "ensure_units",
    "grant_role",
    "issue_link",
    "look_at_link",
    "reseal_staff",
    "set_password",
    "spend_link",
    "withdraw_role",
]
