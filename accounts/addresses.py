"""Where to go after something was done: never to another host."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The `next` address of the form or query if it lies on this portal, else the default."""
    return safe_address(request, request.POST.get("next") or request.GET.get("next") or "", default=default)


def safe_address(request: HttpRequest, address: str, *, default: str = "/") -> str:
    """The address if it is a path of this portal, else the default (no open redirects, ASVS 3.7.2)."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours and address.startswith("/") else default
