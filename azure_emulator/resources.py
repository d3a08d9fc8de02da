"""Resource groups and the resources in them, shared by the generic routes and the deployment engine."""

from __future__ import annotations  # The method called list would hide the type of that name.

from typing import TYPE_CHECKING, Any

from azure_emulator.clock import iso
from azure_emulator.errors import group_not_found, subscription_not_found
from azure_emulator.identifiers import ResourceId, group_id, parse_resource_id
from azure_emulator.tag_index import TagIndex

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]
Documents = list[Document]

RESOURCE = "resource"
GROUP = "group"
SUBSCRIPTION = "subscription"
INTERNAL = "_"


def public(document: Document) -> Document:
    """A document as clients see it: without the fields whose names start with an underscore."""
    return {key: value for key, value in document.items() if not key.startswith(INTERNAL)}


class Resources:
    """Ids are compared without casing and keep the casing of their first write."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store
        self.tags = {kind: TagIndex(world.store, kind) for kind in (RESOURCE, GROUP)}

    def get(self, identifier: str) -> Document | None:
        """The resource, or None."""
        return self._store.get(RESOURCE, identifier.rstrip("/"))

    def exists(self, identifier: str) -> bool:
        """Whether the resource exists."""
        return self.get(identifier) is not None

    def put(self, identifier: str, document: Document) -> Document:
        """Create or replace; ``id``, ``name`` and ``type`` are filled in and keep their first casing."""
        parsed = parse_resource_id(identifier)
        if parsed is None:
            raise ValueError(identifier)
        old = self.get(identifier)
        now = iso(self._world.clock.now())
        fixed = {"id": old["id"], "name": old["name"], "type": old["type"]} if old else self._identity(parsed)
        times = {"_created_at": old["_created_at"] if old else now, "_changed_at": now}
        stored = {**document, **fixed, **times}
        self._store.put(RESOURCE, parsed.key, stored)
        if old is None:
            self._world.meter.started(stored)
        return stored

    def _identity(self, parsed: ResourceId) -> Document:
        identifier = parsed.text
        group = self.group(parsed.subscription, parsed.group) if parsed.group else None
        if group is not None:
            identifier = group["id"] + identifier[len(group["id"]) :]
        return {"id": identifier, "name": parsed.names[-1], "type": parsed.type}

    def delete(self, identifier: str) -> Document | None:
        """Remove a resource with everything below it and the access given on it; returns the resource."""
        old = self.get(identifier)
        if old is None:
            return None
        prefix = identifier.rstrip("/").lower() + "/"
        for key in reversed(self._store.keys(RESOURCE, prefix=prefix)):
            self._remove(key)
        self._remove(identifier.rstrip("/").lower())
        return old

    def _remove(self, key: str) -> None:
        document = self._store.delete(RESOURCE, key)
        if document is not None:
            self._world.meter.ended(document)
            self._world.behaviour.released(self._world, document)
            self._world.access.forget_scope(key)

    def list(self, scope: str) -> Documents:
        """All resources below a scope, children and extensions included, in id order."""
        return self._store.list(RESOURCE, prefix=scope.rstrip("/") + "/")

    def group(self, subscription: str, name: str) -> Document | None:
        """A resource group, or None."""
        return self._store.get(GROUP, group_id(subscription, name))

    def need_group(self, subscription: str, name: str) -> Document:
        """A resource group; Azure's 404 when it (or its subscription) does not exist."""
        self.need_subscription(subscription)
        group = self.group(subscription, name)
        if group is None:
            raise group_not_found(name)
        return group

    def need_subscription(self, subscription: str) -> Document:
        """A subscription; Azure's 404 when it does not exist."""
        document = self._store.get(SUBSCRIPTION, subscription)
        if document is None:
            raise subscription_not_found(subscription)
        return document

    def groups(self, subscription: str) -> Documents:
        """All groups of a subscription, by name."""
        return self._store.list(GROUP, prefix=f"/subscriptions/{subscription}/resourcegroups/")

    def put_group(self, document: Document) -> Document:
        """Create or replace a group."""
        now = iso(self._world.clock.now())
        old = self._store.get(GROUP, document["id"])
        times = {"_created_at": old["_created_at"] if old else now, "_changed_at": now}
        stored = {**document, **times}
        self._store.put(GROUP, document["id"], stored)
        return stored
