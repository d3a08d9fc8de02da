"""Names that are taken once in all of Azure, and the indexes that quota checks read."""

from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError
from azure_emulator.identifiers import ResourceId
from azure_emulator.resource_types.kinds import Placement, ResourceType

if TYPE_CHECKING:
    from azure_emulator.world import World

HOST = "host-name"
_POINTERS = {
    "microsoft.cognitiveservices/accounts/deployments": "cognitive-deployment",
    "microsoft.compute/virtualmachines": "machine",
}


def _host(kind: ResourceType, identifier: ResourceId, properties: dict[str, Any]) -> str:
    if kind.unique is None:
        return ""
    name = properties.get(kind.unique.property) if kind.unique.property else identifier.names[-1]
    return f"{name}.{kind.unique.domain}".lower() if name else ""


def check(kind: ResourceType, placement: Placement) -> None:
    """Raise the type's own conflict when another resource has the name."""
    host = _host(kind, placement.id, placement.properties)
    if not host or kind.unique is None:
        return
    holder = placement.world.store.get(HOST, host)
    if holder is not None and holder["id"].lower() != placement.id.key:
        name = host.removesuffix("." + kind.unique.domain)
        raise AzureError(kind.unique.status, kind.unique.code, kind.unique.message.format(name=name), target=name)


def take(kind: ResourceType, placement: Placement) -> None:
    """Reserve the host name and enter the resource into the index of its quota."""
    host = _host(kind, placement.id, placement.properties)
    store = placement.world.store
    if host and store.get(HOST, host) is None:
        store.put(HOST, host, {"id": placement.id.text})
    pointer = _POINTERS.get(placement.id.type.lower())
    if pointer is not None:
        region = placement.location
        if not region:
            account = placement.world.resources.get(placement.id.parent) or {}
            region = str(account.get("location") or "").replace(" ", "").lower()
        key = f"{placement.id.subscription}/{region}{placement.id.key}"
        if store.get(pointer, key) is None:
            store.put(pointer, key, {"id": placement.id.text})


def give_back(world: "World", kind: ResourceType, identifier: ResourceId, document: dict[str, Any]) -> None:
    """Release what a deleted resource held."""
    host = _host(kind, identifier, document.get("properties") or {})
    holder = world.store.get(HOST, host) if host else None
    if holder is not None and holder["id"].lower() == identifier.key:
        world.store.delete(HOST, host)
    pointer = _POINTERS.get(identifier.type.lower())
    if pointer is not None:
        for key in world.store.keys(pointer, prefix=identifier.subscription):
            if key.endswith(identifier.key):
                world.store.delete(pointer, key)
