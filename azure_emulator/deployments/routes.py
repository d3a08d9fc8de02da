"""The calls on deployments at every scope, and on their operations."""

import hashlib
import json
import re
from typing import Any

from azure_emulator.deployments import engine, service
from azure_emulator.deployments.pace import handler
from azure_emulator.deployments.records import DEPLOYMENT, INPUT, OPERATION, TERMINAL
from azure_emulator.deployments.scopes import scope_at
from azure_emulator.deployments.submissions import read_submission, refused
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.paging import page
from azure_emulator.planes.groups import on_group_delete
from azure_emulator.resources import public
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]
ALL = "/{scope}/providers/Microsoft.Resources/deployments"
ONE = ALL + "/{name}"
ACTION = "Microsoft.Resources/deployments/"
POLL_SECONDS = 15
VALIDATE_SECONDS = 5
_STATE_FILTER = re.compile(r"\s*provisioningState\s+eq\s+'([^']*)'\s*", re.IGNORECASE)


def identifier_of(request: Request) -> str:
    """The id of the deployment a call is about."""
    return f"{request.scope}/providers/Microsoft.Resources/deployments/{request.parameters['name']}"


def need(request: Request) -> Document:
    """The deployment's record; Azure's 404 when there is none."""
    record = request.world.store.get(DEPLOYMENT, identifier_of(request))
    if record is None:
        scope_at(request.world, request.scope)
        raise AzureError(404, "DeploymentNotFound", f"Deployment '{request.parameters['name']}' could not be found.")
    return record


@route("HEAD", ONE, action=f"{ACTION}read")
def deployment_exists(request: Request) -> Answer:
    """204 when the deployment exists, 404 when not."""
    return Answer(204 if request.world.store.get(DEPLOYMENT, identifier_of(request)) else 404)


@route("GET", ONE, action=f"{ACTION}read")
def read_deployment(request: Request) -> Answer:
    """One deployment."""
    return Answer(200, public(need(request)))


@route("GET", ALL, action=f"{ACTION}read")
def list_deployments(request: Request) -> Answer:
    """The deployments of a scope, newest first."""
    scope = scope_at(request.world, request.scope)
    store = request.world.store
    records = [record for key in service.history(request.world, scope) if (record := store.get(DEPLOYMENT, key))]
    condition = request.query.get("$filter")
    if condition:
        match = _STATE_FILTER.fullmatch(condition)
        if match is None:
            raise refused(
                f"The filter '{condition}' is not supported for deployments.", code="InvalidFilterInQueryString"
            )
        wanted = match.group(1).lower()
        records = [record for record in records if record["properties"]["provisioningState"].lower() == wanted]
    records.sort(key=lambda record: record["_started"], reverse=True)
    return page(request, records, show=public)


@route("PUT", ONE, action=f"{ACTION}write")
def put_deployment(request: Request) -> Answer:
    """Accept a deployment: 201 for a new name, 200 for one that is used again."""
    scope = scope_at(request.world, request.scope)
    record, is_new = service.submit(
        request.world,
        scope,
        request.parameters["name"],
        request.json_object(),
        principal=request.principal,
        correlation=request.correlation_id,
    )
    return Answer(201 if is_new else 200, public(record), status_headers(request, record))


def status_headers(request: Request, record: Document) -> dict[str, str]:
    """Where the progress of a deployment is told."""
    status = f"{record['id']}/operationStatuses/{record['_serial']}"
    return {
        "Azure-AsyncOperation": request.url(status),
        "Location": request.url(f"{record['id']}/operationResults/{record['_serial']}"),
        "Retry-After": request.world.operations.retry_after(POLL_SECONDS),
    }


@route("GET", ONE + "/operationStatuses/{operation}", action=f"{ACTION}operationstatuses/read", needs_api_version=False)
def deployment_status(request: Request) -> Answer:
    """The word for the state of a running deployment."""
    record = need(request)
    properties = record["properties"]
    body: Document = {"status": properties["provisioningState"]}
    if properties.get("error"):
        body["error"] = properties["error"]
    waiting = properties["provisioningState"] not in TERMINAL
    headers = {"Retry-After": request.world.operations.retry_after(POLL_SECONDS)} if waiting else {}
    return Answer(200, body, headers)


@route("GET", ONE + "/operationResults/{operation}", action=f"{ACTION}read", needs_api_version=False)
def deployment_result(request: Request) -> Answer:
    """202 while the deployment runs, then the deployment."""
    record = need(request)
    if record["properties"]["provisioningState"] not in TERMINAL:
        return Answer(202, None, status_headers(request, record))
    return Answer(200, public(record))


@route("DELETE", ONE, action=f"{ACTION}delete")
def delete_deployment(request: Request) -> Answer:
    """Remove a deployment from the history; the resources stay."""
    world = request.world
    record = world.store.get(DEPLOYMENT, identifier_of(request))
    if record is None:
        scope_at(world, request.scope)
        return Answer(204)
    if record["properties"]["provisioningState"] not in TERMINAL:
        raise AzureError(
            409,
            "DeploymentBeingDeleted" if record["properties"]["provisioningState"] == "Deleting" else "DeploymentActive",
            f"Unable to delete deployment '{record['name']}': it is still running. Cancel it first.",
        )
    name = world.operations.start(
        "deployment.forget",
        {"id": record["id"], "serial": record["_serial"]},
        seconds=2,
        subscription=scope_at(world, request.scope).subscription,
        resource_id=record["id"],
    )
    return Answer(202, None, world.operations.headers(request, name, style="location"))


