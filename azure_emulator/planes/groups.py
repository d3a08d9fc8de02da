"""Resource groups: create, read, change, list, and delete with everything in them."""

import re
from collections.abc import Callable
from typing import Any

from azure_emulator import policies
from azure_emulator.errors import AzureError
from azure_emulator.events import handler
from azure_emulator.filters import matcher
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import group_id
from azure_emulator.locations import need_location
from azure_emulator.locks import check_not_locked
from azure_emulator.paging import stored_page
from azure_emulator.resources import GROUP, public
from azure_emulator.routing import route
from azure_emulator.tag_rules import check_tags
from azure_emulator.world import World

Document = dict[str, Any]
GroupHook = Callable[[World, str], None]

PATH = "/subscriptions/{subscription}/resourcegroups/{group}"
ACTION = "Microsoft.Resources/subscriptions/resourceGroups/"
MAXIMUM_GROUPS = 980
NAME = re.compile(r"[-\w.()]{0,89}[-\w()]")
STUCK_RETRY_SECONDS = 30
_hooks: list[GroupHook] = []


def on_group_delete(hook: GroupHook) -> GroupHook:
    """Call the hook with (world, group id) when a group has been emptied and is about to go."""
    _hooks.append(hook)
    return hook


@route("GET", "/subscriptions/{subscription}/resourcegroups")
def list_groups(request: Request) -> Answer:
    """The groups of a subscription that the caller may read."""
    world, subscription = request.world, request.parameters["subscription"]
    world.resources.need_subscription(subscription)
    access, caller, condition = world.access, request.principal, request.query.get("$filter", "")
    if not access.sees_below(caller, f"/subscriptions/{subscription}"):
        access.check(caller, f"{ACTION}read", f"/subscriptions/{subscription}")
    fits = matcher(condition) if condition else lambda _: True
    sees_all = access.allows(caller, f"{ACTION}read", f"/subscriptions/{subscription}")
    return stored_page(
        request,
        GROUP,
        prefix=f"/subscriptions/{subscription}/resourcegroups/",
        test=lambda group: fits(group) and (sees_all or access.allows(caller, f"{ACTION}read", group["id"])),
        show=public,
        keys=world.resources.tags[GROUP].keys(condition),
    )


@route("HEAD", PATH, action=f"{ACTION}read")
def group_exists(request: Request) -> Answer:
    """204 when the group exists, 404 when not."""
    subscription, name = request.parameters["subscription"], request.parameters["group"]
    request.world.resources.need_subscription(subscription)
    return Answer(204 if request.world.resources.group(subscription, name) else 404)


@route("GET", PATH, action=f"{ACTION}read")
def read_group(request: Request) -> Answer:
    """One group."""
    return Answer(200, public(_need(request)))


def _need(request: Request) -> Document:
    return request.world.resources.need_group(request.parameters["subscription"], request.parameters["group"])


@route("PUT", PATH, action=f"{ACTION}write")
def put_group(request: Request) -> Answer:
    """Create a group (201) or replace its tags (200)."""
    body = request.json_object()
    old = request.world.resources.group(request.parameters["subscription"], request.parameters["group"])
    group = write_group(
        request.world,
        subscription=request.parameters["subscription"],
        name=request.parameters["group"],
        body=body,
    )
    return Answer(200 if old else 201, public(group))


def write_group(world: World, *, subscription: str, name: str, body: Document) -> Document:
    """Create or replace a group with all of Azure's checks; also used by subscription deployments."""
    world.resources.need_subscription(subscription)
    location = body.get("location")
    if not location or not isinstance(location, str):
        raise AzureError(400, "LocationRequired", "The location property is required for this definition.")
    location = need_location(location)
    tags = check_tags(body.get("tags"))
    identifier = group_id(subscription, name)
    policies.check(
        world,
        identifier=identifier,
        resource_type="Microsoft.Resources/subscriptions/resourceGroups",
        name=name,
        body={"location": location, "tags": tags},
    )
    old = world.resources.group(subscription, name)
    if old is None:
        _check_new(world, subscription, name)
        old = {"id": identifier, "name": name, "type": "Microsoft.Resources/resourceGroups"}
    else:
        _check_change(old, location)
    managed_by = {"managedBy": body["managedBy"]} if body.get("managedBy") else {}
    document = {"id": old["id"], "name": old["name"], "type": old["type"], "location": location, **managed_by}
    return world.resources.put_group({**document, "tags": tags, "properties": {"provisioningState": "Succeeded"}})


