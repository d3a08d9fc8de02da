"""Role definitions: the built-in ones and custom ones."""

import re
import uuid
from typing import Any

from azure_emulator.clock import iso
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import contains
from azure_emulator.paging import page
from azure_emulator.rbac import ASSIGNMENT, DEFINITION
from azure_emulator.roles import BUILT_IN
from azure_emulator.routing import route

Document = dict[str, Any]

LIST = "/{scope}/providers/Microsoft.Authorization/roleDefinitions"
PATH = f"{LIST}/{{name}}"
ACTION = "Microsoft.Authorization/roleDefinitions/"
FILTER = re.compile(r"(?P<field>roleName|type)\s+eq\s+'(?P<value>[^']*)'", re.IGNORECASE)


def _shown(document: Document, scope: str) -> Document:
    subscription = "/".join(scope.split("/")[:3]) if scope.lower().startswith("/subscriptions/") else ""
    return {**document, "id": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{document['name']}"}


@route("GET", LIST, action=f"{ACTION}read")
def list_definitions(request: Request) -> Answer:
    """The roles that can be assigned at a scope."""
    custom = [
        item
        for item in request.world.store.items(DEFINITION)
        if any(contains(place, request.scope) for place in item["properties"]["assignableScopes"])
    ]
    found = [*BUILT_IN.values(), *custom]
    for match in FILTER.finditer(request.query.get("$filter", "")):
        field, value = {"rolename": "roleName", "type": "type"}[match["field"].lower()], match["value"].lower()
        found = [item for item in found if item["properties"][field].lower() == value]
    return page(request, [_shown(item, request.scope) for item in found])


@route("GET", PATH, action=f"{ACTION}read")
def read_definition(request: Request) -> Answer:
    """One role."""
    name = request.parameters["name"]
    document = request.world.access.definition(name)
    if document is None:
        raise _does_not_exist(name)
    return Answer(200, _shown(document, request.scope))


def _does_not_exist(name: str) -> AzureError:
    return AzureError(
        404,
        "RoleDefinitionDoesNotExist",
        f"The specified role definition with ID '{name.replace('-', '')}' does not exist.",
    )


@route("PUT", PATH, action=f"{ACTION}write")
def put_definition(request: Request) -> Answer:
    """Create or change a custom role."""
    world, name = request.world, request.parameters["name"].lower()
    properties = request.json_object().get("properties") or {}
    _check(request, name, properties)
    now = iso(world.clock.now())
    old = world.store.get(DEFINITION, name)
    document = {
        "id": f"/providers/Microsoft.Authorization/roleDefinitions/{name}",
        "name": name,
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": properties["roleName"],
            "type": "CustomRole",
            "description": properties.get("description", ""),
            "assignableScopes": properties.get("assignableScopes") or [request.scope],
            "permissions": properties.get("permissions") or [],
            "createdOn": old["properties"]["createdOn"] if old else now,
            "updatedOn": now,
            "createdBy": request.principal.object_id,
            "updatedBy": request.principal.object_id,
        },
    }
    world.store.put(DEFINITION, name, document)
    return Answer(201, _shown(document, request.scope))


def _check(request: Request, name: str, properties: Document) -> None:
    try:
        uuid.UUID(name)
    except ValueError as error:
        raise AzureError(400, "RoleDefinitionIdNotValid", f"The role definition ID '{name}' is not a GUID.") from error
    if name in BUILT_IN:
        raise AzureError(400, "CannotUpdateBuiltInRole", "A built-in role cannot be changed.")
    if not properties.get("roleName"):
        raise AzureError(400, "InvalidRoleDefinition", "The role definition must have a name.")
    wanted = properties["roleName"].lower()
    for other in (*BUILT_IN.values(), *request.world.store.items(DEFINITION)):
        if other["name"] != name and other["properties"]["roleName"].lower() == wanted:
            raise AzureError(
                409, "RoleDefinitionWithSameNameExists", f"A custom role with the same name '{wanted}' already exists."
            )


@route("DELETE", PATH, action=f"{ACTION}delete")
def delete_definition(request: Request) -> Answer:
    """Remove a custom role that nobody holds."""
    world, name = request.world, request.parameters["name"]
    if world.store.get(DEFINITION, name) is None:
        return Answer(204)
    if any(
        item["properties"]["roleDefinitionId"].lower().endswith(name.lower()) for item in world.store.items(ASSIGNMENT)
    ):
        raise AzureError(
            400,
            "RoleDefinitionHasAssignments",
            "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).",
        )
    return Answer(200, world.store.delete(DEFINITION, name))
