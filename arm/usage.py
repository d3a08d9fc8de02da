"""Finds out what shape a parameter must have from how a template uses it."""

from datetime import UTC, datetime
from typing import Any

from arm.nodes import Access, Call, Literal, Node
from arm.reading import read
from arm.template import Template

EACH = 0
_NUMBERS = ("count", "size", "capacity", "port", "number", "days", "minutes", "instances", "gb", "lun")

Shape = dict[str | int, Any]


def shapes_of(template: Template) -> dict[str, Shape]:
    """By lower-case parameter name: the members its expressions ask for, nested; EACH stands for array items."""
    shapes: dict[str, Shape] = {}
    reading = read(template, name=template.name, as_of=datetime.now(UTC).date())
    for place, _, node in reading.expressions:
        if "template" not in place:
            for access in _accesses(node):
                _note(access, shapes)
    return shapes


def _accesses(node: Node) -> list[Access]:
    if isinstance(node, Call):
        return [found for argument in node.arguments for found in _accesses(argument)]
    if isinstance(node, Access):
        inside = [found for step, _ in node.steps for found in _accesses(step)]
        return [node, *_accesses(node.base), *inside]
    return []


def _note(access: Access, shapes: dict[str, Shape]) -> None:
    base = access.base
    if not isinstance(base, Call) or base.name.lower() != "parameters" or not isinstance(base.arguments[0], Literal):
        return
    shape = shapes.setdefault(str(base.arguments[0].value).lower(), {})
    for step, safe in access.steps:
        if safe:
            return
        if isinstance(step, Literal):
            key = step.value if isinstance(step.value, str) else EACH
        elif isinstance(step, Call) and step.name.lower() in {"copyindex", "lambdavariables"}:
            key = EACH
        else:
            return
        shape = shape.setdefault(key, {})


def fitted(value: Any, shape: Shape, *, name: str, text: Any) -> Any:
    """A sample value with the members that its use asks for added; `text` makes a text for a name."""
    if not shape:
        if value is not None:
            return value
        return 1 if name.lower().endswith(_NUMBERS) else text(name)
    if EACH in shape:
        items = value if isinstance(value, list) and value else [None]
        return [fitted(item, shape[EACH], name=name, text=text) for item in items]
    members = dict(value) if isinstance(value, dict) else {}
    for key, inner in shape.items():
        members[str(key)] = fitted(members.get(str(key)), inner, name=str(key), text=text)
    return members
