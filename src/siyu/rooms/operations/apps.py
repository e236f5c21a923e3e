from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "siyu.rooms.operations"
    label = "operations"
