"""Who may do what where: role assignments evaluated the way Azure evaluates them."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from azure_emulator.conditions import Attributes, is_fulfilled
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import contains
from azure_emulator.roles import BUILT_IN
from azure_emulator.tokens import Principal

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

ASSIGNMENT = "role-assignment"
DEFINITION = "role-definition"


@dataclass(frozen=True)
class Role:
    """One role's permissions, ready to be asked."""

    permissions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    data_permissions: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    known: dict[str, bool] = field(default_factory=dict, compare=False)

    def permits(self, action: str) -> bool:
        """Whether some permission lists the action and does not take it away again."""
        answer = self.known.get(action)
        if answer is None:
            answer = self.known[action] = any(_lists(a, action) and not _lists(n, action) for a, n in self.permissions)
        return answer


@lru_cache(maxsize=8192)
def _pattern(wildcard: str) -> re.Pattern[str]:
    return re.compile(re.escape(wildcard).replace(r"\*", ".*"), re.IGNORECASE)


def _lists(wildcards: tuple[str, ...], action: str) -> bool:
    return any(_pattern(wildcard).fullmatch(action) for wildcard in wildcards)


def role_of(document: Document) -> Role:
    """The evaluable form of a role definition's document."""
    permissions = document["properties"].get("permissions", [])

    def pairs(allow: str, deny: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        return tuple((tuple(entry.get(allow) or ()), tuple(entry.get(deny) or ())) for entry in permissions)

    return Role(pairs("actions", "notActions"), pairs("dataActions", "notDataActions"))


class Access:
    """Checks access and keeps the index of assignments by principal."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._store = world.store
        self._by_principal: dict[str, dict[str, Document]] = {}
        self._roles: dict[str, Role] = {}
        self._by_name: dict[str, Document] = {}
        for assignment in self._store.items(ASSIGNMENT):
            self._index(assignment["id"].lower(), None, assignment)
        self._store.watch(ASSIGNMENT, self._index)
        self._store.watch(DEFINITION, lambda key, *_: self._roles.pop(key, None))

    def _index(self, key: str, old: Document | None, new: Document | None) -> None:
        if old is not None:
            self._by_principal.get(old["properties"]["principalId"].lower(), {}).pop(key, None)
            self._by_name.pop(old["name"].lower(), None)
        if new is not None:
            self._by_principal.setdefault(new["properties"]["principalId"].lower(), {})[key] = new
            self._by_name[new["name"].lower()] = new

    def named(self, name: str) -> Document | None:
        """The assignment with this name, at whatever scope: names are unique in the tenant."""
        return self._by_name.get(name.lower())

    def direct_assignments(self, object_id: str) -> list[Document]:
        """The assignments made to a principal itself."""
        return list(self._by_principal.get(object_id.lower(), {}).values())

    def definition(self, guid: str) -> Document | None:
        """A built-in or custom role definition by its GUID."""
        return BUILT_IN.get(guid.lower()) or self._store.get(DEFINITION, guid)

    def role(self, guid: str) -> Role | None:
        """The evaluable role for a GUID."""
        guid = guid.lower()
        role = self._roles.get(guid)
        if role is None:
            document = self.definition(guid)
            if document is None:
                return None
            role = self._roles[guid] = role_of(document)
        return role

    def assignments_of(self, object_id: str) -> list[Document]:
        """Every assignment that acts for a principal, through its groups too."""
        ids = (object_id.lower(), *self._world.directory.groups_of(object_id))
        return [assignment for one in ids for assignment in self._by_principal.get(one, {}).values()]

    def allows(
        self,
        principal: Principal,
        action: str,
        scope: str,
        *,
        attributes: Attributes | None = None,
    ) -> bool:
        """Whether some assignment at or above the scope gives the action and its condition holds."""
        for assignment in self.assignments_of(principal.object_id):
            properties = assignment["properties"]
            if not contains(properties["scope"], scope):
                continue
            role = self.role(properties["roleDefinitionId"].rsplit("/", 1)[-1])
            if role is None or not role.permits(action):
                continue
            condition = properties.get("condition")
            if not condition or is_fulfilled(condition, action=action, attributes=attributes or Attributes()):
                return True
        return False

    def check(
        self,
        principal: Principal,
        action: str,
        scope: str,
        *,
        attributes: Attributes | None = None,
    ) -> None:
        """Raise Azure's 403 unless the principal may do the action at the scope."""
        if self.allows(principal, action, scope, attributes=attributes):
            self._world.denials.check(principal, action, scope)
            return
        reason = "does not have authorization"
        if self._is_given_under_condition(principal, action, scope):
            reason = "has an authorization with ABAC condition that is not fulfilled"
        raise AzureError(
            403,
            "AuthorizationFailed",
            f"The client '{principal.name}' with object id '{principal.object_id}' {reason} to perform action "
            f"'{action}' over scope '{scope or '/'}' or the scope is invalid. If access was recently granted, please "
            "refresh "
            "your credentials.",
        )

    def _is_given_under_condition(self, principal: Principal, action: str, scope: str) -> bool:
        for assignment in self.assignments_of(principal.object_id):
            properties = assignment["properties"]
            role = self.role(properties["roleDefinitionId"].rsplit("/", 1)[-1])
            if properties.get("condition") and role and role.permits(action) and contains(properties["scope"], scope):
                return True
        return False

    def check_linked(self, principal: Principal, action: str, *, scope: str, linked: str, linked_action: str) -> None:
        """Raise Azure's 403 for a right that is missing on another resource the write refers to."""
        if not self.allows(principal, linked_action, linked):
            raise AzureError(
                403,
                "LinkedAuthorizationFailed",
                f"The client '{principal.name}' with object id '{principal.object_id}' has permission to perform "
                "action "
                f"'{action}' on scope '{scope}'; however, it does not have permission to perform action(s) "
                f"'{linked_action}' on the linked scope(s) '{linked}' (respectively) or the linked scope(s) are "
                "invalid.",
            )

    def sees_below(self, principal: Principal, scope: str) -> bool:
        """Whether the principal has any role at, above or below the scope (what makes a subscription visible)."""
        return any(
            contains(item["properties"]["scope"], scope) or contains(scope, item["properties"]["scope"])
            for item in self.assignments_of(principal.object_id)
        )

    def forget_scope(self, scope: str) -> None:
        """Remove the assignments made at or below a scope that has ceased to exist."""
        prefix = scope.rstrip("/").lower() + "/"
        for key in self._store.keys(ASSIGNMENT, prefix=prefix):
            self._store.delete(ASSIGNMENT, key)


def check(world: "World", principal: Principal, action: str, scope: str) -> None:
    """Raise Azure's 403 unless the principal may do the action at the scope."""
    world.access.check(principal, action, scope)
