"""Microsoft Graph's query options over lists of objects."""

import base64
import re
from typing import Any
from urllib.parse import quote

from azure_emulator.claims import GRAPH
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request

Item = dict[str, Any]

DEFAULT_PAGE, MAXIMUM_PAGE = 100, 999
EQUALS = re.compile(
    r"\s*(?P<field>\w+)\s+eq\s+(?:'(?P<text>(?:[^']|'')*)'|(?P<word>true|false|null))\s*", re.IGNORECASE
)
STARTS = re.compile(r"\s*startswith\(\s*(?P<field>\w+)\s*,\s*'(?P<text>(?:[^']|'')*)'\s*\)\s*", re.IGNORECASE)
SEARCH = re.compile(r'"(?P<field>\w+):(?P<text>[^"]*)"')


def _bad(text: str) -> AzureError:
    return AzureError(400, "Request_BadRequest", f"Invalid filter clause: {text}")


def shown_matching(request: Request, items: list[Item]) -> list[Item]:
    """The items that pass ``$filter`` and ``$search``."""
    condition, search = request.query.get("$filter"), request.query.get("$search")
    if condition:
        parts = re.split(r"\s+or\s+", condition, flags=re.IGNORECASE)
        items = [item for item in items if any(_all_hold(part, item) for part in parts)]
    if search:
        wanted = [(match["field"], match["text"].lower()) for match in SEARCH.finditer(search)]
        items = [item for item in items if any(text in str(item.get(field) or "").lower() for field, text in wanted)]
    return items


def _all_hold(condition: str, item: Item) -> bool:
    return all(_holds(part, item) for part in re.split(r"\s+and\s+", condition, flags=re.IGNORECASE))


def _holds(clause: str, item: Item) -> bool:
    match = EQUALS.fullmatch(clause)
    if match is not None:
        value = item.get(match["field"])
        if match["word"]:
            return value is {"true": True, "false": False, "null": None}[match["word"].lower()]
        return str(value or "").lower() == match["text"].replace("''", "'").lower()
    match = STARTS.fullmatch(clause)
    if match is None:
        raise _bad(clause)
    return str(item.get(match["field"]) or "").lower().startswith(match["text"].replace("''", "'").lower())


def selected(request: Request, item: Item) -> Item:
    """The fields ``$select`` asks for, or Graph's usual ones."""
    fields = [field for field in request.query.get("$select", "").split(",") if field]
    kept = {"id", "@odata.type"} & item.keys() if fields else set(item)
    return {name: value for name, value in item.items() if name in kept or name in fields}


def ordered_page(request: Request, items: list[Item], *, context: str) -> Answer:
    """One page with ``@odata.nextLink`` while there is more."""
    top = request.query.get("$top", "")
    if top and (not top.isdecimal() or not 1 <= int(top) <= MAXIMUM_PAGE):
        raise AzureError(
            400, "Request_BadRequest", f"Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."
        )
    size = int(top) if top else DEFAULT_PAGE
    start = _start(request.query.get("$skiptoken", ""))
    body: dict[str, Any] = {"@odata.context": f"{GRAPH}/v1.0/$metadata#{context}"}
    if request.query.get("$count") == "true":
        body["@odata.count"] = len(items)
    if start + size < len(items):
        query = {name: value for name, value in request.query.items() if name != "$skiptoken"}
        query["$skiptoken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        body["@odata.nextLink"] = f"{request.base_url}{quote(request.path)}?{text}"
    body["value"] = [selected(request, item) for item in items[start : start + size]]
    return Answer(200, body)


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(token)))
    except ValueError as error:
        raise AzureError(400, "Directory_ExpiredPageToken", "The specified page token value has expired.") from error
