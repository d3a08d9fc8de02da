"""What a resource type does beyond being stored; the default for types nobody described."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure_emulator.identifiers import ResourceId

if TYPE_CHECKING:
    from azure_emulator.http import Answer, Request
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]


@dataclass(frozen=True)
class ResourceWrite:
    """One wish to create or change a resource, from a PUT, a PATCH or a deployment."""

    identifier: ResourceId
    api_version: str
    body: Document
    existing: Document | None
    principal: "Principal"


class ResourceBehaviour:
    """Answers the questions the generic routes and the deployment engine ask about a type.

    The registry in ``azure_emulator.resource_types`` derives from this class and installs itself with
    ``install(behaviour)`` when it is imported.
    """

    def check(self, world: "World", write: ResourceWrite) -> None:
        """Raise AzureError when Azure would refuse the write (name, version, region, SKU, quota, soft-deleted twin)."""

    def complete(self, world: "World", write: ResourceWrite) -> Document:
        """The resource as Azure would return it: the body plus what the service fills in."""
        body = {key: value for key, value in write.body.items() if key not in {"id", "name", "type"}}
        properties = body.get("properties")
        kept = properties if isinstance(properties, dict) else {}
        return {**body, "properties": {**kept, "provisioningState": "Succeeded"}}

    def create_seconds(self, resource_type: str) -> float:
        """How long Azure usually takes to create one."""
        return 10

    def delete_seconds(self, resource_type: str) -> float:
        """How long Azure usually takes to delete one."""
        return 5

    def released(self, world: "World", document: Document) -> None:
        """Called after a resource was removed: the place where soft-deleted kinds go to their deleted list."""

    def act(self, request: "Request", document: Document, action: str) -> "Answer | None":
        """Answer a POST action on a resource (``listKeys``, ``restart``); None when the type has no such action."""
        return None

    def providers(self) -> dict[str, list[str]]:
        """Provider namespaces in their proper casing, each with its resource types."""
        return {}


_installed: list[ResourceBehaviour] = [ResourceBehaviour()]


def install(behaviour: ResourceBehaviour) -> None:
    """Make this the behaviour of every world built from now on."""
    _installed[:] = [behaviour]


def installed() -> ResourceBehaviour:
    """The behaviour in force."""
    return _installed[0]
