from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "siyu.rooms.webhooks"
    label = "webhooks"
