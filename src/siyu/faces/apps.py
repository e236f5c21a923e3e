from django.apps import AppConfig
from django.urls import register_converter

from siyu.faces.addresses import IdConverter


class FacesConfig(AppConfig):
    name = "siyu.faces"
    label = "faces"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
