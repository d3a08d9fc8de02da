"""Where a deployment or a stack lives: a resource group, a subscription, a management group or the tenant."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError
from azure_emulator.planes.groups import being_deleted

if TYPE_CHECKING:
    from azure_emulator.world import World


@dataclass(frozen=True)
class DeploymentScope:
    """One scope; ``id`` is in the casing Azure answers with, empty for the tenant."""

    id: str
    kind: str
    subscription: str = ""
    group: str = ""

    @property
    def is_group(self) -> bool:
        """Whether it is a resource group."""
        return self.kind == "resourceGroup"

    def resource(self, type_name: str, name: str) -> str:
        """The id of an object of Microsoft.Resources in this scope."""
        return f"{self.id}/providers/Microsoft.Resources/{type_name}/{name}"


def scope_at(world: "World", text: str) -> DeploymentScope:
    """The scope a path names; Azure's 404 when its subscription or group does not exist."""
    parts = [part for part in text.split("/") if part]
    lowered = [part.lower() for part in parts]
    match lowered:
        case []:
            return DeploymentScope("", "tenant")
        case ["subscriptions", _]:
            document = world.resources.need_subscription(parts[1])
            identifier = f"/subscriptions/{document.get('subscriptionId', parts[1])}"
            return DeploymentScope(identifier, "subscription", subscription=identifier.rsplit("/", 1)[-1])
        case ["subscriptions", _, "resourcegroups", _]:
            group = world.resources.need_group(parts[1], parts[3])
            names = str(group["id"]).split("/")
            return DeploymentScope(group["id"], "resourceGroup", subscription=names[2], group=names[4])
        case ["providers", "microsoft.management", "managementgroups", _]:
            return DeploymentScope(text.rstrip("/"), "managementGroup")
    raise AzureError(
        400, "InvalidDeploymentScope", f"The scope '{text}' is not a scope that deployments can be created at."
    )


def check_writable(world: "World", scope: DeploymentScope) -> None:
    """Raise Azure's 409 when the scope's group is on its way out."""
    group = group_of(world, scope)
    if group is not None and (group.get("properties") or {}).get("provisioningState") == "Deleting":
        raise being_deleted(str(group["name"]))


def group_of(world: "World", scope: DeploymentScope) -> dict[str, Any] | None:
    """The document of the scope's resource group."""
    return world.resources.group(scope.subscription, scope.group) if scope.is_group else None
