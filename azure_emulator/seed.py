"""Fills a world from a JSON document: the company whose Azure this is.

Format (every part is optional, ids are fixed by the document, applying it twice changes nothing)::

    {
      "tenant": {"id": "...", "displayName": "Contoso", "domain": "contoso.example"},
      "users": [{"id": "...", "displayName": "Sato Yui", "userPrincipalName": "yui@...", "givenName": "Yui",
                 "surname": "Sato", "mail": "...", "department": "...", "jobTitle": "...", "accountEnabled": true,
                 "preferredLanguage": "ja-JP", "hidden": false (true: not offered on the sign-in page)}],
      "groups": [{"id": "...", "displayName": "Apollo developers", "members": ["id of a user, group or application"]}],
      "applications": [{"clientId": "...", "objectId": "(of the service principal)", "displayName": "Genkan",
                        "secrets": ["..."], "redirectUris": ["https://..."],
                        "groupMembershipClaims": "SecurityGroup" or "None",
                        "appRoles": [{"value": "Platform.Admin", "members": ["user or group id"]}],
                        "graphPermissions": ["User.Read.All", "GroupMember.Read.All"],
                        "identityHeader": "(makes it a managed identity: X-IDENTITY-HEADER of /msi/token)"}],
      "subscriptions": [{"id": "...", "displayName": "Develop",
                         "quotas": {"standardDSv5Family": {"limit": 100, "used": 4}}}],
      "roleDefinitions": [{"id": "guid", "roleName": "...", "description": "...", "actions": [], "notActions": [],
                           "dataActions": [], "assignableScopes": ["/subscriptions/..."]}],
      "roleAssignments": [{"id": "guid (optional)", "scope": "/subscriptions/...", "role": "name or guid",
                           "principalId": "...", "condition": "(optional, version 2.0)"}],
      "resourceGroups": [{"subscription": "...", "name": "...", "location": "japaneast", "tags": {}}],
      "resources": [{"id": "/subscriptions/...", "location": "japaneast", "tags": {}, "properties": {}}],
      "costHistory": [{"subscription": "...", "resourceGroup": "...", "resourceId": "...", "resourceType": "...",
                       "service": "...", "meter": "...", "location": "...", "tags": {},
                       "date": "2026-10-01", "to": "2026-10-31", "cost": "123.45 (of each day)"}],
      "policies": [{"id": "allowed-regions", "displayName": "Allowed regions", "scope": "/subscriptions/...",
                    "deny": {"type": "Microsoft.Compute/*", "locationNotIn": ["japaneast"], "skuNotIn": ["Basic"],
                             "withoutTag": "owner"} (refused when every part given holds)}],
      "prices": {"currency": "JPY", "perDay": {"microsoft.web/serverfarms": 1950}}
    }
"""

import uuid
from collections.abc import Callable
from typing import Any

from azure_emulator.directory import APPLICATION, GROUP, USER
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import group_id
from azure_emulator.policies import KIND as POLICY
from azure_emulator.rbac import ASSIGNMENT, DEFINITION
from azure_emulator.resources import SUBSCRIPTION
from azure_emulator.roles import BUILT_IN
from azure_emulator.world import World

Document = dict[str, Any]

NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def apply_seed(world: World, document: Document) -> None:
    """Apply a seed document; raises AzureError(400) when a part of it is not understood."""
    unknown = sorted(set(document) - set(PARTS) - {"tenant"})
    if unknown:
        raise AzureError(400, "InvalidSeed", f"Unknown parts: {', '.join(unknown)}.")
    with world.store.transaction():
        if "tenant" in document:
            world.store.put("emulator", "tenant", document["tenant"])
        for name, part in PARTS.items():
            entries = document.get(name, [])
            for number, entry in enumerate([entries] if isinstance(entries, dict) else entries):
                try:
                    part(world, entry)
                except (KeyError, TypeError) as error:
                    raise AzureError(400, "InvalidSeed", f"{name}[{number}]: {error!r}") from error


def _user(world: World, entry: Document) -> None:
    filled = {"accountEnabled": True, "mail": entry["userPrincipalName"], **entry}
    world.store.put(USER, entry["id"], filled)


def _group(world: World, entry: Document) -> None:
    world.store.put(GROUP, entry["id"], {"members": [], **entry})


