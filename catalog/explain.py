"""What a version would build, resource by resource, before anybody pays for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import arm
from catalog.blueprint import Blueprint
from catalog.localized import Localized
from catalog.parameters import Parameter
from catalog.resource_labels import label_of
from catalog.samples import SAMPLES, sample_context, sample_value

_KEPT = 256
_MAX_SWITCHES = 12
# Trying every switch of a template takes a moment each; a template this long has more parts than a page should list.
_MAX_SIZE = 200_000


@dataclass(frozen=True)
class ResourceLine:
    """Resources of one kind. `name` and `location` are empty when only the environment decides them.

    `unknown_reason` says why something about them cannot be told before the deployment runs.
    """

    type: str
    label: Localized
    name: str
    count: int
    sku: str
    location: str
    unknown_reason: str


@dataclass(frozen=True)
class Option:
    """What comes on top when a yes-or-no parameter is switched on."""

    parameter: Parameter
    lines: tuple[ResourceLine, ...]


def resources_built(
    blueprint: Blueprint, *, parameters: Mapping[str, Any] | None = None, region: str | None = None
) -> tuple[ResourceLine, ...]:
    """The resources in template order, loops counted together. Raises arm.ArmError when the values do not fit."""
    given = dict(parameters or {})
    one, other = (_expand(blueprint, given, region, sample) for sample in SAMPLES)
    others: list[arm.ExpandedResource | None] = [*other] if len(other) == len(one) else [None] * len(one)
    return _counted([_line(first, second) for first, second in zip(one, others, strict=True)])


@dataclass(frozen=True)
class Explained:
    """What is built when nothing is changed in the form. `problem` is set when that cannot be told."""

    lines: tuple[ResourceLine, ...] = ()
    problem: str = ""


@lru_cache(maxsize=_KEPT)
def default_resources(blueprint: Blueprint) -> Explained:
    """The resources of the defaults, with sample values for what has none."""
    try:
        return Explained(resources_built(blueprint))
    except arm.ArmError as error:
        return Explained(problem=error.message)


@lru_cache(maxsize=_KEPT)
def options(blueprint: Blueprint) -> tuple[Option, ...]:
    """What each switch adds that the defaults leave out."""
    usual = default_resources(blueprint)
    if usual.problem or blueprint.size > _MAX_SIZE:
        return ()
    switches = [
        each for each in blueprint.parameters if each.type == "bool" and not each.default and not each.is_hidden
    ]
    found = (Option(each, _added(blueprint, each, usual.lines)) for each in switches[:_MAX_SWITCHES])
    return tuple(option for option in found if option.lines)


def _added(blueprint: Blueprint, switch: Parameter, usual: tuple[ResourceLine, ...]) -> tuple[ResourceLine, ...]:
    try:
        lines = resources_built(blueprint, parameters={switch.name: True})
    except arm.ArmError:
        return ()
    known = {(line.type, line.name, line.sku): line.count for line in usual}
    more = ((line, line.count - known.get((line.type, line.name, line.sku), 0)) for line in lines)
    return tuple(replace(line, count=count) for line, count in more if count > 0)


def _expand(
    blueprint: Blueprint, given: Mapping[str, Any], region: str | None, sample: int
) -> list[arm.ExpandedResource]:
    wanted = {name.lower() for name in given}
    missing = {
        each.name: sample_value(each, sample)
        for each in blueprint.parameters
        if each.required and each.name.lower() not in wanted
    }
    expansion = arm.expand(
        blueprint.template, parameters={**missing, **given}, context=sample_context(sample, region=region)
    )
    return [
        each for each in expansion.all_resources() if not each.existing and (not each.is_deployment or each.deferred)
    ]


def _line(one: arm.ExpandedResource, other: arm.ExpandedResource | None) -> ResourceLine:
    """The line of a resource; what its twin in the other place does not share is left open."""
    name = one.name if other and one.name == other.name else ""
    location = one.location if other and isinstance(one.location, str) and one.location == other.location else ""
    return ResourceLine(
        type=one.type,
        label=label_of(one.type),
        name=name,
        count=1,
        sku=_sku(one.body.get("sku")),
        location=location,
        unknown_reason=one.deferred,
    )


def _sku(sku: Any) -> str:
    """`GlobalStandard × 10`, `S0`; empty when the resource has none or it is not known yet."""
    if not isinstance(sku, Mapping):
        return ""
    name, capacity = sku.get("name"), sku.get("capacity")
    if not isinstance(name, str):
        return ""
    return f"{name} × {capacity}" if isinstance(capacity, int) else name


def _counted(lines: list[ResourceLine]) -> tuple[ResourceLine, ...]:
    """Lines that say the same become one with a count, in the place of the first."""
    counted: dict[tuple[str, str, str, str, str], ResourceLine] = {}
    for line in lines:
        key = (line.type.lower(), line.name, line.sku, line.location, line.unknown_reason)
        known = counted.get(key)
        counted[key] = replace(known, count=known.count + 1) if known else line
    return tuple(counted.values())
