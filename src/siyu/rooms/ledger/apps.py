from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "siyu.rooms.ledger"
    label = "ledger"
