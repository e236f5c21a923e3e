from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "siyu.rooms.content"
    label = "content"
