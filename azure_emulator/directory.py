"""The tenant's directory: users, groups, applications with their service principals."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

USER = "user"
GROUP = "directory-group"
APPLICATION = "application"


class Directory:
    """Look-ups over the directory's documents; memberships are kept on the group and followed upwards."""

    def __init__(self, world: "World") -> None:
        self._store = world.store
        self._version = -1
        self._parents: dict[str, set[str]] = {}
        self._closure: dict[str, frozenset[str]] = {}
        self._service_principals: dict[str, Document] = {}
        self._application_version = -1

    def user(self, name: str) -> Document | None:
        """A user by object id or user principal name."""
        found = self._store.get(USER, name)
        if found is not None:
            return found
        wanted = name.lower()
        return next((user for user in self._store.items(USER) if user["userPrincipalName"].lower() == wanted), None)

    def group(self, identifier: str) -> Document | None:
        """A group by object id."""
        return self._store.get(GROUP, identifier)

    def application(self, client_id: str) -> Document | None:
        """An application by client id."""
        return self._store.get(APPLICATION, client_id)

    def service_principal(self, object_id: str) -> Document | None:
        """The application whose service principal has this object id."""
        version = self._store.versions.get(APPLICATION, 0)
        if version != self._application_version:
            self._service_principals = {item["objectId"].lower(): item for item in self._store.items(APPLICATION)}
            self._application_version = version
        return self._service_principals.get(object_id.lower())

    def kind_of(self, object_id: str) -> str | None:
        """User, Group or ServicePrincipal; None when the directory does not know the id."""
        if self._store.get(USER, object_id) is not None:
            return "User"
        if self._store.get(GROUP, object_id) is not None:
            return "Group"
        return "ServicePrincipal" if self.service_principal(object_id) is not None else None

    def groups_of(self, object_id: str) -> frozenset[str]:
        """Lower-cased ids of every group the object is in, directly or through other groups."""
        version = self._store.versions.get(GROUP, 0)
        if version != self._version:
            self._index()
            self._version = version
        object_id = object_id.lower()
        known = self._closure.get(object_id)
        if known is None:
            known = self._closure[object_id] = self._climb(object_id)
        return known

    def _index(self) -> None:
        self._closure = {}
        self._parents = {}
        for group in self._store.items(GROUP):
            for member in group.get("members", ()):
                self._parents.setdefault(member.lower(), set()).add(group["id"].lower())

    def _climb(self, object_id: str) -> frozenset[str]:
        found: set[str] = set()
        waiting = [object_id]
        while waiting:
            for parent in self._parents.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return frozenset(found)
