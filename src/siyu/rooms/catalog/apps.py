from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "siyu.rooms.catalog"
    label = "catalog"
