from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "siyu.rooms.organization"
    label = "organization"
