from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "siyu.rooms.sellers"
    label = "sellers"
