"""What the organization shows of itself."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from siyu.foundation.clock import business_day
from siyu.rooms.operations.types import Scope


class UnitKind(StrEnum):
    """Kinds of org unit, from the top down: 总部, 大区, 门店, 团队."""

    HEADQUARTERS = "headquarters"
    REGION = "region"
    STORE = "store"
    TEAM = "team"


class Role(StrEnum):
    """What a member of staff is in a program."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    ANALYST = "analyst"
    FINANCE = "finance"
    REGION_MANAGER = "region_manager"
    STORE_MANAGER = "store_manager"
    SELLER = "seller"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True)
class ProgramView:
    """A program (业务线): one brand or platform with a currency, a zone and a day's cut-off."""

    id: int
    code: str
    name: str
    currency: str
    zone: str
    cut_off_hour: int

    def day_of(self, moment: datetime) -> date:
        """The business day that a UTC moment falls on here."""
        return business_day(moment, self.zone, self.cut_off_hour)


@dataclass(frozen=True, kw_only=True)
class UnitView:
    """An org unit and its place."""

    id: int
    parent_id: int | None
    kind: UnitKind
    key: str
    name: str
    city: str


@dataclass(frozen=True, kw_only=True)
class StaffView:
    """A member of staff as one who may sign in; the name is the only personal field."""

    id: int
    login: str
    name: str


@dataclass(frozen=True, kw_only=True)
class GrantView:
    """One role of one member of staff in one program."""

    program_id: int
    program_name: str
    role: Role
    scope: Scope
    unit_id: int | None


@dataclass(frozen=True, kw_only=True)
class IssuedLink:
    """A one-tap sign-in link, shown once: only the token's hash is stored."""

    token: str
    expires_at: datetime
