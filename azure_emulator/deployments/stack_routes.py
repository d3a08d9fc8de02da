"""The calls on deployment stacks at every scope."""

from typing import Any

from azure_emulator.deployments import service, stacks
from azure_emulator.deployments.scopes import scope_at
from azure_emulator.deployments.stack_bodies import read_actions, read_stack
from azure_emulator.deployments.stacks import STACK, STACK_INPUT
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.paging import page
from azure_emulator.resources import public
from azure_emulator.routing import route

Document = dict[str, Any]
ALL = "/{scope}/providers/Microsoft.Resources/deploymentStacks"
ONE = ALL + "/{name}"
ACTION = "Microsoft.Resources/deploymentStacks/"
POLL_SECONDS = 15


def _find(request: Request) -> Document | None:
    identifier = f"{request.scope}/providers/Microsoft.Resources/deploymentStacks/{request.parameters['name']}"
    return request.world.store.get(STACK, identifier)


def _need(request: Request) -> Document:
    stack = _find(request)
    if stack is None:
        scope_at(request.world, request.scope)
        raise AzureError(
            404,
            "DeploymentStackNotFound",
            f"The Deployment stack '{request.parameters['name']}' could not be found at the scope '{request.scope}'.",
        )
    return stack


@route("GET", ONE, action=f"{ACTION}read")
def read_one(request: Request) -> Answer:
    """One stack."""
    return Answer(200, public(_need(request)))


@route("GET", ALL, action=f"{ACTION}read")
def list_stacks(request: Request) -> Answer:
    """The stacks of a scope."""
    scope = scope_at(request.world, request.scope)
    store = request.world.store
    found = [stack for key in stacks.keys_at(request.world, scope) if (stack := store.get(STACK, key)) is not None]
    return page(request, found, show=public)


@route("PUT", ONE, action=f"{ACTION}write")
def put_stack(request: Request) -> Answer:
    """Create (201) or update (200) a stack; its progress is told at Azure-AsyncOperation."""
    world = request.world
    scope = scope_at(world, request.scope)
    name = request.parameters["name"]
    asked = read_stack(scope, name, request.json_object())
    stack, is_new = stacks.put(
        world, scope, name, asked, principal=request.principal, correlation=request.correlation_id
    )
    headers = world.operations.headers(request, stack["_operation"], style="azure-async", retry_seconds=POLL_SECONDS)
    return Answer(201 if is_new else 200, public(stack), headers)


@route("DELETE", ONE, action=f"{ACTION}delete")
def delete_stack(request: Request) -> Answer:
    """Delete a stack: 204 when there is none, otherwise 202 with a Location."""
    world, query = request.world, request.query
    stack = _find(request)
    if stack is None:
        scope_at(world, request.scope)
        return Answer(204)
    actions = read_actions(
        {
            "resources": query.get("unmanageaction.resources") or "detach",
            "resourceGroups": query.get("unmanageaction.resourcegroups"),
            "managementGroups": query.get("unmanageaction.managementgroups"),
            "resourcesWithoutDeleteSupport": query.get("unmanageaction.resourceswithoutdeletesupport"),
        }
    )
    changed = stacks.begin_delete(
        world,
        stack,
        actions,
        principal=request.principal,
        correlation=request.correlation_id,
        is_bypassed=query.get("bypassstackoutofsyncerror", "").lower() == "true",
    )
    headers = world.operations.headers(request, changed["_operation"], style="location", retry_seconds=POLL_SECONDS)
    return Answer(202, None, headers)


@route("POST", ONE + "/validate", action=f"{ACTION}validate/action")
def validate_stack(request: Request) -> Answer:
    """Say whether a stack would be accepted: 200, or 400 with the error as the result."""
    world, name = request.world, request.parameters["name"]
    scope = scope_at(world, request.scope)
    asked = read_stack(scope, name, request.json_object())
    identifier = scope.resource("deploymentStacks", name)
    asked.check_access(world, identifier, request.principal)
    place = scope_at(world, asked.deployment_scope) if asked.deployment_scope else scope
    submission = asked.submission(world, place, name[:64], principal=request.principal)
    found = service.validated(world, submission, principal=request.principal, tracking=request.correlation_id)
    properties: Document = {
        "actionOnUnmanage": asked.actions,
        "denySettings": asked.deny,
        "correlationId": request.correlation_id,
        "deploymentScope": place.id,
        "parameters": found["properties"]["parameters"],
        "validatedResources": found["properties"]["validatedResources"],
    }
    return Answer(200, {"id": identifier, "name": name, "type": stacks.TYPE, "properties": properties})


@route("POST", ONE + "/exportTemplate", action=f"{ACTION}exportTemplate/action")
def export_stack(request: Request) -> Answer:
    """The template a stack was last put with."""
    stack = _need(request)
    stored = request.world.store.get(STACK_INPUT, stack["id"]) or {}
    return Answer(200, {"template": stored.get("template", {})})
