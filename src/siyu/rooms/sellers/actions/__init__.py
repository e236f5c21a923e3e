"""Every write of the sellers' room."""

from siyu.rooms.sellers.actions.arrange_blocks import arrange_blocks, reset_blocks
from siyu.rooms.sellers.actions.import_sellers import import_sellers
from siyu.rooms.sellers.actions.reseal import reseal_sellers

__all__ = ["arrange_blocks", "import_sellers", "reseal_sellers", "reset_blocks"]