@handler("deployment.forget")
def forget_deployment(world: World, payload: Document) -> None:
    """The end of a DELETE call."""
    record = world.store.get(DEPLOYMENT, payload["id"])
    if record is not None and record["_serial"] == payload["serial"]:
        service.remove(world, payload["id"])
    world.operations.finish(payload["operation"], status=204)


@route("POST", ONE + "/cancel", action=f"{ACTION}cancel/action")
def cancel_deployment(request: Request) -> Answer:
    """Stop a running deployment: 204; 409 when it has ended."""
    record = need(request)
    if record["properties"]["provisioningState"] in TERMINAL:
        raise AzureError(
            409,
            "DeploymentCannotBeCancelled",
            f"Unable to cancel deployment '{record['name']}': the deployment is in the terminal state "
            f"'{record['properties']['provisioningState']}'. Please see https://aka.ms/arm-deploy for usage details.",
        )
    engine.cancel(request.world, record)
    return Answer(204)


@route("POST", ONE + "/validate", action=f"{ACTION}validate/action")
def validate_deployment(request: Request) -> Answer:
    """Say whether a deployment would be accepted: 200, or 400 with the error as the result."""
    scope = scope_at(request.world, request.scope)
    name = request.parameters["name"]
    submission = read_submission(request.world, scope, name, request.json_object(), principal=request.principal)
    found = service.validated(request.world, submission, principal=request.principal, tracking=request.correlation_id)
    if "respond-async" not in request.headers.get("prefer", ""):
        return Answer(200, found)
    operations = request.world.operations
    name = operations.start(
        "deployment.validated", {"result": found}, seconds=VALIDATE_SECONDS, subscription=scope.subscription
    )
    headers = operations.headers(request, name, style="location", retry_seconds=VALIDATE_SECONDS)
    return Answer(202, None, headers)


@handler("deployment.validated")
def finish_validation(world: World, payload: Document) -> None:
    """The result of a validation that the caller wanted to wait for."""
    world.operations.finish(payload["operation"], result=payload["result"], status=200)


@route("POST", ONE + "/exportTemplate", action=f"{ACTION}exportTemplate/action")
def export_deployment(request: Request) -> Answer:
    """The template a deployment ran with."""
    record = need(request)
    stored = request.world.store.get(INPUT, record["id"]) or {}
    return Answer(200, {"template": stored.get("template", {})})


@route("POST", "/providers/Microsoft.Resources/calculateTemplateHash", trim=3)
def template_hash(request: Request) -> Answer:
    """The hash and the minified text of a template."""
    template = request.json_object()
    text = json.dumps(template, separators=(",", ":"), ensure_ascii=False)
    number = int(hashlib.sha256(text.encode()).hexdigest()[:16], 16)
    return Answer(200, {"minifiedTemplate": text, "templateHash": str(number)})


def _operations(request: Request, deployment_id: str) -> Answer:
    record = request.world.store.get(DEPLOYMENT, deployment_id)
    if record is None:
        raise AzureError(404, "DeploymentNotFound", f"Deployment '{request.parameters['name']}' could not be found.")
    found = request.world.store.list(OPERATION, prefix=f"{record['id']}/{record['_serial']}/")
    found.sort(key=lambda operation: operation["_started"], reverse=True)
    return page(request, found, show=public)


def _operation(request: Request, deployment_id: str) -> Answer:
    record = request.world.store.get(DEPLOYMENT, deployment_id)
    name = request.parameters["operation"]
    key = f"{deployment_id}/{record['_serial']}/{name}" if record else ""
    found = request.world.store.get(OPERATION, key)
    if found is None:
        raise AzureError(404, "DeploymentOperationNotFound", f"The deployment operation '{name}' could not be found.")
    return Answer(200, public(found))


@route("GET", ONE + "/operations", action=f"{ACTION}operations/read")
def list_operations(request: Request) -> Answer:
    """What a deployment does or did, resource by resource."""
    return _operations(request, identifier_of(request))


@route("GET", ONE + "/operations/{operation}", action=f"{ACTION}operations/read")
def read_operation(request: Request) -> Answer:
    """One operation."""
    return _operation(request, identifier_of(request))


_SHORT = "/subscriptions/{subscription}/resourcegroups/{group}/deployments/{name}/operations"


def _short_identifier(request: Request) -> str:
    values = request.parameters
    scope = f"/subscriptions/{values['subscription']}/resourceGroups/{values['group']}"
    return f"{scope}/providers/Microsoft.Resources/deployments/{values['name']}"


@route("GET", _SHORT, action=f"{ACTION}operations/read", trim=3)
def list_operations_short(request: Request) -> Answer:
    """The same at the path without a provider, which is how the SDK asks at group scope."""
    return _operations(request, _short_identifier(request))


@route("GET", _SHORT + "/{operation}", action=f"{ACTION}operations/read", trim=4)
def read_operation_short(request: Request) -> Answer:
    """One operation at the path without a provider."""
    return _operation(request, _short_identifier(request))


@on_group_delete
def forget_group(world: World, group_id: str) -> None:
    """A group takes its deployments with it."""
    for key in world.store.keys(DEPLOYMENT, prefix=f"{group_id}/"):
        service.remove(world, key)
