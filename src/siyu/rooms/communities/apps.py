from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    name = "siyu.rooms.communities"
    label = "communities"
