from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "siyu.rooms.outreach"
    label = "outreach"
