"""What the open API answers: tasks, portraits, sellers, metrics, segments, page by page."""

from datetime import date, datetime

from ninja import Schema


class TaskRow(Schema):
    """A task that a seller was given; money in minor units. Held tasks are never told."""

    id: str
    seller_key: str
    customer_id: str
    customer_key: str
    signal: str
    drawn_on: date
    due_on: date
    state: str
    outcome: str
    skip_reason: str
    closed_at: datetime | None
    expected_value_minor: int


class PortraitRow(Schema):
    """What the last night knew of a customer; money in minor units, shares in ppm."""

    customer_id: str
    customer_key: str
    seller_key: str | None
    state: str
    opted_out: bool
    first_on: date | None
    last_on: date | None
    orders: int
    orders_30: int
    orders_90: int
    spend_minor: int
    net_spend_minor: int
    average_order_minor: int | None
    usual_gap_days: int | None
    r_quintile: int | None
    f_quintile: int | None
    m_quintile: int | None
    is_top: bool
    propensity_ppm: int
    expected_value_minor: int
    alive_ppm: int | None
    visits_90_x1000: int | None
    value_90_minor: int | None


class SellerHealthRow(Schema):
    """How a seller stands after the last night; money in minor units, shares in ppm."""

    seller_id: str
    seller_key: str
    store: str
    life: str
    persona: str | None
    fans: int
    effective_fans: int
    active: int
    slowing: int
    silent: int
    gmv_minor: int
    orders: int
    buyers: int
    average_order_minor: int | None
    repeat_rate_ppm: int | None
    concentration_ppm: int | None
    last_sale_on: date | None


class SegmentRow(Schema):
    """A segment with its size after the last night; None before it was counted."""

    id: str
    name: str
    note: str
    members: int | None
    counted_on: date | None


class MemberRow(Schema):
    """A customer of a segment, and since which night she belongs."""

    customer_id: str
    customer_key: str
    entered_on: date


class TaskPage(Schema):
    """Tasks by id; ``next_cursor`` is null on the last page."""

    rows: list[TaskRow]
    next_cursor: str | None


class PortraitPage(Schema):
    """Portraits by customer id; ``as_of`` is the night they are of."""

    as_of: date | None
    rows: list[PortraitRow]
    next_cursor: str | None


class SellerHealthPage(Schema):
    """Sellers by id; ``as_of`` is the night they are of."""

    as_of: date | None
    rows: list[SellerHealthRow]
    next_cursor: str | None


class SegmentList(Schema):
    """The program's segments by name."""

    rows: list[SegmentRow]


class MemberPage(Schema):
    """Members by customer id; ``as_of`` is the night they are of."""

    as_of: date | None
    rows: list[MemberRow]
    next_cursor: str | None


class Metrics(Schema):
    """The metrics of a period, both days included; money in minor units of ``currency``."""

    since: date
    until: date
    currency: str
    gmv_minor: int
    gmv_identified_minor: int
    gmv_new_minor: int
    gmv_returning_minor: int
    refunds_minor: int
    buyers: int
    new_buyers: int
    returning_buyers: int
    orders: int
    average_order_minor: int | None


class EstimateRow(Schema):
    """What one piece of a product would earn; ``reasons`` are rules of the plan with rates."""

    product_key: str
    price_minor: int
    amount_minor: int
    reasons: list[str]


class Estimates(Schema):
    """Estimates in the order asked for; none where no plan is in force."""

    currency: str
    rows: list[EstimateRow]


class AccrualRow(Schema):
    """A booking: below 0 takes back. ``scope`` is line, order, month or bonus.

    ``seller_key`` is null for a store; ``rate`` is a percentage or an amount, empty for limits.
    """

    id: str
    payee_id: str
    seller_key: str | None
    scope: str
    rule: str
    rate: str
    order_key: str
    base_minor: int
    amount_minor: int
    earned_on: date
    booked_on: date


class AccrualPage(Schema):
    """Bookings by id; ``next_cursor`` is null on the last page."""

    rows: list[AccrualRow]
    next_cursor: str | None


class BalanceRow(Schema):
    """Where a payee's money stands: not released yet, available, paid out."""

    payee_id: str
    seller_key: str | None
    pending_minor: int
    available_minor: int
    paid_minor: int


class BalancePage(Schema):
    """Balances by payee."""

    currency: str
    rows: list[BalanceRow]
    next_cursor: str | None


class StatementRow(Schema):
    """A payee's statement of a period, in minor units; below 0 was taken."""

    id: str
    payee_id: str
    seller_key: str | None
    begins_on: date
    ends_on: date
    opening_minor: int
    earned_minor: int
    reversed_minor: int
    bonus_minor: int
    withheld_minor: int
    paid_minor: int
    closing_minor: int


class StatementPage(Schema):
    """Statements by id."""

    rows: list[StatementRow]
    next_cursor: str | None
