"""What every request passes through: an id for the logs, plain answers for refused commands, HTMX when signed out."""

import logging
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url

from accounts.addresses import safe_address
from common import logs
from common.errors import DomainError

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]


def request_identity(get_response: Answer) -> Answer:
    """Give the request an id, bind it to the log lines and return it as X-Request-ID."""

    def middleware(request: HttpRequest) -> HttpResponse:
        identity = uuid.uuid4().hex
        token = logs.request_id.set(identity)
        try:
            response = get_response(request)
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = identity
        return response

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Nobody enters unknown; whoever sent a form comes back to its page, because its address takes no GET."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """To the sign-in page, which remembers where to go on."""
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(_page_with_the_form(request), resolve_url(self.get_login_url(view_func)))


def _page_with_the_form(request: HttpRequest) -> str:
    """The page of ours that the browser says it came from, else home."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc != request.get_host():
        return "/"
    return safe_address(request, f"{referer.path}?{referer.query}" if referer.query else referer.path)


def signed_out_htmx(get_response: Answer) -> Answer:
    """A refresh after sign-out must not swap the sign-in page into a fragment: HX-Redirect moves the whole page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if (
            getattr(request, "htmx", False)
            and isinstance(response, HttpResponseRedirect)
            and not request.user.is_authenticated
        ):
            answer = HttpResponse(status=401)
            answer["HX-Redirect"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _page_address(request)})}"
            return answer
        return response

    return middleware


def _page_address(request: HttpRequest) -> str:
    """The page the fragment belongs to: that is where the person wants to be after signing in."""
    current = urlsplit(request.headers.get("HX-Current-URL", ""))
    return safe_address(request, f"{current.path}?{current.query}" if current.query else current.path)


class DomainErrorMiddleware:
    """Shows a refused command as a page (or a fragment for HTMX) with its own status."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is in process_exception."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError with its sentence; leave everything else to Django's 500."""
        if not isinstance(error, DomainError):
            return None
        log.info("command refused", extra={"status": error.status, "path": request.path, "reason": str(error)})
        if getattr(request, "htmx", False):
            return render(request, "_refused.html", {"error": error}, status=error.status)
        referer = urlsplit(request.headers.get("Referer", ""))
        is_here = referer.netloc == request.get_host()
        back_url = safe_address(request, referer.path, default="") if is_here else ""
        return render(request, "refused.html", {"error": error, "back_url": back_url}, status=error.status)


domain_errors = DomainErrorMiddleware
