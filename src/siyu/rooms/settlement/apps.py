from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "siyu.rooms.settlement"
    label = "settlement"
