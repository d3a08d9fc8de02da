"""How a resource would change: property by property, the way what-if reports it."""

from typing import Any

from azure_emulator.resource_types.kinds import WRITE_ONLY

Document = dict[str, Any]
READ_ONLY = frozenset({"provisioningstate"}) | WRITE_ONLY
HIDDEN = "******"


def delta(before: Any, after: Any) -> list[Document]:
    """Property changes that turn ``before`` into ``after``; what the template leaves out stays as it is."""
    return _objects(before, after, path="")


def _objects(before: Any, after: Any, *, path: str) -> list[Document]:
    changes: list[Document] = []
    before = before if isinstance(before, dict) else {}
    names = {name.lower(): name for name in before}
    for name, value in after.items():
        if name.lower() in READ_ONLY or value == HIDDEN or (_is_expression(value) and name.lower() in names):
            continue
        known = names.get(name.lower())
        place = f"{path}.{name}" if path else name
        if known is None:
            if value is not None:
                changes.append(_change(place, "Create", None, value))
            continue
        changes += _values(before[known], value, path=place)
    return changes


def _values(before: Any, after: Any, *, path: str) -> list[Document]:
    if _same(before, after):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return _objects(before, after, path=path)
    if isinstance(before, list) and isinstance(after, list):
        children = _items(before, after)
        return [{**_change(path, "Array", before, after), "children": children}] if children else []
    if after is None:
        return [_change(path, "Delete", before, None)]
    return [_change(path, "Modify", before, after)]


def _items(before: list[Any], after: list[Any]) -> list[Document]:
    changes: list[Document] = []
    for index in range(max(len(before), len(after))):
        if index >= len(after):
            changes.append(_change(str(index), "Delete", before[index], None))
        elif index >= len(before):
            changes.append(_change(str(index), "Create", None, after[index]))
        else:
            old, new = before[index], after[index]
            if isinstance(old, dict) and isinstance(new, dict):
                inner = _objects(old, new, path="")
                if inner:
                    changes.append({**_change(str(index), "Modify", old, new), "children": inner})
            elif not _same(old, new):
                changes.append(_change(str(index), "Modify", old, new))
    return changes


def _same(before: Any, after: Any) -> bool:
    if after == HIDDEN or _is_expression(after):
        return True
    if isinstance(before, str) and isinstance(after, str):
        return before == after or (before.startswith("/subscriptions/") and before.lower() == after.lower())
    return bool(before == after)


def _is_expression(value: Any) -> bool:
    """Whether only the deployment can tell the value: what-if does not report that as a change."""
    return isinstance(value, str) and value.startswith("[") and value.endswith("]") and not value.startswith("[[")


def _change(path: str, kind: str, before: Any, after: Any) -> Document:
    change = {"path": path, "propertyChangeType": kind, "before": before, "after": after}
    return {key: value for key, value in change.items() if value is not None}
