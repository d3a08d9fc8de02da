"""Object functions."""

from typing import TYPE_CHECKING, Any

from arm.functions.arguments import array, invalid, mapping, text
from arm.nodes import pick
from arm.opaque import Secret, Undecided, Unknown, reveal
from arm.registry import UNBOUNDED, function
from arm.values import MISSING

if TYPE_CHECKING:
    from arm.frames import Frame


@function("createObject", 0, UNBOUNDED, holds=True)
def create_object(*parts: Any) -> dict[str, Any]:
    if len(parts) % 2:
        raise invalid("createObject", "the number of arguments must be even: names and values in turn")
    return {text("createObject", parts[place]): parts[place + 1] for place in range(0, len(parts), 2)}


def merge(left: dict[str, Any], right: dict[str, Any], frame: "Frame") -> dict[str, Any]:
    """A deep merge: later values win, objects merge, arrays are replaced."""
    frame.ledger.spend(1 + ((len(left) + len(right)) >> 2))
    merged = dict(left)
    spelling = {key.lower(): key for key in left}
    for key, item in right.items():
        known = spelling.setdefault(key.lower(), key)
        before = merged.get(known)
        merged[known] = _merged(before, item, frame)
    return merged


def _merged(before: Any, after: Any, frame: "Frame") -> Any:
    for one, other in ((before, after), (after, before)):
        if isinstance(one, Unknown) and isinstance(other, dict | Unknown):
            raise Undecided(one)
    if isinstance(before, Secret) and isinstance(after, dict | Secret):
        return Secret(_merged(before.reveal(), reveal(after), frame))
    if isinstance(after, Secret) and isinstance(before, dict):
        return Secret(_merged(reveal(before), after.reveal(), frame))
    return merge(before, after, frame) if isinstance(before, dict) and isinstance(after, dict) else after


@function("shallowMerge", 1)
def shallow_merge(values: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    spelling: dict[str, str] = {}
    for value in array("shallowMerge", values):
        for key, item in mapping("shallowMerge", value).items():
            merged[spelling.setdefault(key.lower(), key)] = item
    return merged


def _sort_key(key: str) -> tuple[str, str]:
    return key.lower(), key.swapcase()


@function("items", 1)
def items(value: Any) -> list[dict[str, Any]]:
    members = mapping("items", value)
    return [{"key": key, "value": members[key]} for key in sorted(members, key=_sort_key)]


@function("objectKeys", 1)
def object_keys(value: Any) -> list[str]:
    return sorted(mapping("objectKeys", value), key=_sort_key)


@function("tryGet", 2, UNBOUNDED, wants_frame=True)
def try_get(frame: "Frame", value: Any, *path: Any) -> Any:
    for place, key in enumerate(path):
        if place and value is None:
            return None
        value = pick(value, key, frame)
        if value is MISSING:
            return None
    return value


@function("tryIndexFromEnd", 2)
def try_index_from_end(value: Any, index: Any) -> Any:
    members = array("tryIndexFromEnd", value)
    return members[-index] if isinstance(index, int) and 1 <= index <= len(members) else None


@function("indexFromEnd", 2)
def index_from_end(value: Any, index: Any) -> Any:
    members = array("indexFromEnd", value)
    if not isinstance(index, int) or not 1 <= index <= len(members):
        raise invalid("indexFromEnd", f"the index '{index}' is out of bounds")
    return members[-index]
