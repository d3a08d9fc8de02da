"""Lists the way Azure pages them: a value array and, while there is more, a nextLink."""

import base64
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
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
        body["nextLink"] = _next(request, f"offset:{start + top}")
    return Answer(200, body)


def stored_page(
    request: Request,
    kind: str,
    *,
    prefix: str,
    test: Callable[[Item], bool],
    show: Callable[[Item], Item],
    keys: Iterable[str] | None = None,
    size: int = 1000,
) -> Answer:
    """One page of stored documents below a prefix, read only as far as the page goes; ``keys`` narrows to an index."""
    store = request.world.store
    top = min(_number(request.query.get("$top"), "$top") or size, size)
    start = _key_after(request.query.get("$skiptoken"))
    if keys is None:
        found = store.after(kind, prefix=prefix, key=start)
    else:
        inside = sorted(key for key in keys if key.startswith(prefix.lower()) and key > start)
        found = ((key, document) for key in inside if (document := store.get(kind, key)))
    chosen = list(islice(((key, document) for key, document in found if test(document)), top + 1))
    body: dict[str, Any] = {"value": [show(document) for _, document in chosen[:top]]}
    if len(chosen) > top:
        body["nextLink"] = _next(request, f"after:{chosen[top - 1][0]}")
    return Answer(200, body)


def _next(request: Request, position: str) -> str:
    query = {name: value for name, value in request.query.items() if name != "$skiptoken"}
    query["$skiptoken"] = base64.urlsafe_b64encode(position.encode()).decode()
    text = "&".join(f"{quote(name, safe='$-.')}={quote(value, safe='')}" for name, value in query.items())
    return f"{request.base_url}{quote(request.path)}?{text}"


def _offset(token: str | None) -> int:
    text = _position(token, "offset")
    if text and not text.isdecimal():
        raise _bad_token(str(token))
    return int(text or 0)


def _key_after(token: str | None) -> str:
    return _position(token, "after")


def _position(token: str | None, wanted: str) -> str:
    if not token:
        return ""
    try:
        word, _, position = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError as error:
        raise _bad_token(token) from error
    if word != wanted:
        raise _bad_token(token)
    return position


def _bad_token(token: str) -> AzureError:
    return AzureError(400, "InvalidSkipToken", f"The specified '$skipToken' value '{token}' is not valid.")


def _number(text: str | None, name: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or int(text) < 1:
        raise AzureError(
            400, "InvalidTopQueryParameter", f"The value '{text}' of query parameter '{name}' is not valid."
        )
    return int(text)
