"""When each resource began and ceased to exist: what the cost of a day follows from."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from azure_emulator.clock import iso
from azure_emulator.identifiers import parse_resource_id

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

KIND = "meter"


class Meter:
    """One document per life of a resource; the tags are those of its last write."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def started(self, document: Document) -> None:
        """A resource appeared; its document carries the time in ``_created_at``."""
        parsed = parse_resource_id(document["id"])
        if parsed is None or parsed.is_extension:
            return
        life = {
            "resourceId": document["id"],
            "type": document["type"],
            "subscription": parsed.subscription,
            "group": parsed.group,
            "location": document.get("location", ""),
            "sku": _sku(document),
            "start": document["_created_at"],
            "end": None,
        }
        self._world.store.put(KIND, _key(document), life)

    def ended(self, document: Document) -> None:
        """A resource ceased to exist."""
        store = self._world.store
        record = store.get(KIND, _key(document))
        if record is not None:
            tags = document.get("tags") or {}
            store.put(KIND, _key(document), {**record, "end": iso(self._world.clock.now()), "tags": tags})

    def lives(self, subscription: str) -> list[Document]:
        """Every life recorded in a subscription, ended or not."""
        return self._world.store.list(KIND, prefix=f"/subscriptions/{subscription}/")


def moment(text: str) -> datetime:
    """A stored time as a datetime."""
    return datetime.fromisoformat(text[:26] + "+00:00")


def _key(document: Document) -> str:
    return f"{document['id']}@{document['_created_at']}"


def _sku(document: Document) -> str:
    sku = document.get("sku")
    return str(sku.get("name", "")) if isinstance(sku, dict) else ""
