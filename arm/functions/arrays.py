"""Array functions, and those that work on arrays, strings and objects alike."""

from typing import TYPE_CHECKING, Any

from arm.functions.arguments import array, integer, invalid, mapping, text, wrong_type
from arm.functions.distinct import Distinct
from arm.functions.objects import merge
from arm.limits import SECRET_INSIDE, UNKNOWN_INSIDE
from arm.opaque import Secret, Undecided, Unknown, reveal, unknowns_in
from arm.registry import UNBOUNDED, function
from arm.values import MISSING, look_up, same

if TYPE_CHECKING:
    from arm.frames import Frame

_LONGEST_RANGE = 10_000


@function("array", 1)
def array_(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@function("createArray", 0, UNBOUNDED, holds=True)
def create_array(*values: Any) -> list[Any]:
    return list(values)


@function("length", 1)
def length(value: Any) -> int:
    if isinstance(value, str | list | dict):
        return len(value)
    raise wrong_type("length", value, "an array, an object or a string")


@function("empty", 1)
def empty(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, str | list | dict):
        return not value
    raise wrong_type("empty", value, "an array, an object or a string")


@function("contains", 2, wants_frame=True)
def contains(frame: "Frame", container: Any, item: Any) -> bool:
    if isinstance(container, dict):
        return look_up(container, str(item)) is not MISSING
    if isinstance(container, list):
        return _has_member(container, item)
    if isinstance(container, str) and isinstance(item, str):
        frame.ledger.spend(len(item) >> 6)
        return item in container
    if isinstance(container, str) and isinstance(item, int):
        return str(item) in container
    raise wrong_type("contains", container, "an array, an object or a string")


def _has_member(members: list[Any], item: Any) -> bool:
    known, waiting = reveal(members), unknowns_in([members, item])
    if any(same(member, item) for member in known if not isinstance(member, Unknown)):
        return True
    if waiting:
        raise Undecided(waiting[0])
    return False


@function("first", 1)
def first(value: Any) -> Any:
    if isinstance(value, str):
        return value[:1]
    return array("first", value)[0] if value else None


@function("last", 1)
def last(value: Any) -> Any:
    if isinstance(value, str):
        return value[-1:]
    return array("last", value)[-1] if value else None


@function("take", 2)
def take(value: Any, count: Any) -> Any:
    amount = max(0, integer("take", count))
    return value[:amount] if isinstance(value, str) else array("take", value)[:amount]


@function("skip", 2)
def skip(value: Any, count: Any) -> Any:
    amount = max(0, integer("skip", count))
    return value[amount:] if isinstance(value, str) else array("skip", value)[amount:]


@function("indexOf", 2, deep=True)
def index_of(container: Any, item: Any) -> int:
    if isinstance(container, str):
        return container.lower().find(text("indexOf", item).lower())
    return next((place for place, member in enumerate(array("indexOf", container)) if same(member, item)), -1)


@function("lastIndexOf", 2, deep=True)
def last_index_of(container: Any, item: Any) -> int:
    if isinstance(container, str):
        return container.lower().rfind(text("lastIndexOf", item).lower())
    members = array("lastIndexOf", container)
    return next((place for place in range(len(members) - 1, -1, -1) if same(members[place], item)), -1)


@function("range", 2, wants_frame=True)
def range_(frame: "Frame", start: Any, count: Any) -> list[int]:
    begin, amount = integer("range", start), integer("range", count)
    if not 0 <= amount <= _LONGEST_RANGE:
        raise invalid("range", f"the count '{amount}' must be between 0 and {_LONGEST_RANGE}")
    if begin + amount > 2**31 - 1:
        raise invalid("range", "the sum of start index and count must not exceed 2147483647")
    frame.ledger.spend(amount >> 3)
    return list(range(begin, begin + amount))


@function("union", 1, UNBOUNDED, wants_frame=True)
def union(frame: "Frame", *values: Any) -> Any:
    if isinstance(values[0], dict):
        merged: dict[str, Any] = {}
        for value in values:
            merged = merge(merged, mapping("union", value), frame)
        return merged
    inside = 0
    for value in values:
        inside |= frame.ledger.inspect(array("union", value))[1]
    if inside & UNKNOWN_INSIDE:
        raise Undecided(unknowns_in(list(values))[0])
    found = Distinct(frame)
    for value in values:
        for item in reveal(value):
            found.add(item)
    return Secret(found.items) if inside & SECRET_INSIDE else found.items


@function("intersection", 1, UNBOUNDED, deep=True, wants_frame=True)
def intersection(frame: "Frame", *values: Any) -> Any:
    if isinstance(values[0], dict):
        return _common_members([mapping("intersection", value) for value in values])
    found = Distinct(frame)
    for item in array("intersection", values[0]):
        found.add(item)
    for value in values[1:]:
        other = Distinct(frame)
        for item in array("intersection", value):
            other.add(item)
        found = found.common(other)
    return found.items


def _common_members(objects: list[dict[str, Any]]) -> dict[str, Any]:
    first_one, *others = objects
    kept = {}
    for key, item in first_one.items():
        found = [look_up(other, key) for other in others]
        if all(candidate is not MISSING and same(item, candidate) for candidate in found):
            kept[key] = item
    return kept


@function("flatten", 1)
def flatten(values: Any) -> list[Any]:
    flat: list[Any] = []
    for value in array("flatten", values):
        if isinstance(value, Unknown):
            flat.append(value)
        else:
            flat.extend(array("flatten", value))
    return flat


@function("pickZones", 3, 5)
def pick_zones(namespace: Any, resource_type: Any, location: Any, count: Any = 1, offset: Any = 0) -> list[str]:
    full_type = f"{text('pickZones', namespace)}/{text('pickZones', resource_type)}".lower()
    wanted, skipped = integer("pickZones", count), integer("pickZones", offset)
    if not 1 <= wanted <= 3 or not 0 <= skipped <= 2:
        raise invalid("pickZones", "the number of zones must be 1 to 3 and the offset 0 to 2")
    if full_type not in _ZONAL_TYPES or text("pickZones", location).lower().replace(" ", "") in _WITHOUT_ZONES:
        return []
    if wanted + skipped > 3:
        raise invalid("pickZones", "the location has only 3 zones")
    return [str(zone + 1) for zone in range(skipped, skipped + wanted)]


_ZONAL_TYPES = {
    "microsoft.compute/virtualmachines",
    "microsoft.compute/virtualmachinescalesets",
    "microsoft.compute/disks",
    "microsoft.network/publicipaddresses",
    "microsoft.network/publicipprefixes",
    "microsoft.network/natgateways",
    "microsoft.network/applicationgateways",
    "microsoft.network/azurefirewalls",
    "microsoft.network/loadbalancers",
    "microsoft.cache/redis",
    "microsoft.containerservice/managedclusters",
    "microsoft.documentdb/databaseaccounts",
}
_WITHOUT_ZONES = {
    "westus",
    "northcentralus",
    "westcentralus",
    "canadaeast",
    "ukwest",
    "westindia",
    "southindia",
    "australiasoutheast",
    "australiacentral",
    "australiacentral2",
    "koreasouth",
    "francesouth",
    "germanynorth",
    "norwaywest",
    "switzerlandwest",
    "uaecentral",
    "southafricawest",
    "brazilsoutheast",
    "japanwest",
    "jioindiawest",
}
