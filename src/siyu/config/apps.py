from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "siyu.config"
    label = "config"

    def ready(self) -> None:
        from siyu.config.wiring import wire

        wire()
