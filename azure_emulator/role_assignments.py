"""Creating and removing role assignments with all of Azure's checks; used by the routes and by deployments."""

import uuid
from typing import TYPE_CHECKING, Any

from azure_emulator.clock import iso
from azure_emulator.conditions import Attributes, check_condition
from azure_emulator.errors import AzureError
from azure_emulator.locks import check_not_locked
from azure_emulator.rbac import ASSIGNMENT
from azure_emulator.tokens import Principal

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

TYPE = "Microsoft.Authorization/roleAssignments"
MAXIMUM_PER_SUBSCRIPTION = 4000
PRINCIPAL_TYPES = {kind.lower(): kind for kind in ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")}


def identifier(scope: str, name: str) -> str:
    """The id of an assignment at a scope."""
    return f"{scope.rstrip('/')}/providers/{TYPE}/{name}"


def attributes_of(properties: Document) -> dict[str, tuple[str, ...]]:
    """What a condition can ask of an assignment."""
    values = {
        "roledefinitionid": str(properties.get("roleDefinitionId", "")).rsplit("/", 1)[-1],
        "principalid": str(properties.get("principalId", "")),
        "principaltype": str(properties.get("principalType") or ""),
    }
    return {f"{TYPE}:{name}".lower(): (value,) for name, value in values.items() if value}


def write(world: "World", *, caller: Principal, scope: str, name: str, properties: Document) -> tuple[Document, bool]:
    """Create or change an assignment; returns it and whether it is new. Raises Azure's errors."""
    wanted = _wanted(world, properties)
    world.access.check(caller, f"{TYPE}/write", scope or "/", attributes=Attributes(request=attributes_of(wanted)))
    _check_name(name)
    _check_scope(world, scope)
    key = identifier(scope, name)
    old = world.store.get(ASSIGNMENT, key)
    _check_conflicts(world, scope=scope, name=name, old=old, wanted=wanted)
    now = iso(world.clock.now())
    created = {"createdOn": now, "createdBy": caller.object_id}
    if old is not None:
        created = {name: old["properties"][name] for name in created}
    document = {
        "id": old["id"] if old else key,
        "name": name,
        "type": TYPE,
        "properties": {
            **wanted,
            "scope": scope or "/",
            **created,
            "updatedOn": now,
            "updatedBy": caller.object_id,
            "delegatedManagedIdentityResourceId": None,
        },
    }
    world.store.put(ASSIGNMENT, key, document)
    return document, old is None


def remove(world: "World", *, caller: Principal, scope: str, name: str) -> Document | None:
    """Remove an assignment; None when there was none. Raises Azure's 403."""
    document = world.store.get(ASSIGNMENT, identifier(scope, name))
    attributes = Attributes(resource=attributes_of(document["properties"])) if document else None
    world.access.check(caller, f"{TYPE}/delete", scope or "/", attributes=attributes)
    if document is not None:
        check_not_locked(world, document["id"])
        world.store.delete(ASSIGNMENT, document["id"])
    return document


def _wanted(world: "World", properties: Document) -> Document:
    role, principal = properties.get("roleDefinitionId"), properties.get("principalId")
    if not isinstance(role, str) or not isinstance(principal, str):
        raise AzureError(
            400,
            "InvalidRequestContent",
            "The request must contain 'properties.roleDefinitionId' and 'properties.principalId'.",
        )
    if not _is_guid(principal):
        raise AzureError(
            400, "InvalidPrincipalId", f"A valid principal ID must be provided for role assignment: '{principal}'."
        )
    if world.access.definition(role.rsplit("/", 1)[-1]) is None:
        raise AzureError(
            400,
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{role.rsplit('/', 1)[-1]}' does not exist.",
        )
    condition = properties.get("condition") or None
    if condition:
        check_condition(condition)
    return {
        "roleDefinitionId": role,
        "principalId": principal,
        "principalType": _principal_type(world, principal, properties.get("principalType")),
        "condition": condition,
        "conditionVersion": (properties.get("conditionVersion") or "2.0") if condition else None,
        "description": properties.get("description"),
    }


def _principal_type(world: "World", principal: str, given: object) -> str:
    known = world.directory.kind_of(principal)
    if not given:
        if known is None:
            raise AzureError(
                400,
                "PrincipalNotFound",
                f"Principal {principal.replace('-', '')} does not exist in the directory {world.tenant}. Check that "
                "you have the "
                "correct principal ID. If you are creating this principal and then immediately assigning a role, this "
                "error "
                "might be related to a replication delay. In this case, set the role assignment principalType "
                "property to a "
                "value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
            )
        return known
    kind = PRINCIPAL_TYPES.get(str(given).lower())
    if kind is None:
        raise AzureError(400, "InvalidPrincipalType", f"The principal type '{given}' is not valid.")
    if known is not None and kind != known:
        raise AzureError(
            400,
            "UnmatchedPrincipalType",
            f"The PrincipalId '{principal.replace('-', '')}' has type '{known}' , which is different from specified "
            f"PrinciaplType '{kind}'.",
        )
    return kind


def _check_name(name: str) -> None:
    if not _is_guid(name):
        raise AzureError(
            400,
            "InvalidRoleAssignmentId",
            f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.",
        )


def _check_scope(world: "World", scope: str) -> None:
    segments = scope.strip("/").split("/")
    if segments[0].lower() != "subscriptions":
        return
    world.resources.need_subscription(segments[1])
    if len(segments) > 3 and segments[2].lower() == "resourcegroups":
        world.resources.need_group(segments[1], segments[3])


def _check_conflicts(world: "World", *, scope: str, name: str, old: Document | None, wanted: Document) -> None:
    taken = world.access.named(name)
    if taken is not None:
        same = taken["properties"]
        is_same = (
            same["scope"].rstrip("/").lower() == scope.rstrip("/").lower()
            and same["principalId"].lower() == wanted["principalId"].lower()
            and same["roleDefinitionId"].rsplit("/", 1)[-1].lower()
            == wanted["roleDefinitionId"].rsplit("/", 1)[-1].lower()
        )
        if not is_same:
            raise AzureError(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            )
    if old is not None:
        return
    for other in world.access.direct_assignments(wanted["principalId"]):
        given = other["properties"]
        if (
            given["scope"].rstrip("/").lower() == scope.rstrip("/").lower()
            and given["roleDefinitionId"].rsplit("/", 1)[-1].lower()
            == wanted["roleDefinitionId"].rsplit("/", 1)[-1].lower()
        ):
            raise AzureError(
                409,
                "RoleAssignmentExists",
                f"The role assignment already exists. The ID of the existing role assignment is "
                f"{other['name'].replace('-', '')}.",
            )
    subscription = "/".join(scope.split("/")[:3]) + "/"
    if len(world.store.keys(ASSIGNMENT, prefix=subscription)) >= MAXIMUM_PER_SUBSCRIPTION:
        raise AzureError(
            400,
            "RoleAssignmentLimitExceeded",
            "No more role assignments can be created (code: RoleAssignmentLimitExceeded).",
        )


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
