"""Deployment stacks: a deployment that remembers what it manages, and what becomes of what leaves it."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from azure_emulator.clock import iso
from azure_emulator.deployments import engine, pace, service, unmanaged
from azure_emulator.deployments.pace import handler
from azure_emulator.deployments.records import iso_duration, moment, principal_of
from azure_emulator.deployments.scopes import DeploymentScope, check_writable, scope_at
from azure_emulator.deployments.stack_bodies import StackRequest
from azure_emulator.deployments.submissions import caller_document
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.planes.groups import on_group_delete

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
STACK = "stack"
STACK_INPUT = "stack-input"
TYPE = "Microsoft.Resources/deploymentStacks"
TERMINAL = frozenset({"succeeded", "failed", "canceled"})
LIMIT = 800
RETRY_SECONDS = 20.0
API = "2025-07-01"


def put(
    world: "World",
    scope: DeploymentScope,
    name: str,
    asked: StackRequest,
    *,
    principal: "Principal",
    correlation: str,
) -> tuple[Document, bool]:
    """Create or update a stack: check everything, then let its deployment start; returns it and whether it is new."""
    identifier = scope.resource("deploymentStacks", name)
    existing = world.store.get(STACK, identifier)
    _check_put(world, scope, existing, asked)
    asked.check_access(world, identifier, principal)
    place = scope_at(world, asked.deployment_scope) if asked.deployment_scope else scope
    check_writable(world, place)
    serial = uuid.uuid4().hex
    deployment = f"{name[:40]}-{pace.now(world):%y%m%d%H}{serial[:5]}"
    submission = asked.submission(world, place, deployment, principal=principal)
    expansion = service.checked(world, submission, principal=principal, tracking=correlation)
    service.make_room(world, place)
    record = engine.accept(
        world,
        submission,
        expansion,
        correlation=correlation,
        links={"_stack": {"id": identifier, "serial": serial}},
        seconds=engine.START_SECONDS + 1,
    )
    operation = world.operations.start(
        "stack.deploying",
        {"id": identifier, "serial": serial},
        seconds=1,
        subscription=scope.subscription,
        resource_id=identifier,
    )
    before = existing["properties"] if existing else {}
    properties = {
        **asked.shown(),
        "parameters": record["properties"]["parameters"],
        "provisioningState": "validating" if existing else "creating",
        "correlationId": correlation,
        "deploymentId": record["id"],
        "resources": before.get("resources", []),
        "detachedResources": [],
        "deletedResources": [],
        "failedResources": [],
    }
    now = iso(pace.now(world))
    stack: Document = {
        "id": identifier,
        "name": name,
        "type": TYPE,
        "properties": properties,
        "systemData": _system_data(existing, principal, now),
        "_serial": serial,
        "_operation": operation,
        "_started": now,
        "_caller": caller_document(principal),
        "_changed_at": now,
        "_is_update": existing is not None,
    }
    stack |= {key: value for key, value in (("location", asked.location), ("tags", asked.tags)) if value}
    world.store.put(STACK, identifier, stack)
    world.store.put(STACK_INPUT, identifier, {"template": submission.stored["template"]})
    return stack, existing is None


def _system_data(existing: Document | None, principal: "Principal", now: str) -> Document:
    kind = "User" if principal.kind == "User" else "Application"
    created = existing["systemData"] if existing else {}
    return {
        "createdBy": created.get("createdBy", principal.name),
        "createdByType": created.get("createdByType", kind),
        "createdAt": created.get("createdAt", now),
        "lastModifiedBy": principal.name,
        "lastModifiedByType": kind,
        "lastModifiedAt": now,
    }


def _check_put(world: "World", scope: DeploymentScope, existing: Document | None, asked: StackRequest) -> None:
    if existing is None:
        if len(keys_at(world, scope)) >= LIMIT:
            raise AzureError(
                409,
                "DeploymentStackQuotaExceeded",
                f"Creating the deployment stack would exceed the quota of '{LIMIT}' stacks at the scope '{scope.id}'.",
            )
        return
    check_settled(existing)
    if existing.get("location", "") != asked.location:
        raise AzureError(
            409,
            "InvalidDeploymentStackLocation",
            f"The deployment stack '{existing['name']}' already exists in location '{existing.get('location', '')}'; "
            "its "
            "location cannot be changed.",
        )
    is_same = (world.store.get(STACK_INPUT, existing["id"]) or {}).get("template") == asked.properties.get("template")
    if not is_same:
        check_in_sync(existing, is_bypassed=asked.is_bypassing)


def check_settled(stack: Document) -> None:
    """Raise a 409 while an earlier change of the stack is still under way."""
    state = stack["properties"]["provisioningState"]
    if state not in TERMINAL:
        raise AzureError(
            409,
            "DeploymentStackInNonTerminalState",
            f"The deployment stack '{stack['id']}' is in the non-terminal state '{state}' and cannot be changed until "
            "the "
            "current operation has ended.",
        )


def check_in_sync(stack: Document, *, is_bypassed: bool) -> None:
    """Raise the out-of-sync refusal for a stack whose list of managed resources may be wrong."""
    if stack.get("_is_out_of_sync") and not is_bypassed:
        raise AzureError(
            409,
            "DeploymentStackOutOfSync",
            f"The deployment stack '{stack['name']}' might not have an accurate list of managed resources. Deploy the "
            "same "
            "template again and check the list of managed resources. To go on regardless, set the "
            "'BypassStackOutOfSyncError' flag.",
        )


def keys_at(world: "World", scope: DeploymentScope) -> list[str]:
    """Keys of the stacks of a scope itself."""
    return world.store.keys(STACK, prefix=scope.resource("deploymentStacks", ""))


def with_state(world: "World", stack: Document, state: str, **changes: Any) -> Document:
    """Store the stack in another state and return it."""
    now = pace.now(world)
    properties = {**stack["properties"], "provisioningState": state, **changes}
    properties["duration"] = iso_duration(now - moment(stack["_started"]))
    changed = {**stack, "properties": properties, "_changed_at": iso(now)}
    world.store.put(STACK, stack["id"], changed)
    return changed


def current(world: "World", link: Document) -> Document | None:
    """The stack an event is about, unless it has been changed or deleted since."""
    stack = world.store.get(STACK, link["id"])
    return stack if stack is not None and stack["_serial"] == link["serial"] else None


@handler("stack.deploying")
def deploying(world: "World", payload: Document) -> None:
    """The stack's deployment is about to run."""
    stack = current(world, payload)
    if stack is not None and stack["properties"]["provisioningState"] in {"creating", "validating"}:
        with_state(world, stack, "deploying")


