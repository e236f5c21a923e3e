"""Who belongs to which segment, since when and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis

from siyu.analytics.arithmetic import number_of
from siyu.analytics.conditions import Audience, members

MEMBERSHIPS = ibis.schema(
    {"segment_id": "int64", "customer_id": "int64", "entered_on": "date", "left_on": "date"}
)
SEGMENT_SIZES = ibis.schema(
    {"segment_id": "int64", "members": "int64", "entered": "int64", "left": "int64"}
)
_REMEMBERED_DAYS = 400


def memberships(
    *,
    customers_mart: ibis.Table,
    sellers: ibis.Table,
    sales: ibis.Table,
    goods: ibis.Table,
    fresh_tags: ibis.Table,
    memberships_before: ibis.Table,
    as_of: date,
    audiences: Mapping[int, Audience],
) -> ibis.Table:
    """One row a segment, customer and stay in it; stays that ended 400 days ago are forgotten.

    `audiences` gives the definition of each segment by id; rows of other segments go.
    `memberships_before` is the result of the night before, or of `as_of` itself where it is
    computed again.

    Columns: segment_id, customer_id, entered_on (the first night she belonged), left_on (the
    first night she no longer did; null while she belongs).
    """
    known = memberships_before.filter(memberships_before.segment_id.isin(list(audiences)))
    before = known.left_on < as_of
    ended = known.filter(before, known.left_on >= as_of - timedelta(days=_REMEMBERED_DAYS))
    still = known.filter(~before.fill_null(False))
    parts = [
        members(
            customers_mart=customers_mart,
            sellers=sellers,
            sales=sales,
            goods=goods,
            fresh_tags=fresh_tags,
            audience=audience,
            as_of=as_of,
        ).select("customer_id", segment_id=ibis.literal(segment_id, "int64"))
        for segment_id, audience in sorted(audiences.items())
    ]
    if not parts:
        return still.filter(ibis.literal(False)).select(*MEMBERSHIPS)
    now = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    both = now.outer_join(still, ["segment_id", "customer_id"])
    stays = both.select(
        segment_id=ibis.coalesce(both.segment_id, both.segment_id_right),
        customer_id=ibis.coalesce(both.customer_id, both.customer_id_right),
        entered_on=ibis.coalesce(both.entered_on, ibis.literal(as_of)),
        left_on=both.customer_id.isnull().ifelse(ibis.literal(as_of), ibis.null("date")),
    )
    never_seen = (stays.left_on == stays.entered_on).fill_null(False)
    return stays.filter(~never_seen).union(ended.select(*MEMBERSHIPS))


def segment_sizes(*, memberships: ibis.Table, as_of: date) -> ibis.Table:
    """One row a segment that has or had members.

    Columns: segment_id, members, entered and left (who came and who went with this night).
    """
    return memberships.group_by("segment_id").agg(
        members=number_of(memberships, where=memberships.left_on.isnull()),
        entered=number_of(memberships, where=memberships.entered_on == as_of),
        left=number_of(memberships, where=memberships.left_on == as_of),
    )
