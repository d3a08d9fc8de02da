"""How one resource of a deployment comes to be: begun with its provider's checks, completed after its usual time."""

from typing import TYPE_CHECKING, Any

from arm import ExpandedResource, Expansion
from azure_emulator import policies
from azure_emulator.behaviour import ResourceWrite
from azure_emulator.deployments import pace
from azure_emulator.deployments.calls import call, claimed
from azure_emulator.deployments.failures import Failure, asynchronous, from_azure
from azure_emulator.deployments.pace import handler
from azure_emulator.deployments.records import principal_of
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import ResourceId, parse_resource_id
from azure_emulator.locks import check_not_locked, check_writable
from azure_emulator.resource_types import registry
from azure_emulator.tag_rules import check_tags

if TYPE_CHECKING:
    from azure_emulator.deployments.runtime import DeployedState
    from azure_emulator.world import World

Document = dict[str, Any]
UPDATE_SECONDS = 3.0
STUCK_RETRY_SECONDS = 30.0


def begin(
    world: "World", resource: ExpandedResource, *, runtime: "DeployedState", record: Document
) -> tuple[float, Document]:
    """Start creating a resource; returns Azure's usual seconds and what ``complete`` needs to know.

    Raises ArmError for an expression that fails and AzureError for what the provider refuses at once.
    """
    body = resource.resolve(runtime)
    seconds = world.behaviour.create_seconds(resource.type)
    write: Document = {"id": resource.id, "api_version": resource.api_version, "caller": record["_caller"]}
    failure = world.faults.resource_failure(resource.type, resource.name)
    if claimed("PUT", resource.id) is not None:
        if failure is not None:
            return seconds, {"failure": asynchronous(failure, target=resource.id).stored()}
        return seconds, {"write": {**write, "body": body}}
    identifier = parse_resource_id(resource.id)
    if identifier is None:
        raise AzureError(400, "InvalidResourceId", f"The resource id '{resource.id}' is invalid.")
    existing = world.resources.get(resource.id)
    _place(world, identifier, body, resource.api_version, record=record)
    if failure is not None:
        return seconds, {"write": write, "failure": asynchronous(failure, target=resource.id).stored()}
    is_update = existing is not None and (existing.get("properties") or {}).get("provisioningState") != "Failed"
    return min(seconds, UPDATE_SECONDS) if is_update else seconds, {"write": write}


def _place(world: "World", identifier: ResourceId, body: Document, api_version: str, *, record: Document) -> None:
    """Check a resource and put it into the world in its passing state."""
    if identifier.group:
        world.resources.need_group(identifier.subscription, identifier.group)
    check_writable(world, identifier.text)
    if body.get("tags"):
        body["tags"] = check_tags(body["tags"])
    policies.check(world, identifier=identifier.text, resource_type=identifier.type, name=identifier.name, body=body)
    existing = world.resources.get(identifier.text)
    write = ResourceWrite(identifier, api_version, body, existing, principal_of(record["_caller"]))
    world.behaviour.check(world, write)
    document = world.behaviour.complete(world, write)
    document = {**document, "_api_version": api_version}
    properties = document.get("properties")
    if isinstance(properties, dict) and "provisioningState" in properties:
        passing = "Updating" if existing else "Creating"
        document = {**document, "properties": {**properties, "provisioningState": passing}}
    world.resources.put(identifier.text, document)


def complete(world: "World", write: Document) -> Failure | None:
    """Bring a begun resource to its end; a failure when the provider refuses it only now."""
    if "body" in write:
        try:
            call(
                world,
                "PUT",
                write["id"],
                principal=principal_of(write["caller"]),
                api_version=write["api_version"],
                body=write["body"],
            )
        except AzureError as error:
            return from_azure(error)
        return None
    _set_state(world, write["id"], "Succeeded")
    return None


def fail(world: "World", write: Document) -> None:
    """Leave the resource behind as failed, as a provider does."""
    _set_state(world, write["id"], "Failed")


def _set_state(world: "World", identifier: str, state: str) -> None:
    document = world.resources.get(identifier)
    properties = (document or {}).get("properties")
    if document is not None and isinstance(properties, dict) and "provisioningState" in properties:
        world.resources.put(identifier, {**document, "properties": {**properties, "provisioningState": state}})


def remove_others(world: "World", record: Document, expansion: Expansion) -> list[str]:
    """Complete mode: begin to delete the group's top-level resources that the template does not have."""
    scope = record["id"].lower().split("/providers/microsoft.resources/")[0]
    kept = {resource.id.lower() for resource in expansion.all_resources()}
    gone = [item["id"] for item in world.resources.list(scope) if is_unwanted(item, kept)]
    for identifier in gone:
        type_name = (world.resources.get(identifier) or {}).get("type", "")
        seconds = world.behaviour.delete_seconds(type_name)
        payload = {"id": identifier}
        pace.schedule(world, seconds, "deployment.remove", payload)
    return gone


def is_unwanted(document: Document, kept: set[str]) -> bool:
    """Whether complete mode deletes a resource: top-level, tracked and not in the template."""
    identifier = parse_resource_id(document["id"])
    if identifier is None or len(identifier.names) > 1 or identifier.is_extension:
        return False
    known = registry.find(identifier.type)
    return document["id"].lower() not in kept and (known.tracked or bool(document.get("location")))


@handler("deployment.remove")
def remove(world: "World", payload: Document) -> None:
    """Delete one resource that a complete deployment left out, unless it is locked or stuck."""
    if world.faults.is_delete_stuck(payload["id"]):
        pace.schedule(world, STUCK_RETRY_SECONDS, "deployment.remove", payload)
        return
    try:
        check_not_locked(world, payload["id"])
    except AzureError:
        return
    world.resources.delete(payload["id"])
