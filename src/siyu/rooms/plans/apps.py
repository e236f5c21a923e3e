from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "siyu.rooms.plans"
    label = "plans"
