"""The sample company as the local Azure's seed: directory, applications, subscriptions, the portal's role, the bill."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from portal.company import past, portal_role, tenant

PORTAL_ROLE_ID = tenant.guid("role/portal")


def seed(*, portal_url: str, founded: date, instance_id: str = "", with_leftovers: bool = False) -> dict[str, Any]:
    """The seed document. `with_leftovers` adds what operations will find: a group of ours that nobody owns any more."""
    role = portal_role.definition()
    return {
        "tenant": {"id": tenant.TENANT_ID, "displayName": tenant.TENANT_NAME, "domain": tenant.DOMAIN},
        "users": [_user(person) for person in tenant.PEOPLE],
        "groups": [
            {
                "id": team.group_id,
                "displayName": team.group_name,
                "members": [tenant.person(key).object_id for key in team.members],
            }
            for team in tenant.TEAMS
        ],
        "applications": [_sign_in_application(portal_url), _portal_identity()],
        "subscriptions": [{"id": one.id, "displayName": one.name} for one in tenant.SUBSCRIPTIONS],
        "roleDefinitions": [
            {
                "id": PORTAL_ROLE_ID,
                "roleName": role["Name"],
                "description": role["Description"],
                "actions": role["Actions"],
                "notActions": role["NotActions"],
                "dataActions": role["DataActions"],
                "notDataActions": role["NotDataActions"],
                "assignableScopes": [f"/subscriptions/{one.id}" for one in tenant.SUBSCRIPTIONS],
            }
        ],
        "roleAssignments": [
            {
                "scope": f"/subscriptions/{one.id}",
                "role": PORTAL_ROLE_ID,
                "principalId": tenant.PORTAL_OBJECT_ID,
                "condition": portal_role.condition(),
            }
            for one in tenant.SUBSCRIPTIONS
        ],
        "resourceGroups": [*_shared_groups(), *(_leftovers(instance_id) if with_leftovers else ())],
        "costHistory": [_charge(charge) for charge in past.charges(founded)],
    }


def _user(person: tenant.Person) -> dict[str, Any]:
    return {
        "id": person.object_id,
        "displayName": person.name,
        "userPrincipalName": person.email,
        "mail": person.email,
        "department": person.department,
    }


def _sign_in_application(portal_url: str) -> dict[str, Any]:
    roles = (tenant.DEVELOPER, tenant.CATALOG_ADMIN, tenant.FINANCE, tenant.PLATFORM_ADMIN)
    return {
        "clientId": tenant.SIGN_IN_CLIENT_ID,
        "objectId": tenant.guid("service-principal/sign-in"),
        "displayName": "Genkan",
        "secrets": [tenant.SIGN_IN_CLIENT_SECRET],
        "redirectUris": [f"{portal_url}/account/callback/", f"{portal_url}/account/sign-in/"],
        "appRoles": [
            {"value": role, "members": [one.object_id for one in tenant.PEOPLE if role in one.app_roles]}
            for role in roles
        ],
    }


def _portal_identity() -> dict[str, Any]:
    return {
        "clientId": tenant.PORTAL_CLIENT_ID,
        "objectId": tenant.PORTAL_OBJECT_ID,
        "displayName": "Genkan portal",
        "secrets": [tenant.PORTAL_CLIENT_SECRET],
        "graphPermissions": ["User.Read.All", "GroupMember.Read.All"],
    }


def _shared_groups() -> Iterable[dict[str, Any]]:
    for one in tenant.SUBSCRIPTIONS:
        yield {"subscription": one.id, "name": past.SHARED_GROUP, "location": "japaneast", "tags": {"team": "network"}}


def _leftovers(instance_id: str) -> Iterable[dict[str, Any]]:
    tags = {
        "managedby": "genkan",
        "genkaninstance": instance_id,
        "envid": tenant.guid("leftover"),
        "project": "apollo",
        "owner": "yamada.mio@" + tenant.DOMAIN,
    }
    yield {"subscription": tenant.QA.id, "name": "rg-apollo-forgotten", "location": "japaneast", "tags": tags}


def _charge(charge: past.Charge) -> dict[str, Any]:
    return {
        "subscription": charge.subscription_id,
        "resourceGroup": charge.resource_group,
        "service": charge.service,
        "meter": charge.service,
        "date": charge.day.isoformat(),
        "cost": str(charge.amount),
    }
