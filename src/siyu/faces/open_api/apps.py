from django.apps import AppConfig


class OpenApiConfig(AppConfig):
    name = "siyu.faces.open_api"
    label = "open_api"
