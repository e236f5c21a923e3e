from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "siyu.rooms.orders"
    label = "orders"