def _check_new(world: World, subscription: str, name: str) -> None:
    if NAME.fullmatch(name) is None:
        raise AzureError(
            400,
            "InvalidResourceGroup" if len(name) <= 90 else "ResourceGroupNameTooLong",
            f"The provided resource group name '{name}' has these invalid characters or is too long. The name can "
            "only be a "
            "letter, digit, '-', '.', '(', ')' or '_', and cannot end with '.'.",
        )
    if len(world.store.keys(GROUP, prefix=f"/subscriptions/{subscription}/resourcegroups/")) >= MAXIMUM_GROUPS:
        raise AzureError(
            409,
            "ResourceGroupQuotaExceeded",
            f"Creating the resource group '{name}' would exceed the quota of '{MAXIMUM_GROUPS}'. The current resource "
            "group "
            f"count is '{MAXIMUM_GROUPS}', please delete some resource groups before creating a new one.",
        )


def _check_change(old: Document, location: str) -> None:
    if old["properties"]["provisioningState"] == "Deleting":
        raise being_deleted(old["name"])
    if old["location"] != location:
        raise AzureError(
            409,
            "InvalidResourceGroupLocation",
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{old['location']}'.",
        )


def being_deleted(name: str) -> AzureError:
    """Azure's 409 for writes into a group that is on its way out."""
    return AzureError(
        409,
        "ResourceGroupBeingDeleted",
        f"The resource group '{name}' is in deprovisioning state and cannot perform this operation.",
    )


@route("PATCH", PATH, action=f"{ACTION}write")
def patch_group(request: Request) -> Answer:
    """Replace a group's tags."""
    group, body = _need(request), request.json_object()
    if group["properties"]["provisioningState"] == "Deleting":
        raise being_deleted(group["name"])
    changes = {"tags": check_tags(body["tags"])} if "tags" in body else {}
    return Answer(200, public(request.world.resources.put_group({**group, **changes})))


@route("DELETE", PATH, action=f"{ACTION}delete")
def delete_group(request: Request) -> Answer:
    """Begin to delete a group: 202 with a Location that ends in 200."""
    world, group = request.world, _need(request)
    check_not_locked(world, group["id"])
    running = group.get("_delete_operation")
    if running and group["properties"]["provisioningState"] == "Deleting":
        return Answer(202, None, world.operations.headers(request, running, style="location"))
    name = begin_group_delete(world, group)
    return Answer(202, None, world.operations.headers(request, name, style="location"))


def begin_group_delete(world: World, group: Document) -> str:
    """Start deleting a group and return the operation's name; also used by stacks."""
    seconds = 15 + sum(world.behaviour.delete_seconds(item["type"]) for item in world.resources.list(group["id"])) / 4
    name = world.operations.start(
        "delete-group", {"group": group["id"]}, seconds=min(seconds, 600), subscription=group["id"].split("/")[2]
    )
    state = {"properties": {**group["properties"], "provisioningState": "Deleting"}, "_delete_operation": name}
    world.resources.put_group({**group, **state})
    return name


@handler("delete-group")
def finish_group_delete(world: World, payload: Document) -> None:
    """Remove the group with its resources, stacks, deployments and assignments."""
    group = world.store.get(GROUP, payload["group"])
    if group is None:
        world.operations.finish(payload["operation"], status=200)
        return
    if world.faults.is_delete_stuck(group["id"]):
        world.events.schedule(world.clock.now() + world.duration(STUCK_RETRY_SECONDS), "delete-group", payload)
        return
    remove_group(world, group["id"])
    world.operations.finish(payload["operation"], status=200)


def remove_group(world: World, identifier: str) -> None:
    """Remove a group now: dependents first, then what its scope held, then the group."""
    for document in reversed(world.resources.list(identifier)):
        world.resources.delete(document["id"])
    for hook in _hooks:
        hook(world, identifier)
    world.access.forget_scope(identifier)
    world.store.delete(GROUP, identifier)


@route("POST", f"{PATH}/exportTemplate", action=f"{ACTION}read")
def export_template(request: Request) -> Answer:
    """The group's resources as a template."""
    group = _need(request)
    shown = ("type", "name", "location", "tags", "sku", "kind", "properties")
    resources = [
        {key: document[key] for key in shown if key in document}
        | {"apiVersion": document.get("_api_version", "2025-04-01")}
        for document in request.world.resources.list(group["id"])
    ]
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {},
        "variables": {},
        "resources": resources,
    }
    return Answer(200, {"template": template})
