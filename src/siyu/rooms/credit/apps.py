from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "siyu.rooms.credit"
    label = "credit"
