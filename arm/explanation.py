"""What a template builds, in a form a person can read before anything is paid for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from arm.expansion import ExpandedResource, Expansion
from arm.opaque import Secret, Unknown, plain, unknowns_in
from arm.values import canonical_json, get

_SIZES = ("vmSize", "sku", "size", "skuName", "tier")


@dataclass(frozen=True, slots=True)
class ExplainedUnknown:
    """A value that only the deployment can tell: where it stands, its expression, what it waits for."""

    path: str
    expression: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResourceExplanation:
    """One line of what a template builds; loop instances that differ in name only share a line."""

    type: str
    name: str
    location: str
    sku: str
    count: int
    names: tuple[str, ...] = ()
    kind: str = ""
    api_version: str = ""
    resource_group: str = ""
    subscription_id: str = ""
    existing: bool = False
    deferred: str = ""
    unknowns: tuple[ExplainedUnknown, ...] = ()


def explain(expansion: Expansion) -> list[ResourceExplanation]:
    """Every resource, those of nested deployments included; the deployments themselves only when they stay closed."""
    lines: dict[str, list[ExpandedResource]] = {}
    for resource in expansion.all_resources():
        if resource.is_deployment and resource.nested is not None:
            continue
        lines.setdefault(_line_key(resource), []).append(resource)
    return [_explained(members) for members in lines.values()]


def _line_key(resource: ExpandedResource) -> str:
    if not resource.copy_name:
        return resource.id.lower()
    place = [resource.type.lower(), resource.copy_name.lower(), resource.resource_group.lower(), list(resource.path)]
    return canonical_json([place, _text(resource.location), sku_text(resource.body)])


def _explained(members: list[ExpandedResource]) -> ResourceExplanation:
    first = members[0]
    return ResourceExplanation(
        type=first.type,
        name=first.name,
        location=_text(first.location),
        sku=sku_text(first.body),
        count=len(members),
        names=tuple(member.name for member in members),
        kind=_text(get(first.body, "kind")),
        api_version=first.api_version,
        resource_group=first.resource_group,
        subscription_id=first.subscription_id,
        existing=first.existing,
        deferred=first.deferred,
        unknowns=tuple(_unknowns(first.body)),
    )


def _unknowns(value: Any, path: str = "") -> Iterable[ExplainedUnknown]:
    if isinstance(value, Unknown):
        yield ExplainedUnknown(path, value.expression, value.reason)
    elif isinstance(value, Secret):
        for found in unknowns_in(value):
            yield ExplainedUnknown(path, found.expression, found.reason)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unknowns(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unknowns(item, f"{path}[{place}]")


def _text(value: Any) -> str:
    shown = plain(value)
    return shown if isinstance(shown, str) else "" if shown is None else str(shown)


def sku_text(body: dict[str, Any]) -> str:
    """The size a resource is billed by, as far as it says so: sku name, tier and capacity, or the machine size."""
    properties = get(body, "properties", {})
    sku = get(body, "sku", get(properties, "sku"))
    if isinstance(sku, dict):
        parts = [_text(get(sku, key)) for key in ("name", "tier", "capacity")]
        name, tier, capacity = parts
        shown = name or tier
        if tier and tier.lower() not in shown.lower():
            shown = f"{shown} ({tier})"
        return f"{shown} × {capacity}" if capacity else shown
    if sku is not None:
        return _text(sku)
    for holder in (get(properties, "hardwareProfile", {}), properties):
        for key in _SIZES:
            found = get(holder, key)
            if isinstance(found, str | Unknown):
                return _text(found)
    return ""
