"""Expansions of running deployments, worked out once and kept until the deployment ends."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from arm import Expansion
from azure_emulator.deployments.records import DEPLOYMENT, INPUT, principal_of
from azure_emulator.deployments.runtime import DeployedState
from azure_emulator.deployments.scopes import scope_at
from azure_emulator.deployments.submissions import Submission, expand_submission

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]


class _Worlds(WeakKeyDictionary["_Key", dict[str, tuple[str, Expansion]]]):
    """Kept per store, because a world cannot be hashed."""


_Key = Any
_kept: _Worlds = _Worlds()


def keep(world: "World", deployment_id: str, serial: str, expansion: Expansion) -> None:
    """Remember the expansion of a deployment that was just accepted."""
    _kept.setdefault(world.store, {})[deployment_id.lower()] = (serial, expansion)


def forget(world: "World", deployment_id: str) -> None:
    """Drop the expansion of a deployment that has ended."""
    _kept.get(world.store, {}).pop(deployment_id.lower(), None)


def expansion_of(world: "World", deployment_id: str) -> Expansion:
    """The expansion of a deployment; worked out again after a restart, with the same time and the same GUIDs."""
    record = world.store.get(DEPLOYMENT, deployment_id)
    stored = world.store.get(INPUT, deployment_id)
    if record is None or stored is None:
        raise LookupError(deployment_id)
    known = _kept.get(world.store, {}).get(deployment_id.lower())
    if known is not None and known[0] == record["_serial"]:
        return known[1]
    expansion = _again(world, record, stored)
    keep(world, deployment_id, record["_serial"], expansion)
    return expansion


def _again(world: "World", record: Document, stored: Document) -> Expansion:
    parent = stored.get("nested_in")
    if parent is None:
        scope = scope_at(world, record["id"].lower().split("/providers/microsoft.resources/deployments/")[0])
        return expand_submission(world, Submission(scope, record["name"], stored))
    outer = expansion_of(world, parent)
    runtime = DeployedState(world, principal_of(record["_caller"]))
    resource = next(item for item in outer.resources if item.id.lower() == stored["resource"])
    return resource.resolve_nested(runtime)
