"""Every write of the orders' room."""

from siyu.rooms.orders.actions.import_order_heads import import_order_heads
from siyu.rooms.orders.actions.import_orders import import_orders
from siyu.rooms.orders.actions.import_returns import import_returns

__all__ = ["import_order_heads", "import_orders", "import_returns"]
