from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "siyu.rooms.segments"
    label = "segments"
