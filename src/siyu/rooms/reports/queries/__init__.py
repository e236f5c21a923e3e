"""Every read of reports."""

from siyu.rooms.reports.queries.brands import brand_tiers_of
from siyu.rooms.reports.queries.concentration import concentration_of, middle_sellers
from siyu.rooms.reports.queries.drivers import drivers_between
from siyu.rooms.reports.queries.forecast import forecast_of
from siyu.rooms.reports.queries.lives import lives_of
from siyu.rooms.reports.queries.origins import inviters_of, origins_of

__all__ = [
    "brand_tiers_of",
    "concentration_of",
    "drivers_between",
    "forecast_of",
    "inviters_of",
    "lives_of",
    "middle_sellers",
    "origins_of",
]
