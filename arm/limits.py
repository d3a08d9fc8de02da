"""Limits on templates and the ledger that enforces them while a template is evaluated."""

from dataclasses import dataclass
from typing import Any

from arm.errors import LimitExceeded
from arm.opaque import Secret, Unknown

UNKNOWN_INSIDE = 1
SECRET_INSIDE = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Azure's documented limits, then our own against runaway templates; sizes in characters."""

    template_size: int = 4 * 1024 * 1024
    resource_size: int = 1024 * 1024
    parameters: int = 256
    variables: int = 256
    resources: int = 800
    outputs: int = 64
    expression_size: int = 24_576
    copy_count: int = 800
    locations: int = 10
    deployment_name: int = 64
    expression_depth: int = 200
    value_depth: int = 128
    steps: int = 2_000_000
    nesting: int = 10
    value_size: int = 16 * 1024 * 1024
    total_size: int = 96 * 1024 * 1024


DEFAULT = Limits()


class Ledger:
    """Counts the steps and the memory one evaluation has used and knows what each container holds.

    Values are never changed after they are made, so what is known of a container is remembered by identity.
    """

    __slots__ = ("_known", "allocated", "limits", "steps")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.steps = 0
        self.allocated = 0
        self._known: dict[int, tuple[Any, int, int, int]] = {}

    def spend(self, steps: int = 1) -> None:
        """Use up evaluation steps; refuse when the template asks for too many."""
        self.steps += steps
        if self.steps > self.limits.steps:
            raise LimitExceeded(
                f"The template needs more than {self.limits.steps} evaluation steps. Please simplify its loops."
            )

    def room_for(self, size: int) -> None:
        """Refuse a value of `size` characters before it is built when it would be too large."""
        self.allocated += size
        if size > self.limits.value_size or self.allocated > self.limits.total_size:
            raise LimitExceeded(
                f"An expression makes a value larger than the allowed {self.limits.value_size} characters.",
            )

    def admit(self, value: Any) -> Any:
        """Account for a freshly made value and hand it on."""
        kind = type(value)
        if kind is str:
            if len(value) > 64:
                self.room_for(len(value))
        elif kind is list or kind is dict:
            self.inspect(value)
        return value

    def inspect(self, value: Any) -> tuple[int, int, int]:
        """Size in characters, what is inside (UNKNOWN_INSIDE, SECRET_INSIDE) and depth of a value."""
        kind = type(value)
        if kind is str:
            return len(value) + 3, 0, 0
        if kind is not list and kind is not dict:
            if isinstance(value, Unknown):
                return 64, UNKNOWN_INSIDE, 0
            if isinstance(value, Secret):
                size, inside, depth = self.inspect(value.reveal())
                return size, inside | SECRET_INSIDE, depth
            return 6, 0, 0
        known = self._known.get(id(value))
        if known is None:
            known = self._measure(value)
            self._known[id(value)] = known
        return known[1], known[2], known[3]

    def _measure(self, value: Any) -> tuple[Any, int, int, int]:
        size, inside, depth = 2, 0, 0
        children = value
        if type(value) is dict:
            children = value.values()
            size += sum(len(key) + 4 for key in value)
        for child in children:
            child_size, child_inside, child_depth = self.inspect(child)
            size += child_size + 1
            inside |= child_inside
            depth = max(depth, child_depth)
        if depth >= self.limits.value_depth:
            raise LimitExceeded(f"A value is nested more than {self.limits.value_depth} levels deep.")
        if size > self.limits.value_size:
            self.room_for(size)
        self.steps += len(value) >> 2
        self.room_for(16 * len(value))
        return value, size, inside, depth + 1
