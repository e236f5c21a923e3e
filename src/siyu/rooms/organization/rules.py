"""Roles, rights and sign-in limits."""

from datetime import timedelta

from siyu.rooms.operations.types import Right, Scope
from siyu.rooms.organization.types import Role

SCOPE_OF = {
    Role.ADMINISTRATOR: Scope.PROGRAM,
    Role.OPERATOR: Scope.PROGRAM,
    Role.ANALYST: Scope.PROGRAM,
    Role.FINANCE: Scope.PROGRAM,
    Role.REGION_MANAGER: Scope.REGION,
    Role.STORE_MANAGER: Scope.STORE,
    Role.SELLER: Scope.SELF,
    Role.ASSISTANT: Scope.SELF,
}

_LEADING = frozenset(
    {
        Right.SEE_OVERVIEW,
        Right.SEE_SELLERS,
        Right.SEE_CUSTOMERS,
        Right.LEAD_SELLERS,
        Right.ADMIT_SELLERS,
        Right.DISPATCH_TASKS,
        Right.SET_TARGETS,
    }
)
_ASSISTING = frozenset({Right.SEE_CUSTOMERS, Right.WORK_TASKS})
_SELLING = _ASSISTING | {
    Right.UNMASK,
    Right.SEE_OWN_NUMBERS,
    Right.MANAGE_ASSISTANTS,
    Right.MANAGE_PAYMENTS,
}
RIGHTS_OF = {
    Role.ADMINISTRATOR: frozenset(Right) - (_SELLING - {Right.SEE_CUSTOMERS, Right.UNMASK}),
    Role.OPERATOR: frozenset(
        {
            Right.SEE_OVERVIEW,
            Right.SEE_SELLERS,
            Right.SEE_CUSTOMERS,
            Right.IMPORT_FILES,
            Right.SEE_RUNS,
            Right.START_RUNS,
            Right.ISSUE_LINKS,
            Right.EDIT_PLAYBOOKS,
            Right.EDIT_SEGMENTS,
            Right.LEAD_SELLERS,
            Right.ADMIT_SELLERS,
            Right.DISPATCH_TASKS,
            Right.SET_TARGETS,
            Right.MERGE_CUSTOMERS,
            Right.EDIT_PLANS,
        }
    ),
    Role.ANALYST: frozenset({Right.SEE_OVERVIEW, Right.SEE_SELLERS}),
    Role.FINANCE: frozenset(
        {
            Right.SEE_OVERVIEW,
            Right.SEE_SELLERS,
            Right.SEE_LEDGER,
            Right.SETTLE,
            Right.MAKE_PAYOUTS,
            Right.CHECK_PAYOUTS,
        }
    ),
    Role.REGION_MANAGER: _LEADING,
    Role.STORE_MANAGER: _LEADING,
    Role.SELLER: _SELLING,
    Role.ASSISTANT: _ASSISTING,
}

LINK_LIFE = timedelta(minutes=10)
THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_BY_LOGIN = 5
TRIES_BY_ADDRESS = 30


def is_throttled(*, failed_by_login: int, failed_by_address: int) -> bool:
    """Whether another try must wait: too many failures of one login or from one address."""
    return failed_by_login >= TRIES_BY_LOGIN or failed_by_address >= TRIES_BY_ADDRESS
