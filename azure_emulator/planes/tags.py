"""Tags at a scope: read, replace, merge, take away."""

from typing import Any

from azure_emulator.errors import AzureError, resource_not_found
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.resources import SUBSCRIPTION
from azure_emulator.routing import route
from azure_emulator.tag_rules import check_tags
from azure_emulator.world import World

Document = dict[str, Any]
Tags = dict[str, str]

PATH = "/{scope}/providers/Microsoft.Resources/tags/default"
ACTION = "Microsoft.Resources/tags/"


def _target(world: World, scope: str) -> Document:
    """The subscription, group or resource at the scope; Azure's 404 when there is none."""
    segments = scope.strip("/").split("/")
    if len(segments) == 2:
        return world.resources.need_subscription(segments[1])
    group = world.resources.need_group(segments[1], segments[3] if len(segments) > 3 else "")
    if len(segments) == 4:
        return group
    document, parsed = world.resources.get(scope), parse_resource_id(scope)
    if document is None:
        kind, name = (parsed.type, parsed.name) if parsed else ("unknown", scope)
        raise resource_not_found(kind, name=name, group=group["name"])
    return document


def _save(world: World, scope: str, tags: Tags) -> None:
    document = {**_target(world, scope), "tags": check_tags(tags)}
    segments = scope.strip("/").split("/")
    if len(segments) == 2:
        world.store.put(SUBSCRIPTION, segments[1], document)
    elif len(segments) == 4:
        world.resources.put_group(document)
    else:
        world.resources.put(scope, document)


def _shown(scope: str, tags: Tags) -> Document:
    return {
        "id": f"{scope}/providers/Microsoft.Resources/tags/default",
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": tags},
    }


@route("GET", PATH, action=f"{ACTION}read")
def read_tags(request: Request) -> Answer:
    """The tags of a scope."""
    return Answer(200, _shown(request.scope, _target(request.world, request.scope).get("tags") or {}))


def _given(request: Request) -> Tags:
    body = request.json_object()
    properties = body.get("properties")
    if not isinstance(properties, dict) or not isinstance(properties.get("tags"), dict):
        raise AzureError(400, "InvalidTagsRequest", "The request body must contain 'properties.tags'.")
    return check_tags(properties["tags"])


@route("PUT", PATH, action=f"{ACTION}write")
def put_tags(request: Request) -> Answer:
    """Replace all tags."""
    tags = _given(request)
    _save(request.world, request.scope, tags)
    return Answer(200, _shown(request.scope, tags))


@route("PATCH", PATH, action=f"{ACTION}write")
def patch_tags(request: Request) -> Answer:
    """Merge, replace or delete the given tags."""
    given = _given(request)
    present: Tags = _target(request.world, request.scope).get("tags") or {}
    tags = changed_tags(present, given, operation=str(request.json_object().get("operation", "")))
    _save(request.world, request.scope, tags)
    return Answer(200, _shown(request.scope, tags))


def changed_tags(present: Tags, given: Tags, *, operation: str) -> Tags:
    """The tags after one PATCH operation; names are compared without casing and keep their first casing."""
    lowered = {name.lower(): value for name, value in given.items()}
    match operation.lower():
        case "replace":
            return given
        case "merge":
            known = {name.lower() for name in present}
            kept = {name: lowered.get(name.lower(), value) for name, value in present.items()}
            return kept | {name: value for name, value in given.items() if name.lower() not in known}
        case "delete":
            return {name: value for name, value in present.items() if lowered.get(name.lower()) != value}
        case _:
            raise AzureError(
                400,
                "InvalidTagPatchOperation",
                f"The tag operation '{operation}' is not valid. The allowed operations are 'Replace', 'Merge', "
                "'Delete'.",
            )


@route("DELETE", PATH, action=f"{ACTION}delete")
def delete_tags(request: Request) -> Answer:
    """Remove all tags."""
    _save(request.world, request.scope, {})
    return Answer(200)
