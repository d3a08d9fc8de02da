"""A template taken apart for the checks: every expression with its place, every name with its uses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from arm.errors import ArmError
from arm.grammar import is_expression, parse_expression
from arm.nodes import Access, Call, Literal, Node
from arm.template import Template
from arm.values import get

Place = tuple[str | int, ...]


@dataclass
class Reading:
    """What the checks look at."""

    template: Template
    name: str
    as_of: date
    expressions: list[tuple[Place, str, Node]] = field(default_factory=list)
    malformed: list[tuple[Place, str]] = field(default_factory=list)
    calls: list[tuple[Place, Call]] = field(default_factory=list)
    resources: list[tuple[Place, dict[str, Any]]] = field(default_factory=list)

    def names_given_to(self, function: str) -> set[str]:
        """Lower-case literal first arguments of a function's calls: which parameters or variables are used."""
        return {
            str(call.arguments[0].value).lower()
            for _, call in self.calls
            if call.name.lower() == function and call.arguments and isinstance(call.arguments[0], Literal)
        }

    def has_computed_names(self, function: str) -> bool:
        """Whether some call of a function computes the name it asks for."""
        return any(
            call.name.lower() == function and call.arguments and not isinstance(call.arguments[0], Literal)
            for _, call in self.calls
        )

    def calls_in(self, place: Place) -> Iterator[tuple[Place, Call]]:
        """The calls in a part of the template."""
        return ((found, call) for found, call in self.calls if found[: len(place)] == place)


def read(template: Template, *, name: str, as_of: date) -> Reading:
    """Take a template apart."""
    reading = Reading(template, name, as_of)
    for place, text in _texts(template.document, ()):
        if not is_expression(text):
            continue
        try:
            node = parse_expression(text)
        except ArmError as error:
            reading.malformed.append((place, error.message))
            continue
        reading.expressions.append((place, text, node))
        reading.calls.extend((place, call) for call in calls_of(node))
    reading.resources.extend(_resources(template.resources, ("resources",)))
    return reading


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*place, index))


def calls_of(node: Node) -> Iterator[Call]:
    """Every call in an expression, the outermost first."""
    if isinstance(node, Call):
        yield node
        for argument in node.arguments:
            yield from calls_of(argument)
    elif isinstance(node, Access):
        yield from calls_of(node.base)
        for step, _ in node.steps:
            yield from calls_of(step)


def _resources(source: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    entries = source.items() if isinstance(source, dict) else enumerate(source) if isinstance(source, list) else ()
    for key, resource in entries:
        if not isinstance(resource, dict):
            continue
        yield (*place, key), resource
        yield from _resources(get(resource, "resources"), (*place, key, "resources"))
        nested = get(get(resource, "properties"), "template")
        yield from _resources(get(nested, "resources"), (*place, key, "properties", "template", "resources"))


_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def version_date(text: Any) -> date | None:
    """The date in an API version."""
    match = _DATE.match(text) if isinstance(text, str) else None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
