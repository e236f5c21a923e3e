"""Signing in with a password or a one-tap link, signing out, choosing a language."""

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from siyu.faces.access import viewer_of_request
from siyu.faces.errors import show_error, told
from siyu.faces.middleware import BY_LINK, PROGRAM
from siyu.foundation.errors import NotAllowed, SiyuError
from siyu.rooms.operations.types import Right
from siyu.rooms.organization.actions import (
    change_language,
    check_password,
    look_at_link,
    spend_link,
)
from siyu.rooms.organization.queries import grants_of

_NO_REFERRER = "no-referrer"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send each to her own face."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    try:
        viewer = viewer_of_request(request)
    except NotAllowed as error:
        return show_error(request, error)
    return redirect("today" if viewer.may(Right.WORK_TASKS) else "overview")


@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    if request.method == "GET":
        return render(request, "faces/sign_in.html", {"next": request.GET.get("next", "")})
    login = request.POST.get("login", "").strip()
    try:
        staff = check_password(
            login=login,
            password=request.POST.get("password", ""),
            address=_address(request),
        )
    except SiyuError as error:
        shown = {"error": told(error), "login": login, "next": request.POST.get("next", "")}
        return render(request, "faces/sign_in.html", shown, status=422)
    _begin_session(request, staff.id, by_link=False)
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return redirect("home")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-tap link: a look shows a button, so that previews of the link cannot spend it.

    The page sends no referrer, so its form's origin is null and Django's own check cannot pass;
    a form of another site is told by the browser's Sec-Fetch-Site instead.
    """
    response = _look_at(request, token) if request.method == "GET" else _spend(request, token)
    response.headers["Referrer-Policy"] = _NO_REFERRER
    # Django would log the address of a refusal, and a link refused elsewhere is still good here.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("sign-in")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read on in another language."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, samesite="Lax", httponly=True)
        if request.user.is_authenticated:
            change_language(staff_id=request.user.pk, language=wanted)
    return response


@require_POST
def program(request: HttpRequest) -> HttpResponse:
    """Go on in another program in which one holds a role."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    wanted = request.POST.get("program", "")
    held = [grant.program_id for grant in grants_of(staff_id=request.user.pk)]
    if wanted not in map(str, held):
        return show_error(request, NotAllowed("You hold no role in that program."))
    request.session[PROGRAM] = int(wanted)
    return redirect("home")


def _address(request: HttpRequest) -> str:
    """Where a request comes from; behind our own proxy, what that proxy saw."""
    seen: str = request.META.get("REMOTE_ADDR", "")
    if settings.SIYU_BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", seen).rpartition(",")[2].strip()
    return seen


def _look_at(request: HttpRequest, token: str) -> HttpResponse:
    good = look_at_link(token=token, address=_address(request))
    return render(request, "faces/link.html", {"good": good}, status=200 if good else 410)


def _spend(request: HttpRequest, token: str) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return show_error(request, NotAllowed("Open the link yourself; another site cannot."))
    try:
        staff = spend_link(token=token, address=_address(request))
    except NotAllowed as error:
        return show_error(request, error)
    _begin_session(request, staff.id, by_link=True)
    return redirect("home")


def _begin_session(request: HttpRequest, staff_id: int, *, by_link: bool) -> None:
    user = auth.authenticate(request, staff_id=staff_id)
    if user is None:
        raise NotAllowed("This account is closed. Ask headquarters.")
    request.session.flush()
    auth.login(request, user)
    request.session[BY_LINK] = by_link
