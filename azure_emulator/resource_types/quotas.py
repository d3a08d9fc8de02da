"""Limits of a subscription: the seeded ones over the usual ones, as the usage routes show them."""

from typing import TYPE_CHECKING

from azure_emulator.planes.quotas import COGNITIVE, COMPUTE

if TYPE_CHECKING:
    from azure_emulator.world import World


def limit_and_used(world: "World", subscription: str, name: str, *, usual: int) -> tuple[int, int]:
    """The limit of a quota, and what the seed says is used besides what stands in the world."""
    known = COGNITIVE.get(name) or COMPUTE.get(name)
    own = (world.store.get("subscription", subscription) or {}).get("quotas", {}).get(name, {})
    return int(own.get("limit", known[1] if known else usual)), int(own.get("used", 0))
