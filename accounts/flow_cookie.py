"""The sign-in that is under way, kept in the browser: nothing is written to the database before somebody is known.

The cookie is signed, lives ten minutes, is sent to the account pages only and is erased by the answer, so that a
flood of started sign-ins leaves no rows behind.
"""

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

_NAME = "genkan_sign_in"
_PATH = "/account/"
_SALT = "accounts.flow"
_SECONDS = 600


def keep(response: HttpResponse, flow: dict[str, Any], *, return_to: str) -> None:
    """Store what the answer must be checked against, and where the person wanted to go."""
    kept = {name: value for name, value in flow.items() if name != "auth_uri"}
    value = signing.dumps({"flow": kept, "next": return_to}, salt=_SALT, compress=True)
    response.set_cookie(
        _NAME,
        value,
        max_age=_SECONDS,
        path=_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read(request: HttpRequest) -> tuple[dict[str, Any], str] | None:
    """The flow and the wanted address, or None when there is none that is ours and fresh."""
    try:
        kept = signing.loads(request.COOKIES.get(_NAME, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return kept["flow"], kept["next"]


def erase(response: HttpResponse) -> None:
    """A flow serves one answer only."""
    response.delete_cookie(_NAME, path=_PATH, samesite="Lax")
