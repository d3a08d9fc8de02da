"""Any resource of any type: read, create, change, delete, list, and POST actions, children and extensions included."""

from typing import Any

from azure_emulator import policies
from azure_emulator.behaviour import ResourceWrite
from azure_emulator.errors import AzureError, resource_not_found
from azure_emulator.events import handler
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import ResourceId, parse_resource_id
from azure_emulator.locks import check_not_locked, check_writable
from azure_emulator.paging import page
from azure_emulator.planes.groups import being_deleted
from azure_emulator.resources import public
from azure_emulator.routing import fallback
from azure_emulator.tag_rules import check_tags
from azure_emulator.world import World

Document = dict[str, Any]

STUCK_RETRY_SECONDS = 30


@fallback
def answer(request: Request) -> Answer | None:
    """Answer a call on a resource path nobody else claims; None when the path is no such thing."""
    segments = [segment.lower() for segment in request.segments]
    if segments[0] != "subscriptions" or "providers" not in segments or not all(segments):
        return None
    tail = len(segments) - 1 - (len(segments) - 1 - segments[::-1].index("providers"))
    if request.method == "POST":
        parsed = parse_resource_id(request.path.rsplit("/", 1)[0])
        return _act(request, parsed) if parsed is not None and tail >= 4 else None
    if tail >= 2 and tail % 2 == 0:
        return _list(request) if request.method == "GET" else None
    parsed = parse_resource_id(request.path)
    verb = VERBS.get(request.method)
    return verb(request, parsed) if parsed is not None and verb is not None else None


def check_parent(world: World, parsed: ResourceId) -> None:
    """Raise Azure's 404 or 409 unless the resource's group and parent are there and may be written to."""
    if parsed.group:
        group = world.resources.need_group(parsed.subscription, parsed.group)
        if group["properties"]["provisioningState"] == "Deleting":
            raise being_deleted(group["name"])
    else:
        world.resources.need_subscription(parsed.subscription)
    parent = parse_resource_id(parsed.parent)
    if parent is not None and not world.resources.exists(parsed.parent):
        raise AzureError(
            404,
            "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type '{'/'.join(parsed.types)}', because the parent resource "
            f"'{parent.text}' could not be found.",
        )


def _need(request: Request, parsed: ResourceId) -> Document:
    document = request.world.resources.get(parsed.text)
    if document is None:
        if parsed.group:
            request.world.resources.need_group(parsed.subscription, parsed.group)
        raise resource_not_found(parsed.type, name=parsed.name, group=parsed.group)
    return document


def _read(request: Request, parsed: ResourceId) -> Answer:
    request.world.access.check(request.principal, f"{parsed.type}/read", parsed.text)
    return Answer(200, public(_need(request, parsed)))


def _exists(request: Request, parsed: ResourceId) -> Answer:
    request.world.access.check(request.principal, f"{parsed.type}/read", parsed.text)
    return Answer(204 if request.world.resources.exists(parsed.text) else 404)


def _put(request: Request, parsed: ResourceId) -> Answer:
    world = request.world
    world.access.check(request.principal, f"{parsed.type}/write", parsed.text)
    existing = world.resources.get(parsed.text)
    document = write_resource(
        world, ResourceWrite(parsed, request.api_version, request.json_object(), existing, request.principal)
    )
    return Answer(200 if existing else 201, public(document))


def write_resource(world: World, write: ResourceWrite) -> Document:
    """Create or replace a resource at once, with every check except the caller's rights."""
    check_parent(world, write.identifier)
    check_writable(world, write.identifier.text)
    if "tags" in write.body:
        check_tags(write.body["tags"])
    policies.check(
        world,
        identifier=write.identifier.text,
        resource_type=write.identifier.type,
        name=write.identifier.name,
        body=write.body,
    )
    world.behaviour.check(world, write)
    failure = world.faults.resource_failure(write.identifier.type, write.identifier.name)
    if failure is not None:
        raise failure
    document = world.behaviour.complete(world, write)
    return world.resources.put(write.identifier.text, {**document, "_api_version": write.api_version})


def _patch(request: Request, parsed: ResourceId) -> Answer:
    world = request.world
    world.access.check(request.principal, f"{parsed.type}/write", parsed.text)
    old = _need(request, parsed)
    body = merged(public(old), request.json_object())
    document = write_resource(world, ResourceWrite(parsed, request.api_version, body, old, request.principal))
    return Answer(200, public(document))


def merged(old: Document, changes: Document) -> Document:
    """A merge patch: objects are merged, null takes away, anything else replaces; tags are replaced as a whole."""
    result = dict(old)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif key != "tags" and isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def _delete(request: Request, parsed: ResourceId) -> Answer:
    world = request.world
    world.access.check(request.principal, f"{parsed.type}/delete", parsed.text)
    if parsed.group:
        world.resources.need_group(parsed.subscription, parsed.group)
    document = world.resources.get(parsed.text)
    if document is None:
        return Answer(204)
    check_not_locked(world, parsed.text)
    seconds = world.behaviour.delete_seconds(parsed.type)
    running = document.get("_delete_operation")
    if not running:
        payload = {"resource": document["id"], "force": request.query.get("force", "").lower() == "true"}
        running = world.operations.start("delete-resource", payload, seconds=seconds, subscription=parsed.subscription)
        properties = {**(document.get("properties") or {}), "provisioningState": "Deleting"}
        world.resources.put(parsed.text, {**document, "properties": properties, "_delete_operation": running})
    return Answer(202, None, world.operations.headers(request, running, style="both", retry_seconds=seconds))


@handler("delete-resource")
def finish_delete(world: World, payload: Document) -> None:
    """Remove a resource with everything below it."""
    if world.faults.is_delete_stuck(payload["resource"]):
        at = world.clock.now() + world.duration(STUCK_RETRY_SECONDS)
        world.events.schedule(at, "delete-resource", payload)
        return
    document = world.resources.get(payload["resource"])
    if document is not None and payload.get("force"):
        world.resources.put(payload["resource"], {**document, "_force": True})
    world.resources.delete(payload["resource"])
    world.operations.finish(payload["operation"], status=200)


def _list(request: Request) -> Answer:
    """Resources of one type in a subscription, a group, or below a parent."""
    world, path = request.world, request.path
    segments = request.segments
    last = len(segments) - 1 - [segment.lower() for segment in segments][::-1].index("providers")
    namespace, tail = segments[last + 1], segments[last + 2 :]
    wanted = "/".join((namespace, *tail[::2])).lower()
    world.resources.need_subscription(segments[1])
    if len(segments) > 3 and segments[2].lower() == "resourcegroups":
        world.resources.need_group(segments[1], segments[3])
    scope = "/" + "/".join(segments[:last])
    world.access.check(request.principal, f"{'/'.join((namespace, *tail[::2]))}/read", scope)
    below = path.rstrip("/") if len(tail) > 1 else scope
    found = [document for document in world.resources.list(below) if document["type"].lower() == wanted]
    return page(request, found, show=public)


def _act(request: Request, parsed: ResourceId) -> Answer | None:
    action = request.segments[-1]
    request.world.access.check(request.principal, f"{parsed.type}/{action}/action", parsed.text)
    return request.world.behaviour.act(request, _need(request, parsed), action)


VERBS = {"GET": _read, "HEAD": _exists, "PUT": _put, "PATCH": _patch, "DELETE": _delete}
