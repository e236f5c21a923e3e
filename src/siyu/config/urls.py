"""Addresses of the faces."""

from django.urls import include, path

urlpatterns = [
    path("", include("siyu.faces.urls")),
    path("workbench/", include("siyu.faces.workbench.urls")),
    path("api/", include("siyu.faces.open_api.urls")),
    path("headquarters/", include("siyu.faces.headquarters.urls")),
]
handler400 = "siyu.faces.errors.bad_request"
handler403 = "siyu.faces.errors.forbidden"
handler404 = "siyu.faces.errors.not_found"
handler500 = "siyu.faces.errors.server_error"
