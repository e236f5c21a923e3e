"""What the sellers' room shows of itself."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import pyarrow as pa

ORIGIN_LENGTH = 40
LEVEL_LENGTH = 60
MOST_ASSISTANTS = 5
MOST_PLACES = 500
INVITED = "invitation"
"""The source of sellers who joined by an invitation, until a file names them."""


class SellerKind(StrEnum):
    """Kinds of seller: 导购, 店主, KOC, 团长."""

    GUIDE = "guide"
    SHOPKEEPER = "shopkeeper"
    KOC = "koc"
    GROUP_LEADER = "group_leader"


class SellerStatus(StrEnum):
    """Whether a seller works: 在岗, 暂停, 离开."""

    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class Block(StrEnum):
    """A part of a seller's workbench that can be moved and hidden; in the order of the house."""

    MONTH = "month"
    LAYERS = "layers"
    CUSTOMERS = "customers"
    WORK = "work"


@dataclass(frozen=True, kw_only=True)
class SellerView:
    """A seller; the phone is masked."""

    id: int
    program_id: int
    staff_id: int | None
    unit_id: int
    key: str
    name: str
    masked_phone: str
    kind: SellerKind
    status: SellerStatus
    joined_on: date | None
    origin: str
    invited_by_id: int | None


@dataclass(frozen=True, kw_only=True)
class SellerTerms:
    """What pay depends on of a seller; ``above`` are who invited her, who invited that one, …"""

    kind: SellerKind
    unit_id: int
    above: tuple[int, ...]


class LevelReason(StrEnum):
    """Why a seller has a level: 月度评审, 改制转入, 试用未达标, 试用达标."""

    REVIEW = "review"
    CARRIED = "carried"
    TRIAL_OVER = "trial_over"
    EARNED = "earned"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a level on trial asks for: own sales in minor units before a day, or it falls."""

    over_on: date
    earn_minor: int
    falls_to: str
    is_passed: bool = False


@dataclass(frozen=True, kw_only=True)
class LevelFrom:
    """The level of a seller from a day on, why, and the trial it is on; ``id`` once it stands."""

    seller_id: int
    level: str
    from_on: date
    reason: LevelReason
    trial: Trial | None = None
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class AssistantView:
    """One who helps a seller (协助人); ``ended_at`` says since when no longer."""

    id: int
    staff_id: int
    name: str
    added_at: datetime
    ended_at: datetime | None


class InvitationState(StrEnum):
    """Whether an invitation still lets somebody apply: 有效, 已满, 邀请人不在岗, 已过期, 已作废."""

    OPEN = "open"
    FULL = "full"
    INVITER_AWAY = "inviter_away"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ApplicationState(StrEnum):
    """Where the application of one who wants to sell stands: 待审核, 已通过, 已拒绝."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """An invitation (邀请码) to become a seller; ``inviter_id`` is None for headquarters' own.

    ``taken`` counts who applied and was not refused, ``joined`` those of them who sell.
    """

    id: int
    code: str
    inviter_id: int | None
    unit_id: int
    kind: SellerKind
    origin: str
    places: int
    taken: int
    joined: int
    expires_on: date
    state: InvitationState


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """One who applied by an invitation; the phone is masked."""

    id: int
    inviter_id: int | None
    unit_id: int
    kind: SellerKind
    name: str
    masked_phone: str
    applied_at: datetime


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A seller as another one sees her whom she invited, teaches or is taught by."""

    name: str
    status: SellerStatus
    joined_on: date | None


SELLER_ROWS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("status", pa.string()),
        pa.field("store_key", pa.string()),
        pa.field("store_name", pa.string()),
        pa.field("region_name", pa.string()),
        pa.field("dealer_key", pa.string()),
        pa.field("dealer_name", pa.string()),
        pa.field("city", pa.string()),
        pa.field("joined_on", pa.date32()),
        pa.field("login", pa.string()),
        pa.field("origin", pa.string()),
        pa.field("invited_by_key", pa.string()),
    ]
)
"""Sellers as they come from outside; one row is one seller. A null says nothing."""
