"""Remembering in the browser what a person chose for themselves: language, light or dark."""

from django.conf import settings
from django.http import HttpResponse

_YEAR_SECONDS = 365 * 24 * 3600


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep the choice for a year; scripts have no business with it."""
    response.set_cookie(
        name, value, max_age=_YEAR_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
