from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "siyu.rooms.dispatch"
    label = "dispatch"
