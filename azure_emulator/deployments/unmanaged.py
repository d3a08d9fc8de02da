"""What happens to resources a stack no longer manages: deleted in an order that works, or let go."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from azure_emulator.deployments.calls import call, claimed
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.locks import check_not_locked
from azure_emulator.planes.groups import begin_group_delete

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
WITHOUT_DELETE = frozenset({"microsoft.keyvault/vaults/secrets", "microsoft.keyvault/vaults/keys"})


def is_group(identifier: str) -> bool:
    """Whether an id is a resource group's."""
    parts = identifier.strip("/").lower().split("/")
    return len(parts) == 4 and parts[2] == "resourcegroups"


def action_for(identifier: str, actions: Document) -> str:
    """``delete`` or ``detach`` for one resource that left the stack."""
    kind = "resourceGroups" if is_group(identifier) else "resources"
    action = str(actions.get(kind) or "detach").lower()
    parsed = parse_resource_id(identifier)
    if parsed is not None and parsed.type.lower() in WITHOUT_DELETE and action == "delete":
        return "detach" if str(actions.get("resourcesWithoutDeleteSupport", "")).lower() == "detach" else "fail"
    return action


def in_delete_order(identifiers: Iterable[str]) -> list[str]:
    """Extensions and children before what they hang on, groups last."""

    def rank(identifier: str) -> tuple[bool, int]:
        parsed = parse_resource_id(identifier)
        depth = identifier.count("/") if parsed else 0
        return (is_group(identifier), -depth)

    return sorted(identifiers, key=rank)


def seconds_to_delete(world: "World", identifiers: Iterable[str]) -> float:
    """How long Azure usually takes to delete these together."""
    longest = 2.0
    for identifier in identifiers:
        parsed = parse_resource_id(identifier)
        if parsed is not None:
            longest = max(longest, world.behaviour.delete_seconds(parsed.type))
    return longest


def delete(world: "World", identifier: str, *, principal: "Principal", api_version: str) -> bool:
    """Delete one resource with the caller's rights; False while it is still going. Raises Azure's refusal."""
    if world.faults.is_delete_stuck(identifier):
        return False
    if is_group(identifier):
        return _delete_group(world, identifier, principal)
    if claimed("DELETE", identifier) is not None:
        call(world, "DELETE", identifier, principal=principal, api_version=api_version)
        return True
    if not world.resources.exists(identifier):
        return True
    parsed = parse_resource_id(identifier)
    if parsed is not None:
        world.access.check(principal, f"{parsed.type}/delete", identifier)
    check_not_locked(world, identifier)
    world.resources.delete(identifier)
    return True


def _delete_group(world: "World", identifier: str, principal: "Principal") -> bool:
    group = world.store.get("group", identifier)
    if group is None:
        return True
    if group["properties"]["provisioningState"] != "Deleting":
        world.access.check(principal, "Microsoft.Resources/subscriptions/resourceGroups/delete", identifier)
        check_not_locked(world, identifier)
        begin_group_delete(world, group)
    return False


def refusal(identifier: str) -> AzureError:
    """The error for a type that Resource Manager cannot delete."""
    return AzureError(
        409,
        "ResourceDeleteNotSupported",
        f"The resource '{identifier}' cannot be deleted: its type does not support it.",
    )
