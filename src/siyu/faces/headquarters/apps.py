from django.apps import AppConfig


class HeadquartersConfig(AppConfig):
    name = "siyu.faces.headquarters"
    label = "headquarters"
