"""What deployment stacks forbid for the resources they manage: deny settings, stronger than every role."""

import uuid
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]

STACK = "stack"
DENIED = {"denyDelete": ("*/delete",), "denyWriteAndDelete": ("*",)}


class Denials:
    """An index from managed resources to the stacks that protect them; built when first asked for."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._stacks: dict[str, dict[str, Document]] | None = None

    def check(self, principal: "Principal", action: str, scope: str) -> None:
        """Raise Azure's 403 when a stack that protects the scope, or a place above it, denies the action.

        What Azure itself does later, such as a stack's own clearing up, is not held back.
        """
        if action.lower().endswith("/read") or self._world.events.is_running:
            return
        place, is_exact = scope.rstrip("/").lower(), True
        protected = self._protected()
        while protected and place:
            for stack in protected.get(place, {}).values():
                if self._denies(stack, principal, action, is_exact=is_exact):
                    raise _refusal(stack, principal, action=action, scope=scope, at=place)
            place, is_exact = place.rpartition("/")[0], False

    def _protected(self) -> dict[str, dict[str, Document]]:
        if self._stacks is None:
            self._stacks = {}
            for stack in self._world.store.items(STACK):
                self._change(stack["id"].lower(), None, stack)
            self._world.store.watch(STACK, self._change)
        return self._stacks

    def _change(self, key: str, old: Document | None, new: Document | None) -> None:
        assert self._stacks is not None
        for identifier in _managed(old):
            self._stacks.get(identifier, {}).pop(key, None)
            if not self._stacks.get(identifier):
                self._stacks.pop(identifier, None)
        for identifier in _managed(new):
            self._stacks.setdefault(identifier, {})[key] = new or {}

    def _denies(self, stack: Document, principal: "Principal", action: str, *, is_exact: bool) -> bool:
        settings = stack["properties"]["denySettings"]
        if not is_exact and not settings.get("applyToChildScopes"):
            return False
        excluded = {str(one).lower() for one in settings.get("excludedPrincipals", ())}
        if excluded & {principal.object_id.lower(), *self._world.directory.groups_of(principal.object_id)}:
            return False
        return _lists(DENIED[settings["mode"]], action) and not _lists(settings.get("excludedActions", ()), action)


def _managed(stack: Document | None) -> set[str]:
    if stack is None or stack["properties"]["denySettings"]["mode"] not in DENIED:
        return set()
    return {item["id"].lower() for item in stack["properties"]["resources"]}


def _lists(patterns: Any, action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(pattern).lower()) for pattern in patterns)


def _refusal(stack: Document, principal: "Principal", *, action: str, scope: str, at: str) -> AzureError:
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{stack['id']}|{at}".lower())
    return AzureError(
        403,
        "DenyAssignmentAuthorizationFailed",
        f"The client '{principal.name}' with object id '{principal.object_id}' has permission to perform action "
        f"'{action}' on scope '{scope}'; however, the access is denied because of the deny assignment with name 'Deny "
        f"assignment '{name}' created by Deployment Stack '{stack['id']}'.' and Id '{name.hex}' at scope '{at}'.",
    )
