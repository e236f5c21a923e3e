"""Every write of the sellers' room."""

from siyu.rooms.sellers.actions.import_sellers import import_sellers
from siyu.rooms.sellers.actions.reseal import reseal_sellers

__all__ = ["import_sellers", "reseal_sellers"]