def _application(world: World, entry: Document) -> None:
    filled = {
        "objectId": str(uuid.uuid5(NAMESPACE, entry["clientId"])),
        "displayName": entry["clientId"],
        "secrets": [],
        "redirectUris": [],
        "appRoles": [],
        "groupMembershipClaims": "SecurityGroup",
        "graphPermissions": [],
        **entry,
    }
    world.store.put(APPLICATION, entry["clientId"], filled)


def _subscription(world: World, entry: Document) -> None:
    world.store.put(SUBSCRIPTION, entry["id"], {"state": "Enabled", "displayName": entry["id"], **entry})


def _definition(world: World, entry: Document) -> None:
    names = ("actions", "notActions", "dataActions", "notDataActions")
    world.store.put(
        DEFINITION,
        entry["id"],
        {
            "id": f"/providers/Microsoft.Authorization/roleDefinitions/{entry['id']}",
            "name": entry["id"],
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {
                "roleName": entry["roleName"],
                "type": "CustomRole",
                "description": entry.get("description", ""),
                "assignableScopes": entry.get("assignableScopes", ["/"]),
                "permissions": [{name: entry.get(name, []) for name in names}],
            },
        },
    )


def _role_guid(world: World, text: str) -> str:
    if world.access.definition(text) is not None:
        return text
    for definition in (*BUILT_IN.values(), *world.store.items(DEFINITION)):
        if definition["properties"]["roleName"].lower() == text.lower():
            return str(definition["name"])
    raise AzureError(400, "InvalidSeed", f"There is no role '{text}'.")


def _assignment(world: World, entry: Document) -> None:
    scope = entry["scope"].rstrip("/")
    guid = _role_guid(world, entry["role"])
    name = entry.get("id") or str(uuid.uuid5(NAMESPACE, f"{scope}|{entry['principalId']}|{guid}".lower()))
    identifier = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    subscription = "/".join(scope.split("/")[:3]) if scope.lower().startswith("/subscriptions/") else ""
    properties: Document = {
        "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "principalId": entry["principalId"],
        "principalType": world.directory.kind_of(entry["principalId"]) or entry.get("principalType", "User"),
        "scope": scope or "/",
        "condition": entry.get("condition"),
        "conditionVersion": "2.0" if entry.get("condition") else None,
        "createdOn": "2026-04-01T00:00:00.0000000Z",
        "updatedOn": "2026-04-01T00:00:00.0000000Z",
        "createdBy": "",
        "updatedBy": "",
        "delegatedManagedIdentityResourceId": None,
        "description": entry.get("description"),
    }
    document = {
        "id": identifier,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": properties,
    }
    world.store.put(ASSIGNMENT, identifier, document)


def _resource_group(world: World, entry: Document) -> None:
    if world.resources.group(entry["subscription"], entry["name"]) is not None:
        return
    world.resources.put_group(
        {
            "id": group_id(entry["subscription"], entry["name"]),
            "name": entry["name"],
            "type": "Microsoft.Resources/resourceGroups",
            "location": entry.get("location", "japaneast"),
            "tags": entry.get("tags", {}),
            "properties": {"provisioningState": "Succeeded"},
        }
    )


def _resource(world: World, entry: Document) -> None:
    if not world.resources.exists(entry["id"]):
        world.resources.put(entry["id"], {"properties": {"provisioningState": "Succeeded"}, **entry})


def _cost(world: World, entry: Document) -> None:
    parts = (entry["subscription"], entry["date"], entry.get("resourceGroup", ""), entry.get("resourceId", ""))
    key = "/".join((*parts, entry.get("meter", ""), entry.get("resourceType", "")))
    world.store.put("cost-history", key, {**entry, "cost": str(entry["cost"])})


def _prices(world: World, entry: Document) -> None:
    world.store.put("emulator", "prices", entry)


def _policy(world: World, entry: Document) -> None:
    parts = {"type", "locationNotIn", "skuNotIn", "withoutTag"}
    if not entry["deny"] or set(entry["deny"]) - parts:
        raise AzureError(400, "InvalidSeed", f"'deny' of a policy has one or more of {', '.join(sorted(parts))}.")
    world.store.put(POLICY, entry["id"], {**entry, "scope": entry["scope"].rstrip("/")})


PARTS: dict[str, Callable[[World, Document], None]] = {
    "users": _user,
    "groups": _group,
    "applications": _application,
    "subscriptions": _subscription,
    "roleDefinitions": _definition,
    "roleAssignments": _assignment,
    "resourceGroups": _resource_group,
    "resources": _resource,
    "costHistory": _cost,
    "policies": _policy,
    "prices": _prices,
}
