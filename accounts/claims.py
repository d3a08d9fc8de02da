"""Reading who somebody is and which platform roles they have from checked claims."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Role
from accounts.tokens import Claims

# App roles of the registration; assign them to groups in Entra ID and no group claim is needed.
APP_ROLES = {
    "Genkan.Developer": Role.DEVELOPER,
    "Genkan.CatalogAdmin": Role.CATALOG_ADMIN,
    "Genkan.Finance": Role.FINANCE,
    "Genkan.PlatformAdmin": Role.PLATFORM_ADMIN,
}


class GroupsUnknown(Exception):
    """The person is in too many groups for a token to list, and a group could have decided about a role."""


@dataclass(frozen=True)
class Identity:
    """A person as the token describes them."""

    tenant_id: str
    object_id: str
    name: str
    email: str


def identity(claims: Claims) -> Identity:
    """Who the claims describe."""
    email = str(claims.get("email") or claims.get("preferred_username") or "")
    return Identity(
        tenant_id=str(claims["tid"]),
        object_id=str(claims["oid"]),
        name=str(claims.get("name") or email or claims["oid"])[:150],
        email=email[:254] if "@" in email else "",
    )


def roles(claims: Claims) -> dict[Role, str]:
    """Platform roles with their source (`role:…` or `group:…`). Raises GroupsUnknown rather than guess.

    Entra ID leaves the groups claim out above 200 groups and sets `_claim_names` or `hasgroups` instead.
    """
    found = {APP_ROLES[name]: f"role:{name}" for name in _texts(claims.get("roles")) if name in APP_ROLES}
    by_group = _configured_groups()
    if _is_overage(claims) and set(by_group.values()) - set(found):
        raise GroupsUnknown
    for group in _texts(claims.get("groups")):
        role = by_group.get(group.lower())
        if role is not None:
            found.setdefault(role, f"group:{group}")
    return found


def _configured_groups() -> dict[str, Role]:
    groups = {
        settings.ENTRA_GROUP_DEVELOPER: Role.DEVELOPER,
        settings.ENTRA_GROUP_CATALOG_ADMIN: Role.CATALOG_ADMIN,
        settings.ENTRA_GROUP_FINANCE: Role.FINANCE,
        settings.ENTRA_GROUP_PLATFORM_ADMIN: Role.PLATFORM_ADMIN,
    }
    return {group.lower(): role for group, role in groups.items() if group}


def _is_overage(claims: Claims) -> bool:
    names = claims.get("_claim_names")
    return bool(claims.get("hasgroups")) or (isinstance(names, dict) and "groups" in names)


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
