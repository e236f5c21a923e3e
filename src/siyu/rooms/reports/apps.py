from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "siyu.rooms.reports"
    label = "reports"
