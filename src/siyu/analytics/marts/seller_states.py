"""Where each seller stands: own past, own season and the market allowed for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from siyu.analytics.arithmetic import days_between, number_of, share_ppm, total, x100

SELLER_LIFE = ("trained", "first_sale", "growing", "stable", "slowing", "silent", "lost")
PERSONAS = ("hot_items", "many_brands", "leads_a_team", "organises_groups", "sells_herself")

SELLER_STATES = ibis.schema(
    {
        "seller_id": "int64",
        "life": "string",
        "visits_30": "int64",
        "expected_30_x100": "int64",
        "days_since_sale": "int64",
        "persona": "string",
        "top_products_ppm": "int64",
        "brands_90": "int64",
        "communities": "int64",
    }
)
_RECENT_DAYS, _BASE_DAYS, _YEAR = 30, 180, 365
# A season of one's own counts as much as this many of one's own visits against it.
_SEASON_WEIGHT = 50.0
_CLEAR_Z, _CLEAR_CHANGE = 1.64, 0.2
# The median of the square of a standard normal number.
_MEDIAN_SQUARE = 0.4549
_FEW, _LONG_DAYS = 3.0, 180
_HOT_PRODUCTS, _HOT_PPM, _HOT_LINES = 3, 600_000, 10
_MANY_BRANDS, _DAILY = 5, 45
_TEAM = 3


def seller_states(
    *,
    sellers: ibis.Table,
    communities: ibis.Table,
    sales: ibis.Table,
    goods: ibis.Table,
    as_of: date,
) -> ibis.Table:
    """One row a seller.

    A visit is a customer's day with a purchase credited to the seller (of unknown customers, an
    order). What is expected of the last 30 days is the seller's visits of the 210 days before
    `as_of`, times the share of them that the last 30 days make with all who sold through the
    whole window; that share is moved by the seller's own season of a year ago, as far as it
    was seen, and by the days that she sold for, where she began within the 210.
    A seller is growing or slowing where the visits differ from that by a fifth and by 1.64
    standard deviations of a binomial draw, widened by how much sellers differ anyway, and
    either is 3 or more.

    Columns: seller_id; life (trained: never sold; first_sale: the first within 30 days;
    growing, stable, slowing; silent: nothing in 30 days where 3 visits or more were expected;
    lost: nothing in 180 days, or left); visits_30, expected_30_x100, days_since_sale (null: never
    sold); persona by the sales of 90 days (hot_items: three products make 60% of 10 lines or
    more; many_brands: 5 brands or more, sold on half of the days; leads_a_team: three sellers
    whom she invited have not left; organises_groups: a group leader, or an owner of communities
    that go on; sells_herself: the others), top_products_ppm (share of her three best products;
    null without sales), brands_90, communities (of hers, that go on at `as_of`).
    """
    counted = _visits(sales, as_of)
    table = sellers.select("seller_id", "kind", "status")
    sides = (_assortment(sales, goods, as_of), _communities(communities, as_of), _teams(sellers))
    for side in (counted, *sides):
        table = table.left_join(side, "seller_id").drop("seller_id_right")
    visits = ("recent", "base", "recent_last_year", "base_last_year")
    numbers = (*visits, "brands_90", "days_90", "communities", "team")
    table = table.mutate(**{name: table[name].fill_null(0) for name in numbers})
    table = _expected(table, as_of)
    since = days_between(start=table.last_sale_on, end=ibis.literal(as_of))
    table = table.mutate(
        days_since_sale=since,
        is_first=(table.first_sale_on >= as_of - timedelta(days=_RECENT_DAYS)).fill_null(False),
    )
    return table.mutate(
        life=_life(table),
        visits_30=table.recent,
        expected_30_x100=x100(table.expected),
        persona=_persona(table),
    ).select(*SELLER_STATES)


def _communities(communities: ibis.Table, as_of: date) -> ibis.Table:
    lasts = communities.ended_on.isnull() | (communities.ended_on >= as_of)
    going_on = communities.filter(communities.opened_on < as_of, lasts)
    return going_on.group_by("seller_id").agg(communities=going_on.count())


def _teams(sellers: ibis.Table) -> ibis.Table:
    """How many of those whom each seller invited have not left."""
    invited = sellers.filter(sellers.invited_by_id.notnull(), sellers.status != "left")
    return invited.group_by(seller_id=invited.invited_by_id).agg(team=invited.count())


def _visits(sales: ibis.Table, as_of: date) -> ibis.Table:
    """Visits of each seller in the recent and the base window, this year and a year ago."""
    sold = sales.filter(sales.seller_id.notnull(), ~sales.is_gift)
    who = ibis.coalesce(sold.customer_id, -sold.order_id)
    days = sold.mutate(who=who).select("seller_id", "who", "business_on").distinct()
    on = days.business_on

    def within(first: int, last: int) -> Any:
        return (on >= as_of - timedelta(days=first)) & (on < as_of - timedelta(days=last))

    whole = _RECENT_DAYS + _BASE_DAYS
    return days.group_by("seller_id").agg(
        recent=number_of(days, where=within(_RECENT_DAYS, 0)),
        base=number_of(days, where=within(whole, _RECENT_DAYS)),
        recent_last_year=number_of(days, where=within(_YEAR + _RECENT_DAYS, _YEAR)),
        base_last_year=number_of(days, where=within(_YEAR + whole, _YEAR + _RECENT_DAYS)),
        first_sale_on=on.min(),
        last_sale_on=on.max(),
    )


def _expected(table: ibis.Table, as_of: date) -> ibis.Table:
    """Expected visits and how far the visits are from them, in standard deviations."""
    everyone = ibis.window()
    sold_for = days_between(start=table.first_sale_on, end=ibis.literal(as_of))
    # Who began in the middle of a window tells nothing about its season.
    was_there = (sold_for >= _YEAR + _RECENT_DAYS + _BASE_DAYS).fill_null(False)
    table = table.mutate(
        recent_last_year=was_there.ifelse(table.recent_last_year, 0),
        base_last_year=was_there.ifelse(table.base_last_year, 0),
        base_days=ibis.greatest(ibis.least(sold_for - _RECENT_DAYS, _BASE_DAYS), 1).fill_null(1),
    )

    table = table.mutate(
        is_settled=(sold_for >= _RECENT_DAYS + _BASE_DAYS).fill_null(False),
    )

    def of_all(name: str, *, where: Any = None) -> Any:
        counted = table[name] if where is None else where.ifelse(table[name], 0)
        return counted.sum().over(everyone).cast("float64")

    # A newcomer brings all of her recent window and a part of the base; she tells no share.
    any_settled = table.is_settled.max().over(everyone)
    recent = (
        ibis.ifelse(any_settled, of_all("recent", where=table.is_settled), of_all("recent")) + 0.5
    )
    base = ibis.ifelse(any_settled, of_all("base", where=table.is_settled), of_all("base")) + 0.5
    before, base_before = of_all("recent_last_year") + 0.5, of_all("base_last_year") + 0.5
    past = before / (before + base_before)
    own = (table.recent_last_year + _SEASON_WEIGHT * past) / (
        table.base_last_year + _SEASON_WEIGHT * (1 - past)
    )
    odds = recent / base * own / (before / base_before) * _BASE_DAYS / table.base_days
    table = table.mutate(share=odds / (1 + odds), visits=table.recent + table.base)
    table = table.mutate(expected=table.visits * table.share)
    spread = (table.expected * (1 - table.share)).sqrt()
    z = (table.recent - table.expected) / spread.nullif(0.0)
    table = table.mutate(z=z, square=z * z)
    order = (table.square.isnull(), table.square, table.seller_id)
    table = table.mutate(place=ibis.row_number().over(order_by=order))
    told = table.square.count().over(everyone)
    middle = ibis.cases((table.place == told // 2, table.square), else_=ibis.null("float64"))
    table = table.mutate(middle=middle)
    dispersion = table.middle.max().over(everyone).fill_null(1.0) / _MEDIAN_SQUARE
    return table.mutate(z=table.z / ibis.greatest(dispersion, 1.0).sqrt())


def _life(table: ibis.Table) -> Any:
    never = table.last_sale_on.isnull()
    change = (table.recent - table.expected) / table.expected.nullif(0.0)
    enough = ibis.greatest(table.expected, table.recent.cast("float64")) >= _FEW
    clear = enough & (table.z.abs() >= _CLEAR_Z) & (change.abs() >= _CLEAR_CHANGE)
    nothing = table.recent == 0
    return ibis.cases(
        (table.status == "left", "lost"),
        (never, "trained"),
        (table.is_first, "first_sale"),
        (table.days_since_sale > _LONG_DAYS, "lost"),
        (nothing & (table.expected >= _FEW), "silent"),
        (clear.fill_null(False) & (change > 0), "growing"),
        (clear.fill_null(False) & (change < 0), "slowing"),
        else_="stable",
    )


def _assortment(sales: ibis.Table, goods: ibis.Table, as_of: date) -> ibis.Table:
    """What each seller sold in 90 days: how much of three products, of how many brands."""
    sold = sales.filter(
        sales.seller_id.notnull(),
        ~sales.is_gift,
        sales.business_on >= as_of - timedelta(days=90),
    )
    products = sold.group_by("seller_id", "product_id").agg(
        amount_minor=total(sold.amount_minor), lines=sold.count()
    )
    order = (products.amount_minor.desc(), products.product_id)
    ranked = products.mutate(
        place=ibis.row_number().over(group_by="seller_id", order_by=order),
    )
    brands = goods.select(good_id="product_id", brand_id="brand_id")
    known = ranked.left_join(brands, ranked.product_id == brands.good_id)
    per_seller = known.group_by("seller_id").agg(
        lines_90=total(known.lines),
        amount_minor=total(known.amount_minor),
        best_minor=total(known.amount_minor, where=known.place < _HOT_PRODUCTS),
        brands_90=known.brand_id.nunique(),
    )
    days = sold.group_by("seller_id").agg(days_90=sold.business_on.nunique())
    both = per_seller.left_join(days, "seller_id")
    return both.select(
        "seller_id",
        "lines_90",
        "brands_90",
        "days_90",
        top_products_ppm=share_ppm(part=both.best_minor, whole=both.amount_minor),
    )


def _persona(table: ibis.Table) -> Any:
    hot = (table.top_products_ppm >= _HOT_PPM) & (table.lines_90 >= _HOT_LINES)
    return ibis.cases(
        (hot.fill_null(False), "hot_items"),
        ((table.brands_90 >= _MANY_BRANDS) & (table.days_90 >= _DAILY), "many_brands"),
        (table.team >= _TEAM, "leads_a_team"),
        (
            (table.kind == "group_leader") | (table.communities > 0),
            "organises_groups",
        ),
        else_="sells_herself",
    )
