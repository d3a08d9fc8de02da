"""Sessions end: after eight hours whatever happens, and after an hour in which nobody did anything."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts import sign_in
from accounts.models import User

Answer = Callable[[HttpRequest], HttpResponse]

# How exactly the last click is remembered; writing it on every request would cost a write for every read.
_SEEN_STEP_SECONDS = 60


def session_limits(get_response: Answer) -> Answer:
    """End sessions that are too old or idle; the sign-in page then says why."""

    def middleware(request: HttpRequest) -> HttpResponse:
        reason = _reason_to_end(request) if isinstance(request.user, User) else ""
        if reason:
            sign_in.end(request, reason=reason)
        response = get_response(request)
        where = "Location" if isinstance(response, HttpResponseRedirect) else "HX-Redirect"
        if reason and where in response:
            joint = "&" if "?" in response[where] else "?"
            response[where] = f"{response[where]}{joint}ended={reason}"
        return response

    return middleware


def _reason_to_end(request: HttpRequest) -> str:
    """`absolute`, `idle`, or nothing; notes that the person is here."""
    now = timezone.now().timestamp()
    if now - request.session.setdefault(sign_in.SIGNED_IN_AT, now) >= settings.SESSION_COOKIE_AGE:
        return "absolute"
    idle = now - request.session.setdefault(sign_in.SEEN_AT, now)
    if idle >= settings.SESSION_IDLE_SECONDS:
        return "idle"
    if idle >= _SEEN_STEP_SECONDS and not _is_refresh(request):
        request.session[sign_in.SEEN_AT] = now
    return ""


def _is_refresh(request: HttpRequest) -> bool:
    """A page that refreshes itself is not a person."""
    return request.method == "GET" and request.headers.get("HX-Request") == "true"
