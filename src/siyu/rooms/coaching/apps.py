from django.apps import AppConfig


class CoachingConfig(AppConfig):
    name = "siyu.rooms.coaching"
    label = "coaching"
