from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "siyu.rooms.insights"
    label = "insights"
