from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from siyu.faces.open_api.api import api
from siyu.faces.open_api.problems import problem_of


def _absent(request: HttpRequest, rest: str) -> HttpResponse:
    return problem_of(404, _("There is no such address."))


urlpatterns = [path("", api.urls), path("<path:rest>", _absent, name="open-api-absent")]
