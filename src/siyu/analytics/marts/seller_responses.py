"""What sellers sold after a task about them was issued to their manager, or held back."""

from __future__ import annotations

from datetime import date

import ibis

from siyu.analytics.marts.responses import responses
from siyu.analytics.marts.seller_candidates import SELLER_SIGNALS

# A horizon may not be longer than sellers who are held back are left alone.
SELLER_HORIZON_DAYS = 14

SELLER_RESPONSES = ibis.schema(
    {
        "signal": "string",
        "drawn_on": "date",
        "is_held": "boolean",
        "sellers": "int64",
        "selling": "int64",
        "sales_minor": "int64",
        "sales_squares": "float64",
    }
)


def seller_responses(*, coachings: ibis.Table, sales: ibis.Table, as_of: date) -> ibis.Table:
    """One row a signal, day and arm, of draws whose 14 days have passed before `as_of`.

    Counted as in `responses`: a seller once a signal, with her first draw, whether or not
    anybody looked after her.

    Columns: signal, drawn_on, is_held; sellers; selling (sold anything within 14 days, the day of
    the draw included) and sales_minor (credited to them in these days, before refunds);
    sales_squares (sum of the squares of each seller's sales, in minor units squared).
    """
    nothing = ibis.null("int64")
    drawn = coachings.mutate(customer_id=coachings.seller_id, market_id=nothing, variant_id=nothing)
    sold = sales.filter(sales.seller_id.notnull(), ~sales.is_gift)
    counted = responses(
        contacts=drawn,
        visits=sold.select("business_on", "amount_minor", customer_id="seller_id"),
        launches=dict.fromkeys(SELLER_SIGNALS, (date.min, SELLER_HORIZON_DAYS)),
        as_of=as_of,
    )
    return counted.select(
        "signal",
        "drawn_on",
        "is_held",
        sellers="customers",
        selling="buyers",
        sales_minor="spend_minor",
        sales_squares="spend_squares",
    )
