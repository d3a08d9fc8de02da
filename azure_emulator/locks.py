"""Management locks: what keeps a scope from being deleted or changed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError
from azure_emulator.identifiers import contains

if TYPE_CHECKING:
    from azure_emulator.world import World

KIND = "lock"
Document = dict[str, Any]


def scope_of(lock: Document) -> str:
    """The scope a lock is made at."""
    return str(lock["id"]).rsplit("/providers/", 1)[0]


def locks_on(world: "World", scope: str) -> Iterator[Document]:
    """Locks at, above or below a scope: those that stop its deletion."""
    if not world.store.count(KIND):
        return
    for lock in world.store.items(KIND):
        place = scope_of(lock)
        if contains(place, scope) or contains(scope, place):
            yield lock


def check_not_locked(world: "World", scope: str) -> None:
    """Raise Azure's 409 when a lock at, above or below forbids deleting the scope."""
    for lock in locks_on(world, scope):
        raise _locked("delete", scope, lock)


def check_writable(world: "World", scope: str) -> None:
    """Raise Azure's 409 when a ReadOnly lock at or above forbids changing the scope."""
    for lock in locks_on(world, scope):
        if lock["properties"]["level"] == "ReadOnly" and contains(scope_of(lock), scope):
            raise _locked("write", scope, lock)


def _locked(operation: str, scope: str, lock: Document) -> AzureError:
    return AzureError(
        409,
        "ScopeLocked",
        f"The scope '{scope}' cannot perform {operation} operation because following scope(s) are locked: "
        f"'{scope_of(lock)}'. Please remove the lock and try again.",
    )
