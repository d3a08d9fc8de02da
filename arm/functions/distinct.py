"""Ordered sets of JSON values with the language's own equality."""

from typing import TYPE_CHECKING, Any

from arm.values import same

if TYPE_CHECKING:
    from arm.frames import Frame


def _bucket(value: Any) -> Any:
    """A hashable that is equal for equal values; containers inside containers count by their size only."""
    if isinstance(value, dict):
        return dict, frozenset((key.lower(), _scalar(item)) for key, item in value.items())
    if isinstance(value, list):
        return list, tuple(map(_scalar, value))
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, dict | list):
        return type(value), len(value)
    if isinstance(value, bool):
        return bool, value
    return (float, value) if isinstance(value, int | float) else (type(value), value)


class Distinct:
    """Values in order of first appearance, each once."""

    def __init__(self, frame: "Frame") -> None:
        self.items: list[Any] = []
        self._frame = frame
        self._buckets: dict[Any, list[Any]] = {}

    def __contains__(self, value: Any) -> bool:
        bucket = self._buckets.get(_bucket(value), ())
        self._frame.ledger.spend(1 + len(bucket))
        return any(same(value, item) for item in bucket)

    def add(self, value: Any) -> None:
        if value not in self:
            self._buckets.setdefault(_bucket(value), []).append(value)
            self.items.append(value)

    def common(self, other: "Distinct") -> "Distinct":
        kept = Distinct(self._frame)
        for item in self.items:
            if item in other:
                kept.add(item)
        return kept
