"""Previews of a stack: stored results that tell what putting it would change, until they expire."""

from typing import TYPE_CHECKING, Any

from azure_emulator.deployments import pace, preflight, service, stacks, unmanaged, what_if
from azure_emulator.deployments.comparing import delta
from azure_emulator.deployments.pace import handler
from azure_emulator.deployments.scopes import DeploymentScope, scope_at
from azure_emulator.deployments.stack_bodies import StackRequest, read_stack
from azure_emulator.deployments.stacks import STACK
from azure_emulator.deployments.submissions import refused
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.paging import page
from azure_emulator.planes.groups import on_group_delete
from azure_emulator.resources import public
from azure_emulator.routing import route

if TYPE_CHECKING:
    from arm import Expansion
    from azure_emulator.deployments.submissions import Submission
    from azure_emulator.world import World

Document = dict[str, Any]
PREVIEW = "stack-preview"
TYPE = "Microsoft.Resources/deploymentStacksWhatIfResults"
ALL = "/{scope}/providers/Microsoft.Resources/deploymentStacksWhatIfResults"
ONE = ALL + "/{name}"
ACTION = "Microsoft.Resources/deploymentStacksWhatIfResults/"
SECONDS = 8
_KINDS = {"Create": "create", "Modify": "modify", "NoChange": "noChange", "Unsupported": "unsupported"}
_WORDS = {"Create": "create", "Modify": "modify", "Delete": "delete", "Array": "array", "NoEffect": "noEffect"}


def _identifier(request: Request) -> str:
    return f"{request.scope}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/{request.parameters['name']}"


def _need(request: Request) -> Document:
    found = request.world.store.get(PREVIEW, _identifier(request))
    if found is None:
        scope_at(request.world, request.scope)
        raise AzureError(
            404,
            "DeploymentStackWhatIfResultNotFound",
            f"The deployment stack what-if result '{request.parameters['name']}' could not be found.",
        )
    return found


@route("PUT", ONE, action=f"{ACTION}write")
def put_preview(request: Request) -> Answer:
    """Work out a preview and keep it for the asked time."""
    world, name = request.world, request.parameters["name"]
    scope = scope_at(world, request.scope)
    asked = read_stack(scope, name, request.json_object())
    stack_id = str(asked.properties.get("deploymentStackResourceId") or "")
    interval = str(asked.properties.get("retentionInterval") or "")
    if not stack_id or not interval:
        raise refused("The properties 'deploymentStackResourceId' and 'retentionInterval' are required.")
    existing = world.store.get(PREVIEW, _identifier(request))
    stack = world.store.get(STACK, stack_id)
    changes, record = _work_out(world, scope, asked, stack, stack_id=stack_id, request=request)
    identifier = scope.resource("deploymentStacksWhatIfResults", name)
    operation = world.operations.start(
        "stack-preview.ready",
        {"id": identifier},
        seconds=SECONDS,
        subscription=scope.subscription,
        resource_id=identifier,
    )
    now = pace.now(world)
    properties: Document = {
        **asked.shown(),
        "parameters": record["properties"]["parameters"],
        "deploymentStackResourceId": stack_id,
        "retentionInterval": interval,
        "correlationId": request.correlation_id,
        "provisioningState": "creating",
        "diagnostics": [],
    }
    if stack is not None:
        properties["deploymentStackLastModified"] = stack["_changed_at"]
    document: Document = {"id": identifier, "name": name, "type": TYPE, "properties": properties, "_changes": changes}
    document |= {key: value for key, value in (("location", asked.location), ("tags", asked.tags)) if value}
    document["_operation"] = operation
    world.store.put(PREVIEW, identifier, document)
    expires = {"id": identifier, "operation": operation}
    try:
        world.events.schedule(now + stacks.expires_after(interval), "stack-preview.expire", expires)
    except ValueError as error:
        raise refused(f"The value '{interval}' of 'retentionInterval' is not an ISO 8601 duration.") from error
    headers = world.operations.headers(request, operation, style="azure-async", retry_seconds=SECONDS)
    return Answer(200 if existing else 201, public(document), headers)


def _work_out(
    world: "World",
    scope: DeploymentScope,
    asked: StackRequest,
    stack: Document | None,
    *,
    stack_id: str,
    request: Request,
) -> tuple[Document, Document]:
    place = scope_at(world, asked.deployment_scope) if asked.deployment_scope else scope
    name = stack_id.rsplit("/", 1)[-1][:64]
    submission = asked.submission(world, place, name, principal=request.principal)
    expansion = service.checked(world, submission, principal=request.principal, tracking=request.correlation_id)
    record = service.validated(world, submission, principal=request.principal, tracking=request.correlation_id)
    rows = _template_rows(world, expansion, submission, stack, mode=asked.deny["mode"])
    rows += _leaving_rows(stack, {row["id"].lower() for row in rows}, asked.actions)
    before = (stack or {"properties": {}})["properties"].get("denySettings")
    deny_delta = _as_stack_delta(delta(before or {}, asked.deny))
    changes: Document = {
        "resourceChanges": rows,
        "denySettingsChange": {"after": asked.deny, "delta": deny_delta},
        "deploymentScopeChange": {"after": place.id},
    }
    if stack is not None:
        changes["denySettingsChange"]["before"] = before
        changes["deploymentScopeChange"]["before"] = stack["properties"].get("deploymentScope") or place.id
    return changes, record


