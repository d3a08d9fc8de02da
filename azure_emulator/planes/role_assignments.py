"""Role assignments, the caller's permissions, and deny assignments."""

import re
from typing import Any

from azure_emulator import role_assignments
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import contains
from azure_emulator.paging import page
from azure_emulator.rbac import ASSIGNMENT
from azure_emulator.routing import route

Document = dict[str, Any]

LIST = "/{scope}/providers/Microsoft.Authorization/roleAssignments"
PATH = f"{LIST}/{{name}}"
READ = "Microsoft.Authorization/roleAssignments/read"
FILTER = re.compile(r"(?:principalId\s+eq|assignedTo\()\s*'?(?P<id>[0-9a-f-]{36})'?\)?", re.IGNORECASE)


@route("GET", LIST, action=READ)
def list_assignments(request: Request) -> Answer:
    """Assignments at, above and below a scope, narrowed by ``$filter``."""
    world, scope = request.world, request.scope
    condition = request.query.get("$filter", "")
    match = FILTER.search(condition)
    if condition and match is None and "atscope()" not in condition.lower():
        raise AzureError(400, "UnsupportedFilter", f"The filter '{condition}' is not supported.")
    if match is None:
        found: list[Document] = list(world.store.items(ASSIGNMENT))
    elif "assignedto" in condition.lower():
        found = world.access.assignments_of(match["id"])
    else:
        found = world.access.direct_assignments(match["id"])
    with_below = "atscope()" not in condition.lower()
    chosen = [
        item
        for item in found
        if contains(item["properties"]["scope"], scope) or (with_below and contains(scope, item["properties"]["scope"]))
    ]
    return page(request, chosen)


@route("GET", PATH, action=READ)
def read_assignment(request: Request) -> Answer:
    """One assignment."""
    document = request.world.store.get(ASSIGNMENT, request.path)
    if document is None:
        raise AzureError(
            404, "RoleAssignmentNotFound", f"The role assignment '{request.parameters['name']}' is not found."
        )
    return Answer(200, document)


@route("PUT", PATH)
def put_assignment(request: Request) -> Answer:
    """Create (201) or change (200) an assignment."""
    properties = request.json_object().get("properties")
    document, is_new = role_assignments.write(
        request.world,
        caller=request.principal,
        scope=request.scope,
        name=request.parameters["name"],
        properties=properties if isinstance(properties, dict) else {},
    )
    return Answer(201 if is_new else 200, document)


@route("DELETE", PATH)
def delete_assignment(request: Request) -> Answer:
    """Remove an assignment: 200 with what was removed, or 204."""
    document = role_assignments.remove(
        request.world, caller=request.principal, scope=request.scope, name=request.parameters["name"]
    )
    return Answer(200, document) if document else Answer(204)


@route("GET", "/{scope}/providers/Microsoft.Authorization/permissions")
def list_permissions(request: Request) -> Answer:
    """What the caller may do at a scope, one entry for each assignment that applies."""
    world = request.world
    permissions = []
    for assignment in world.access.assignments_of(request.principal.object_id):
        properties = assignment["properties"]
        definition = world.access.definition(properties["roleDefinitionId"].rsplit("/", 1)[-1])
        if definition is not None and contains(properties["scope"], request.scope):
            condition = (
                {"condition": properties["condition"], "conditionVersion": "2.0"} if properties["condition"] else {}
            )
            permissions += [{**entry, **condition} for entry in definition["properties"]["permissions"]]
    return page(request, permissions)


@route(
    "GET",
    "/{scope}/providers/Microsoft.Authorization/denyAssignments",
    action="Microsoft.Authorization/denyAssignments/read",
)
def list_deny_assignments(request: Request) -> Answer:
    """Deny assignments that apply at a scope."""
    found = [
        item
        for item in request.world.store.items("deny-assignment")
        if contains(item["properties"]["scope"], request.scope)
    ]
    return page(request, found)
