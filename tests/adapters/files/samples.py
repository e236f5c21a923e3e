"""A small mapping of order lines that several tests share."""

ORDERS_TOML = """
kind = "orders"
source = "shop"
currency = "CNY"

[columns]
order_key = "order"
customer_key = "customer"
product_name = "product"
status = "status"
paid_at = "paid"
quantity = "quantity"
unit_price = "price"

[dates]
timezone = "Asia/Shanghai"
"""
ORDERS_HEADINGS = "order,customer,product,status,paid,quantity,price"