def _managed(stack: Document | None) -> dict[str, Document]:
    listed = stack["properties"]["resources"] if stack else []
    return {item["id"].lower(): item for item in listed}


def _template_rows(
    world: "World", expansion: "Expansion", submission: "Submission", stack: Document | None, *, mode: str
) -> list[Document]:
    managed = _managed(stack)
    deployment = submission.scope.resource("deployments", submission.name)
    rows = []
    for resource in expansion.all_resources():
        if resource.existing or resource.is_deployment:
            continue
        if not preflight.is_named(resource):
            continue
        change = what_if.change_of(world, resource, is_full=True)
        held = managed.get(resource.id.lower())
        row: Document = {
            "id": resource.id,
            "type": resource.type,
            "apiVersion": resource.api_version,
            "deploymentId": deployment,
            "changeType": _KINDS[change["changeType"]],
            "changeCertainty": "definite",
            "managementStatusChange": {"before": "managed" if held else "unmanaged", "after": "managed"},
            "denyStatusChange": {"before": held["denyStatus"] if held else "none", "after": mode},
            "resourceConfigurationChanges": {
                **{key: change[key] for key in ("before", "after") if key in change},
                "delta": _as_stack_delta(change.get("delta", [])),
            },
        }
        if resource.symbolic_name:
            row["symbolicName"] = resource.symbolic_name
        rows.append(row)
    return rows


def _leaving_rows(stack: Document | None, staying: set[str], actions: Document) -> list[Document]:
    rows = []
    for key, item in _managed(stack).items():
        if key in staying:
            continue
        parsed = parse_resource_id(item["id"])
        is_deleted = unmanaged.action_for(item["id"], actions) == "delete"
        after = "unknown" if is_deleted else "unmanaged"
        rows.append(
            {
                "id": item["id"],
                "type": parsed.type if parsed else "Microsoft.Resources/resourceGroups",
                "changeType": "delete" if is_deleted else "detach",
                "changeCertainty": "definite",
                "managementStatusChange": {"before": "managed", "after": after},
                "denyStatusChange": {"before": item["denyStatus"], "after": "none"},
            }
        )
    return rows


def _as_stack_delta(changes: list[Document]) -> list[Document]:
    renamed = []
    for change in changes:
        row = {key: value for key, value in change.items() if key not in {"propertyChangeType", "children"}}
        row["changeType"] = _WORDS[change["propertyChangeType"]]
        if change.get("children"):
            row["children"] = _as_stack_delta(change["children"])
        renamed.append(row)
    return renamed


@handler("stack-preview.ready")
def ready(world: "World", payload: Document) -> None:
    """The preview can be read: its own GET shows which resources change, not how."""
    document = world.store.get(PREVIEW, payload["id"])
    world.operations.finish(payload["operation"], status=200)
    if document is None:
        return
    changes = document["_changes"]
    hidden = {"resourceConfigurationChanges"}
    rows = [{key: value for key, value in row.items() if key not in hidden} for row in changes["resourceChanges"]]
    shown = {**changes, "resourceChanges": rows}
    properties = {**document["properties"], "provisioningState": "succeeded", "changes": shown}
    world.store.put(PREVIEW, payload["id"], {**document, "properties": properties})


@handler("stack-preview.expire")
def expire(world: "World", payload: Document) -> None:
    """The end of the asked time."""
    document = world.store.get(PREVIEW, payload["id"])
    if document is not None and document["_operation"] == payload["operation"]:
        world.store.delete(PREVIEW, payload["id"])


@route("GET", ONE, action=f"{ACTION}read")
def read_preview(request: Request) -> Answer:
    """One preview."""
    return Answer(200, public(_need(request)))


@route("GET", ALL, action=f"{ACTION}read")
def list_previews(request: Request) -> Answer:
    """The previews of a scope, without their changes."""
    scope = scope_at(request.world, request.scope)
    found = request.world.store.list(PREVIEW, prefix=scope.resource("deploymentStacksWhatIfResults", ""))
    return page(request, found, show=_without_changes)


def _without_changes(document: Document) -> Document:
    shown = public(document)
    properties = {key: value for key, value in shown["properties"].items() if key != "changes"}
    return {**shown, "properties": properties}


@route("POST", ONE + "/whatIf", action=f"{ACTION}whatIf/action")
def preview_in_full(request: Request) -> Answer:
    """The preview with property changes: 202, then the result at Location."""
    world = request.world
    document = _need(request)
    properties = {**document["properties"], "provisioningState": "succeeded", "changes": document["_changes"]}
    result = {**public(document), "properties": properties}
    operation = world.operations.start(
        "stack-preview.full",
        {"result": result},
        seconds=3,
        subscription=scope_at(world, request.scope).subscription,
        resource_id=document["id"],
    )
    return Answer(202, None, world.operations.headers(request, operation, style="location", retry_seconds=3))


@handler("stack-preview.full")
def full_result(world: "World", payload: Document) -> None:
    """The result of a whatIf call can be read."""
    world.operations.finish(payload["operation"], result=payload["result"], status=200)


@route("DELETE", ONE, action=f"{ACTION}delete")
def delete_preview(request: Request) -> Answer:
    """Forget a preview."""
    return Answer(200 if request.world.store.delete(PREVIEW, _identifier(request)) else 204)


@on_group_delete
def forget_group(world: "World", group_id: str) -> None:
    """A group takes its previews with it."""
    for document in world.store.list(PREVIEW, prefix=f"{group_id}/"):
        world.store.delete(PREVIEW, document["id"])
