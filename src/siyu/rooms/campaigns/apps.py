from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "siyu.rooms.campaigns"
    label = "campaigns"