@engine.on_deployment_end
def deployment_ended(world: "World", record: Document) -> None:
    """Go on with the stack once its deployment has ended."""
    link = record.get("_stack")
    stack = current(world, link) if link else None
    if stack is None:
        return
    state = record["properties"]["provisioningState"]
    created = engine.created_by(world, record)
    if state == "Succeeded":
        _succeeded(world, stack, record, created)
        return
    kept = _listed(stack, [*(item["id"] for item in stack["properties"]["resources"]), *created])
    error = stack_error(stack, record["properties"].get("error"), state=state)
    with_state(world, stack, state.lower(), resources=kept, error=error)
    if state == "Canceled" and stack["_is_update"]:
        changed = world.store.get(STACK, stack["id"]) or stack
        world.store.put(STACK, stack["id"], {**changed, "_is_out_of_sync": True})
    world.operations.fail(
        stack["_operation"], AzureError(409, error["code"], error["message"], details=error["details"])
    )


def stack_error(stack: Document, inner: Document | None, *, state: str) -> Document:
    """The error of a stack whose deployment did not succeed."""
    word = "was canceled" if state == "Canceled" else "failed"
    return {
        "code": "DeploymentStackDeploymentCanceled" if state == "Canceled" else "DeploymentStackDeploymentFailed",
        "message": f"The deployment of the deployment stack {word}. Correlation id: "
        f"'{stack['properties']['correlationId']}'.",
        "details": [inner] if inner else [],
    }


def _listed(stack: Document, identifiers: Sequence[str]) -> list[Document]:
    mode = stack["properties"]["denySettings"]["mode"]
    known = {identifier.lower(): identifier for identifier in reversed(identifiers)}
    return [
        {"id": identifier, "status": "managed", "denyStatus": mode, **_described(identifier)}
        for identifier in reversed(known.values())
    ]


def _described(identifier: str) -> Document:
    parsed = parse_resource_id(identifier)
    return {"type": parsed.type if parsed else "Microsoft.Resources/resourceGroups"}


def _succeeded(world: "World", stack: Document, record: Document, created: Sequence[str]) -> None:
    managed = _listed(stack, created)
    wanted = {item["id"].lower() for item in managed}
    gone = [item["id"] for item in stack["properties"]["resources"] if item["id"].lower() not in wanted]
    changes: Document = {"resources": managed, "outputs": record["properties"].get("outputs", {})}
    release(world, stack, gone, then="update", changes=changes)


def release(
    world: "World", stack: Document, identifiers: Sequence[str], *, then: str, changes: Document | None = None
) -> None:
    """Delete or detach resources that leave the stack, then end its update or its own deletion."""
    actions = stack["properties"]["actionOnUnmanage"]
    chosen = {identifier: unmanaged.action_for(identifier, actions) for identifier in identifiers}
    doomed = [identifier for identifier, action in chosen.items() if action == "delete"]
    payload: Document = {
        "id": stack["id"],
        "serial": stack["_serial"],
        "then": then,
        "pending": unmanaged.in_delete_order(doomed),
        "deleted": [],
        "detached": [identifier for identifier, action in chosen.items() if action == "detach"],
        "failed": [
            {"id": identifier, "error": unmanaged.refusal(identifier).error()}
            for identifier, action in chosen.items()
            if action == "fail" and parent_of(identifier) not in {item.lower() for item in doomed}
        ],
    }
    state = "deleting" if then == "delete" else "deletingResources" if doomed else "updatingDenyAssignments"
    with_state(world, stack, state, **(changes or {}))
    seconds = unmanaged.seconds_to_delete(world, doomed)
    pace.schedule(world, seconds, "stack.release", payload)


