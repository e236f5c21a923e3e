from django.apps import AppConfig


class CommissionsConfig(AppConfig):
    name = "siyu.rooms.commissions"
    label = "commissions"
