"""Signing in and out, and the page that says who one is here."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts import authority, flow_cookie, preferences, sign_in
from accounts.addresses import safe_address, safe_next
from accounts.models import Role, User

_ENDED = {
    "idle": gettext_lazy("You were signed out because nobody used this page for an hour."),
    "absolute": gettext_lazy("You were signed out because a session lasts eight hours at most."),
    "chosen": gettext_lazy("You are signed out."),
}


@login_not_required
@never_cache
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """GET shows the button and writes nothing; POST sends the person to the authority."""
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    if request.method == "POST":
        return _to_authority(request)
    ended = _ENDED.get(request.GET.get("ended", ""))
    return render(request, "accounts/sign_in.html", {"next": safe_next(request), "ended": ended})


def _to_authority(request: HttpRequest) -> HttpResponse:
    try:
        flow = authority.start_flow(_callback_url())
    except authority.AuthorityUnreachable:
        return _unreachable(request)
    response = HttpResponseRedirect(flow["auth_uri"])
    flow_cookie.keep(response, flow, return_to=safe_next(request))
    return response


@login_not_required
@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """The authority's answer."""
    response = _finish(request)
    flow_cookie.erase(response)
    return response


def _finish(request: HttpRequest) -> HttpResponse:
    kept = flow_cookie.read(request)
    if kept is None:
        return _refused(request, _("This sign-in was started somewhere else or too long ago. Start again."))
    flow, return_to = kept
    try:
        user = sign_in.finish(request, flow=flow, answer=request.GET.dict())
    except sign_in.SignInRefused as refusal:
        return _refused(request, str(refusal))
    except authority.AuthorityUnreachable:
        return _unreachable(request)
    response = HttpResponseRedirect(safe_address(request, return_to))
    if user.language:
        preferences.remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
    return response


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End our session, then the authority's."""
    sign_in.end(request, reason="chosen")
    return HttpResponseRedirect(authority.sign_out_url(f"{settings.PORTAL_URL}{reverse('accounts:sign_in')}"))


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who am I here, which roles do I have and from where, until when."""
    user = request.user
    assert isinstance(user, User)
    sources = request.session.get(sign_in.ROLE_SOURCES, {})
    signed_in_at = datetime.fromtimestamp(request.session[sign_in.SIGNED_IN_AT], tz=UTC)
    context = {
        "roles": [_role_line(role, sources.get(role.value, "")) for role in user.roles],
        "memberships": user.memberships.select_related("project").order_by("project__name"),
        "session_ends_at": signed_in_at + timedelta(seconds=settings.SESSION_COOKIE_AGE),
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
    }
    return render(request, "accounts/me.html", context)


def _role_line(role: Role, source: str) -> dict[str, str]:
    kind, _separator, name = source.partition(":")
    return {"label": str(role.label), "kind": kind, "source": name}


def _callback_url() -> str:
    return f"{settings.PORTAL_URL}{reverse('accounts:callback')}"


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "accounts/sign_in_refused.html", {"reason": reason}, status=403)


def _unreachable(request: HttpRequest) -> HttpResponse:
    reason = _("The sign-in service does not answer. Try again in a minute; if it stays, tell the platform team.")
    return render(request, "accounts/sign_in_refused.html", {"reason": reason}, status=503)
