from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "siyu.faces"
    label = "faces"
