"""Lists of resources in a subscription or a group."""

from typing import Any

from azure_emulator.filters import matches_tag_filter
from azure_emulator.http import Answer, Request
from azure_emulator.paging import page
from azure_emulator.routing import route

Document = dict[str, Any]

SHOWN = ("id", "name", "type", "kind", "location", "managedBy", "sku", "tags", "identity", "plan", "zones")
READ = "Microsoft.Resources/subscriptions/resources/read"


def _shown(document: Document, expand: str) -> Document:
    item = {key: document[key] for key in SHOWN if document.get(key) is not None}
    if "createdtime" in expand:
        item["createdTime"] = document["_created_at"]
    if "changedtime" in expand:
        item["changedTime"] = document["_changed_at"]
    if "provisioningstate" in expand:
        item["provisioningState"] = (document.get("properties") or {}).get("provisioningState", "Succeeded")
    return item


def _answer(request: Request, documents: list[Document]) -> Answer:
    condition = request.query.get("$filter")
    if condition:
        documents = [document for document in documents if matches_tag_filter(condition, document)]
    expand = request.query.get("$expand", "").lower()
    return page(request, documents, show=lambda document: _shown(document, expand))


def _tracked(request: Request, scope: str) -> list[Document]:
    """Resources that Azure's lists show: those with a location, without proxied children and extensions."""
    return [document for document in request.world.resources.list(scope) if document.get("location")]


@route("GET", "/subscriptions/{subscription}/resources")
def list_in_subscription(request: Request) -> Answer:
    """Resources of a subscription that the caller may read."""
    world, subscription = request.world, request.parameters["subscription"]
    world.resources.need_subscription(subscription)
    documents = _tracked(request, f"/subscriptions/{subscription}")
    if not world.access.allows(request.principal, READ, f"/subscriptions/{subscription}"):
        documents = [
            item for item in documents if world.access.allows(request.principal, f"{item['type']}/read", item["id"])
        ]
    return _answer(request, documents)


@route(
    "GET",
    "/subscriptions/{subscription}/resourcegroups/{group}/resources",
    action="Microsoft.Resources/subscriptions/resourceGroups/resources/read",
)
def list_in_group(request: Request) -> Answer:
    """Resources of a group."""
    group = request.world.resources.need_group(request.parameters["subscription"], request.parameters["group"])
    return _answer(request, _tracked(request, group["id"]))
