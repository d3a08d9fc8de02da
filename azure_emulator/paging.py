"""Lists the way Azure pages them: a value array and, while there is more, a nextLink."""

import base64
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request

Item = dict[str, Any]


def page(
    request: Request, items: Sequence[Item], *, size: int = 1000, show: Callable[[Item], Item] | None = None
) -> Answer:
    """One page of the items; ``$top`` asks for smaller pages, ``$skiptoken`` continues."""
    query = request.query
    top = min(_number(query.get("$top"), "$top") or size, size)
    start = _offset(query.get("$skiptoken"))
    chosen = items[start : start + top]
    body: dict[str, Any] = {"value": [show(item) for item in chosen] if show else list(chosen)}
    if start + top < len(items):
        body["nextLink"] = _next(request, start + top)
    return Answer(200, body)


def _next(request: Request, offset: int) -> str:
    query = {name: value for name, value in request.query.items() if name != "$skiptoken"}
    query["$skiptoken"] = base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()
    text = "&".join(f"{quote(name, safe='$-.')}={quote(value, safe='')}" for name, value in query.items())
    return f"{request.base_url}{quote(request.path)}?{text}"


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "offset":
            return max(0, int(number))
    except ValueError:
        pass
    raise AzureError(400, "InvalidSkipToken", f"The specified '$skipToken' value '{token}' is not valid.")


def _number(text: str | None, name: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or int(text) < 1:
        raise AzureError(
            400, "InvalidTopQueryParameter", f"The value '{text}' of query parameter '{name}' is not valid."
        )
    return int(text)
