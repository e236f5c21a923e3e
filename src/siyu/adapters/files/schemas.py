"""The Arrow schemas of staged files; rooms declare the same schemas for their import actions.

``row`` is the line of the source file (the heading line of a CSV is 1). Keys are outside keys as
text. Moments are UTC; ``_minor`` is an integer of the currency's minor units.
"""

import pyarrow as pa

_MOMENT = pa.timestamp("us", tz="UTC")


def _schema(**types: pa.DataType | tuple[pa.DataType]) -> pa.Schema:
    """A schema in the order given; a one-element tuple marks a column that may be null."""
    fields = []
    for name, kind in types.items():
        nullable = isinstance(kind, tuple)
        fields.append(pa.field(name, kind[0] if nullable else kind, nullable=nullable))
    return pa.schema(fields)


CUSTOMER_ROWS = _schema(
    row=pa.int64(),
    key=pa.string(),
    alias=(pa.string(),),
    name=(pa.string(),),
    phone=(pa.string(),),
    gender=(pa.string(),),
    born_on=(pa.date32(),),
    city=(pa.string(),),
    city_tier=(pa.int32(),),
    registered_at=(_MOMENT,),
    opted_out=(pa.bool_(),),
)

SELLER_ROWS = _schema(
    row=pa.int64(),
    key=pa.string(),
    name=(pa.string(),),
    phone=(pa.string(),),
    kind=(pa.string(),),
    status=(pa.string(),),
    store_key=(pa.string(),),
    store_name=(pa.string(),),
    region_name=(pa.string(),),
    dealer_key=(pa.string(),),
    dealer_name=(pa.string(),),
    city=(pa.string(),),
    joined_on=(pa.date32(),),
    login=(pa.string(),),
    origin=(pa.string(),),
    invited_by_key=(pa.string(),),
)

PRODUCT_ROWS = _schema(
    row=pa.int64(),
    key=pa.string(),
    name=(pa.string(),),
    category=(pa.string(),),
    brand=(pa.string(),),
    price_minor=(pa.int64(),),
)

FOLLOW_ROWS = _schema(
    row=pa.int64(),
    customer_key=pa.string(),
    seller_key=pa.string(),
    account=(pa.string(),),
    acquired_by_key=(pa.string(),),
    is_serving=pa.bool_(),
    followed_at=_MOMENT,
    ended_at=(_MOMENT,),
)

COMMUNITY_ROWS = _schema(
    row=pa.int64(),
    key=pa.string(),
    name=(pa.string(),),
    seller_key=(pa.string(),),
    theme=(pa.string(),),
    opened_at=(_MOMENT,),
    ended_at=(_MOMENT,),
    members=(pa.int32(),),
)

# The status is null only where `[lines] head = "separate"`: the order's head brings it then.
ORDER_ROWS = _schema(
    row=pa.int64(),
    order_key=pa.string(),
    line_key=(pa.string(),),
    is_return=pa.bool_(),
    customer_key=(pa.string(),),
    seller_key=(pa.string(),),
    store_key=(pa.string(),),
    product_key=(pa.string(),),
    product_name=(pa.string(),),
    category=(pa.string(),),
    brand=(pa.string(),),
    status=(pa.string(),),
    ordered_at=(_MOMENT,),
    paid_at=(_MOMENT,),
    quantity=pa.decimal128(14, 3),
    unit_price=pa.decimal128(18, 6),
    amount_minor=pa.int64(),
    freight_minor=pa.int64(),
    refund_minor=(pa.int64(),),
    refunded_at=(_MOMENT,),
    payment_method=(pa.string(),),
)

ORDER_HEAD_ROWS = _schema(
    row=pa.int64(),
    order_key=pa.string(),
    customer_key=(pa.string(),),
    seller_key=(pa.string(),),
    store_key=(pa.string(),),
    status=pa.string(),
    ordered_at=(_MOMENT,),
    paid_at=(_MOMENT,),
    freight_minor=pa.int64(),
)

SCHEMAS: dict[str, pa.Schema] = {
    "customers": CUSTOMER_ROWS,
    "sellers": SELLER_ROWS,
    "products": PRODUCT_ROWS,
    "follows": FOLLOW_ROWS,
    "communities": COMMUNITY_ROWS,
    "orders": ORDER_ROWS,
    "order_heads": ORDER_HEAD_ROWS,
}
