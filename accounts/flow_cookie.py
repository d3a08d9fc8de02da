"""The sign-in that is under way, kept in the browser: nothing is written to the database before somebody is known.

The cookie is signed, lives ten minutes and is erased by the answer, so that a
flood of started sign-ins leaves no rows behind.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

_NAME = "genkan_sign_in"
_PATH = "/account/"
# Another host of the domain could plant its own flow under the plain name, and so sign somebody in as somebody else.
# Browsers give this prefix only to cookies of the whole host, over HTTPS.
_HOST_NAME, _HOST_PATH = "__Host-genkan_sign_in", "/"
_SALT = "accounts.flow"
_SECONDS = 600


def keep(response: HttpResponse, flow: dict[str, Any], *, return_to: str) -> None:
    """Store what the answer must be checked against, and where the person wanted to go."""
    kept = {name: value for name, value in flow.items() if name != "auth_uri"}
    value = signing.dumps({"flow": kept, "next": return_to}, salt=_SALT, compress=True)
    response.set_cookie(
        _name(),
        value,
        max_age=_SECONDS,
        path=_path(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read(request: HttpRequest) -> tuple[dict[str, Any], str] | None:
    """The flow and the wanted address, or None when there is none that is ours and fresh."""
    try:
        kept = signing.loads(request.COOKIES.get(_name(), ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return kept["flow"], kept["next"]


def erase(response: HttpResponse) -> None:
    """A flow serves one answer only."""
    response.delete_cookie(_name(), path=_path(), samesite="Lax")


def _name() -> str:
    return _HOST_NAME if settings.SESSION_COOKIE_SECURE else _NAME


def _path() -> str:
    return _HOST_PATH if settings.SESSION_COOKIE_SECURE else _PATH