def parent_of(identifier: str) -> str:
    """The lower-cased id of what a resource hangs on."""
    parsed = parse_resource_id(identifier)
    return parsed.parent.lower() if parsed else ""


@handler("stack.release")
def go_on_releasing(world: "World", payload: Document) -> None:
    """Delete what can be deleted now; come back for what is still going."""
    stack = current(world, payload)
    if stack is None:
        return
    principal = principal_of(stack["_caller"])
    pending: list[str] = []
    deleted, failed = list(payload["deleted"]), list(payload["failed"])
    for identifier in payload["pending"]:
        try:
            is_gone = unmanaged.delete(world, identifier, principal=principal, api_version=API)
        except AzureError as error:
            failed.append({"id": identifier, "error": error.error()})
            continue
        (deleted if is_gone else pending).append(identifier)
    progress = {**payload, "pending": pending, "deleted": deleted, "failed": failed}
    if pending:
        pace.schedule(world, RETRY_SECONDS, "stack.release", progress)
        return
    _released(world, stack, progress)


def _released(world: "World", stack: Document, progress: Document) -> None:
    if progress["then"] == "delete" and not progress["failed"]:
        remove(world, stack["id"])
        world.operations.finish(stack["_operation"], status=200)
        return
    changes: Document = {
        "deletedResources": [{"id": item, **_described(item)} for item in progress["deleted"]],
        "detachedResources": [{"id": item, **_described(item)} for item in progress["detached"]],
        "failedResources": progress["failed"],
    }
    if not progress["failed"]:
        with_state(world, {**stack, "_is_out_of_sync": False}, "succeeded", **changes)
        world.operations.finish(stack["_operation"], status=200)
        return
    left = {item["id"].lower() for item in progress["failed"]}
    kept = [item for item in stack["properties"]["resources"] if _stays(item, progress, left)]
    known = {item["id"].lower() for item in kept}
    mode = stack["properties"]["denySettings"]["mode"]
    kept += [
        {"id": item["id"], "denyStatus": mode, **_described(item["id"])}
        for item in progress["failed"]
        if item["id"].lower() not in known
    ]
    kept = [{**item, "status": "deleteFailed" if item["id"].lower() in left else "managed"} for item in kept]
    error: Document = {
        "code": "DeploymentStackDeleteResourcesFailed",
        "message": (
            f"One or more resources could not be deleted. Correlation id: '{stack['properties']['correlationId']}'."
        ),
        "details": [item["error"] for item in progress["failed"]],
    }
    with_state(world, stack, "failed", resources=kept, error=error, **changes)
    world.operations.fail(
        stack["_operation"], AzureError(409, error["code"], error["message"], details=error["details"])
    )


def _stays(item: Document, progress: Document, left: set[str]) -> bool:
    gone = {identifier.lower() for identifier in (*progress["deleted"], *progress["detached"])}
    return progress["then"] == "update" or item["id"].lower() in left or item["id"].lower() not in gone


def begin_delete(
    world: "World", stack: Document, actions: Document, *, principal: "Principal", correlation: str, is_bypassed: bool
) -> Document:
    """Start deleting a stack with what becomes of its resources; returns it with its running operation."""
    check_settled(stack)
    check_in_sync(stack, is_bypassed=is_bypassed)
    serial = uuid.uuid4().hex
    operation = world.operations.start(
        "stack.deploying",
        {"id": stack["id"], "serial": ""},
        seconds=0,
        subscription=scope_at(world, stack["id"].split("/providers/Microsoft.Resources/")[0]).subscription,
        resource_id=stack["id"],
    )
    properties = {**stack["properties"], "actionOnUnmanage": actions, "correlationId": correlation}
    properties.pop("error", None)
    changed = {
        **stack,
        "properties": properties,
        "_serial": serial,
        "_operation": operation,
        "_started": iso(pace.now(world)),
        "_caller": caller_document(principal),
    }
    release(world, changed, [item["id"] for item in properties["resources"]], then="delete")
    return changed


def remove(world: "World", identifier: str) -> None:
    """Forget a stack; what it managed is not touched."""
    for kind in (STACK, STACK_INPUT):
        world.store.delete(kind, identifier)


def expires_after(interval: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds."""
    days, _, clock = interval.upper().removeprefix("P").partition("T")
    found = timedelta(days=float(days.removesuffix("D") or 0))
    number = ""
    for letter in clock:
        if letter in "HMS":
            found += timedelta(**{{"H": "hours", "M": "minutes", "S": "seconds"}[letter]: float(number or 0)})
            number = ""
        else:
            number += letter
    return found


@on_group_delete
def forget_group(world: "World", group_id: str) -> None:
    """A group takes its stacks with it."""
    for stack in world.store.list(STACK, prefix=f"{group_id}/"):
        if stack["properties"]["provisioningState"] not in TERMINAL:
            world.operations.cancel(stack["_operation"])
        remove(world, stack["id"])
