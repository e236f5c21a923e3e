from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "siyu.faces.workbench"
    label = "workbench"
