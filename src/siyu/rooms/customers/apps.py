from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "siyu.rooms.customers"
    label = "customers"
