"""Lists of resources in a subscription or a group."""

from collections.abc import Callable
from typing import Any

from azure_emulator.filters import matcher
from azure_emulator.http import Answer, Request
from azure_emulator.paging import stored_page
from azure_emulator.resources import RESOURCE
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


def _answer(request: Request, scope: str, may_read: Callable[[Document], bool]) -> Answer:
    """Resources that Azure's lists show: those with a location, without proxied children and extensions."""
    condition, expand = request.query.get("$filter", ""), request.query.get("$expand", "").lower()
    fits = matcher(condition) if condition else lambda _: True
    return stored_page(
        request,
        RESOURCE,
        prefix=f"{scope}/",
        test=lambda document: bool(document.get("location")) and fits(document) and may_read(document),
        show=lambda document: _shown(document, expand),
        keys=request.world.resources.tags[RESOURCE].keys(condition),
    )


@route("GET", "/subscriptions/{subscription}/resources")
def list_in_subscription(request: Request) -> Answer:
    """Resources of a subscription that the caller may read."""
    access, caller, subscription = request.world.access, request.principal, request.parameters["subscription"]
    request.world.resources.need_subscription(subscription)
    if not access.sees_below(caller, f"/subscriptions/{subscription}"):
        access.check(caller, READ, f"/subscriptions/{subscription}")
    sees_all = access.allows(caller, READ, f"/subscriptions/{subscription}")
    return _answer(
        request,
        f"/subscriptions/{subscription}",
        lambda document: sees_all or access.allows(caller, f"{document['type']}/read", document["id"]),
    )


@route(
    "GET",
    "/subscriptions/{subscription}/resourcegroups/{group}/resources",
    action="Microsoft.Resources/subscriptions/resourceGroups/resources/read",
)
def list_in_group(request: Request) -> Answer:
    """Resources of a group."""
    group = request.world.resources.need_group(request.parameters["subscription"], request.parameters["group"])
    return _answer(request, group["id"], lambda _: True)
