"""Resource Graph: a query over resources, groups and role assignments of the subscriptions the caller sees."""

import base64
from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.graph_language import run
from azure_emulator.http import Answer, Request
from azure_emulator.rbac import ASSIGNMENT
from azure_emulator.resources import GROUP, RESOURCE, SUBSCRIPTION, public
from azure_emulator.routing import route

Document = dict[str, Any]

MAXIMUM_PAGE = 1000
READS = {
    "resources": "Microsoft.Resources/subscriptions/resources/read",
    "resourcecontainers": "Microsoft.Resources/subscriptions/resourceGroups/read",
    "authorizationresources": "Microsoft.Authorization/roleAssignments/read",
}


def _row(request: Request, document: Document) -> Document:
    segments = document["id"].split("/")
    group = segments[4] if len(segments) > 4 and segments[3].lower() == "resourcegroups" else ""
    return {
        **public(document),
        "type": document["type"].lower(),
        "tenantId": request.world.tenant,
        "subscriptionId": segments[2] if len(segments) > 2 else "",
        "resourceGroup": group.lower(),
        "tags": document.get("tags"),
        "location": document.get("location", ""),
    }


def _container(document: Document) -> Document:
    return {**document, "type": "microsoft.resources/subscriptions/resourcegroups"}


def _rows(request: Request, table: str, subscriptions: list[str]) -> list[Document]:
    access, action = request.world.access, READS.get(table)
    if action is None:
        raise _bad(f"The table '{table}' is not available")
    rows: list[Document] = []
    for subscription in subscriptions:
        found = _stored(request, table, f"/subscriptions/{subscription}/")
        sees_all = access.allows(request.principal, action, f"/subscriptions/{subscription}")
        rows += [item for item in found if sees_all or access.allows(request.principal, action, item["id"])]
    return [_row(request, item) for item in rows]


def _stored(request: Request, table: str, prefix: str) -> list[Document]:
    store = request.world.store
    match table:
        case "resources":
            return [item for item in store.list(RESOURCE, prefix=prefix) if item.get("location")]
        case "resourcecontainers":
            return [_container(item) for item in store.list(GROUP, prefix=prefix)]
        case _:
            return store.list(ASSIGNMENT, prefix=prefix)


def _bad(message: str) -> AzureError:
    return AzureError(
        400,
        "BadRequest",
        "Please provide below info when asking for support: timestamp, correlationId.",
        details=[{"code": "InvalidQuery", "message": f"{message}."}],
    )


@route("POST", "/providers/Microsoft.ResourceGraph/resources")
def query(request: Request) -> Answer:
    """Run a query; ``$skipToken`` continues."""
    body = request.json_object()
    text, options = body.get("query"), body.get("options") or {}
    if not isinstance(text, str) or not text.strip():
        raise _bad("A query is required")
    wanted = body.get("subscriptions") or [item["id"] for item in request.world.store.items(SUBSCRIPTION)]
    seen = [one for one in wanted if request.world.access.sees_below(request.principal, f"/subscriptions/{one}")]
    stages = [stage.strip() for stage in text.split("|")]
    rows = run(_rows(request, stages[0].lower(), seen), stages[1:])
    top = min(int(options.get("$top") or MAXIMUM_PAGE), MAXIMUM_PAGE)
    start = _start(options.get("$skipToken"))
    answer: Document = {
        "totalRecords": len(rows),
        "count": len(rows[start : start + top]),
        "data": rows[start : start + top],
        "facets": [],
        "resultTruncated": "false",
    }
    if start + top < len(rows):
        answer["$skipToken"] = base64.b64encode(str(start + top).encode()).decode()
    if str(options.get("resultFormat", "")).lower() == "table":
        answer["data"] = _table(answer["data"])
    return Answer(200, answer)


def _start(token: object) -> int:
    try:
        return int(base64.b64decode(str(token))) if token else 0
    except ValueError as error:
        raise _bad("The skip token is not valid") from error


def _table(rows: list[Document]) -> Document:
    names = list(rows[0]) if rows else []
    columns = [
        {"name": name, "type": "object" if rows and isinstance(rows[0][name], dict) else "string"} for name in names
    ]
    return {"columns": columns, "rows": [[row.get(name) for name in names] for row in rows]}
