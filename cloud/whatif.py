"""Reading Azure's what-if answer: resources and, flattened, the properties that would change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cloud import ids


@dataclass(frozen=True)
class Delta:
    """One property that would change; `path` is like `properties.sku.name` or `properties.rules[0].port`.

    `action` is Azure's word: Create, Delete, Modify, NoEffect.
    """

    path: str
    action: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Change:
    """One resource that would change; `action` is Azure's word: Create, Modify, Delete, NoChange, Ignore, Deploy…"""

    action: str
    id: str
    type: str
    name: str
    deltas: tuple[Delta, ...] = ()
    reason: str = ""


def changes_of(properties: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes in the order Azure lists them."""
    return tuple(_change(item) for item in properties.get("changes") or ())


def _change(item: Mapping[str, Any]) -> Change:
    resource_id = str(item.get("resourceId") or "")
    return Change(
        action=str(item.get("changeType") or ""),
        id=resource_id,
        type=_type(item, resource_id),
        name=ids.name_of(resource_id),
        deltas=tuple(_flat(item.get("delta") or (), "")),
        reason=str(item.get("unsupportedReason") or ""),
    )


def _type(item: Mapping[str, Any], resource_id: str) -> str:
    """The type as the payload names it, else from the id; a resource group's id names no provider."""
    payload = item.get("after") or item.get("before") or {}
    if isinstance(payload, Mapping) and payload.get("type"):
        return str(payload["type"])
    return ids.type_of(resource_id) or "Microsoft.Resources/resourceGroups"


def _flat(deltas: Any, prefix: str) -> Iterator[Delta]:
    """Leaves only; the children of an array are addressed by their index."""
    for delta in deltas:
        path = _joined(prefix, str(delta.get("path") or ""))
        if children := delta.get("children"):
            yield from _flat(children, path)
        else:
            action = str(delta.get("propertyChangeType") or "")
            yield Delta(path=path, action=action, before=delta.get("before"), after=delta.get("after"))


def _joined(prefix: str, path: str) -> str:
    if path.isdigit():
        return f"{prefix}[{path}]"
    return f"{prefix}.{path}" if prefix else path
