"""Parameter definitions and the type schemas (`definitions`, `$ref`) behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from arm.errors import PARAMETERS_HELP, TEMPLATE_HELP, validation_failed
from arm.grammar import is_expression
from arm.opaque import Secret, Unknown, reveal
from arm.values import MISSING, get, look_up, same, type_name

_KINDS: dict[str, tuple[str, ...]] = {
    "string": ("String",),
    "securestring": ("String",),
    "int": ("Integer",),
    "bool": ("Boolean",),
    "object": ("Object",),
    "secureobject": ("Object",),
    "array": ("Array",),
}
SECURE_KINDS = {"securestring", "secureobject"}
_PREFIX = "#/definitions/"
_MOST_PROBLEMS = 50


class TypeSchema:
    """The named types of a template."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = {name.lower(): schema for name, schema in definitions.items()}

    def resolve(self, schema: Any) -> dict[str, Any]:
        """A schema with its `$ref` followed; what stands beside the `$ref` wins."""
        seen: set[str] = set()
        merged: dict[str, Any] = dict(schema) if isinstance(schema, dict) else {}
        while isinstance(reference := get(merged, "$ref"), str):
            name = reference.removeprefix(_PREFIX).lower()
            target = self.definitions.get(name)
            if name in seen or not reference.startswith(_PREFIX) or not isinstance(target, dict):
                raise validation_failed(
                    f"The type definition reference '{reference}' cannot be resolved. {TEMPLATE_HELP}"
                )
            seen.add(name)
            beside = {key: value for key, value in merged.items() if key.lower() != "$ref"}
            merged = {**target, **beside}
        return merged


@dataclass(frozen=True, slots=True)
class ParameterDefinition:
    """One parameter of a template, its `$ref` followed."""

    name: str
    type: str
    has_default: bool = False
    default: Any = None
    default_is_expression: bool = False
    allowed_values: tuple[Any, ...] | None = None
    min_value: int | None = None
    max_value: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    nullable: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict, repr=False)
    types: TypeSchema = field(default_factory=lambda: TypeSchema({}), repr=False, compare=False)

    @property
    def secure(self) -> bool:
        """Whether its value must never be shown or stored in plain text."""
        return self.type in SECURE_KINDS

    @property
    def required(self) -> bool:
        """Whether a deployment must supply a value."""
        return not self.has_default and not self.nullable

    def problems(self, value: Any) -> list["Problem"]:
        """What is wrong with a value for this parameter."""
        return list(_problems(value, self.schema, self.types, path=""))[:_MOST_PROBLEMS]

    def protect(self, value: Any) -> Any:
        """The value with every part of a secure type wrapped as a Secret."""
        return _protect(value, self.schema, self.types)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value is refused: `code` names the rule, `sentence` ends Azure's message."""

    code: str
    sentence: str
    path: str = ""


def parameter_definition(name: str, source: Any, types: TypeSchema) -> ParameterDefinition:
    """Read a parameter as the template writes it."""
    if not isinstance(source, dict):
        raise validation_failed(f"The template parameter '{name}' is not valid: it must be an object. {TEMPLATE_HELP}")
    schema = types.resolve(source)
    # Bicep leaves the type out where it follows from a resource's own schema.
    kind = str(get(schema, "type", "object" if get(schema, "metadata") else "")).lower()
    if kind not in _KINDS:
        raise validation_failed(
            f"The template parameter '{name}' is not valid: the type '{get(schema, 'type', '')}' is not one of "
            f"'String, SecureString, Int, Bool, Array, Object, SecureObject'. {TEMPLATE_HELP}"
        )
    default = look_up(source, "defaultValue")
    allowed = get(schema, "allowedValues")
    metadata = get(source, "metadata") or get(schema, "metadata")
    return ParameterDefinition(
        name=name,
        type=kind,
        has_default=default is not MISSING,
        default=None if default is MISSING else default,
        default_is_expression=_has_expression(default),
        allowed_values=tuple(allowed) if isinstance(allowed, list) else None,
        min_value=_integer(schema, "minValue"),
        max_value=_integer(schema, "maxValue"),
        min_length=_integer(schema, "minLength"),
        max_length=_integer(schema, "maxLength"),
        nullable=get(schema, "nullable") is True,
        metadata=metadata if isinstance(metadata, dict) else {},
        schema=schema,
        types=types,
    )


def _integer(schema: Mapping[str, Any], name: str) -> int | None:
    value = get(schema, name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _has_expression(value: Any) -> bool:
    if isinstance(value, str):
        return is_expression(value)
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_expression, children))


def _problems(value: Any, source: Mapping[str, Any], types: TypeSchema, *, path: str) -> Iterator[Problem]:
    schema = types.resolve(source)
    value = reveal(value) if isinstance(value, Secret) else value
    if isinstance(value, Unknown) or (value is None and get(schema, "nullable") is True):
        return
    kind = str(get(schema, "type", "")).lower()
    allowed = get(schema, "allowedValues")
    if kind in _KINDS and type_name(value) not in _KINDS[kind]:
        yield _wrong_type(kind, value, path)
        return
    if isinstance(allowed, list) and not _is_allowed(value, allowed):
        shown = ",".join(str(item) for item in allowed)
        yield Problem("NotAllowed", f"The parameter value is not part of the allowed value(s): '{shown}'.", path)
    yield from _size_problems(value, schema, path)
    if isinstance(value, dict):
        yield from _object_problems(value, schema, types, path)
    elif isinstance(value, list):
        yield from _array_problems(value, schema, types, path)


def _wrong_type(kind: str, value: Any, path: str) -> Problem:
    return Problem(
        "WrongType",
        f"Expected a value of type '{_KINDS[kind][0]}', but received a value of type '{type_name(value)}'.",
        path,
    )


def _is_allowed(value: Any, allowed: list[Any]) -> bool:
    if any(_alike(value, item) for item in allowed):
        return True
    return isinstance(value, list) and all(any(_alike(member, item) for item in allowed) for member in value)


def _alike(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return same(left, right)


def _size_problems(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if isinstance(value, int) and not isinstance(value, bool):
        low, high = _integer(schema, "minValue"), _integer(schema, "maxValue")
        if low is not None and value < low:
            yield Problem("TooSmall", f"The value should be greater than or equal to '{low}'.", path)
        if high is not None and value > high:
            yield Problem("TooLarge", f"The value should be less than or equal to '{high}'.", path)
    if isinstance(value, str | list):
        low, high = _integer(schema, "minLength"), _integer(schema, "maxLength")
        if low is not None and len(value) < low:
            yield Problem("TooShort", f"Length of the value should be greater than or equal to '{low}'.", path)
        if high is not None and len(value) > high:
            yield Problem("TooLong", f"Length of the value should be less than or equal to '{high}'.", path)


def _object_problems(
    value: dict[str, Any], schema: Mapping[str, Any], types: TypeSchema, path: str
) -> Iterator[Problem]:
    chosen = _discriminated(value, schema, types)
    if isinstance(chosen, Problem):
        yield Problem(chosen.code, chosen.sentence, path)
        return
    declared = {**_members(schema), **_members(chosen)}
    for name, member in declared.items():
        item = look_up(value, name)
        if item is not MISSING:
            yield from _problems(item, member, types, path=_join(path, name))
        elif get(types.resolve(member), "nullable") is not True:
            yield Problem("MissingProperty", f"The required property '{name}' is missing.", _join(path, name))
    extra = get(chosen, "additionalProperties", get(schema, "additionalProperties", True))
    known = {name.lower() for name in declared}
    others = {name: item for name, item in value.items() if name.lower() not in known}
    yield from _extra_problems(others, extra, types, path)


def _extra_problems(others: dict[str, Any], extra: Any, types: TypeSchema, path: str) -> Iterator[Problem]:
    for name, item in others.items():
        if extra is False:
            yield Problem("UnknownProperty", f"The property '{name}' is not permitted.", _join(path, name))
        elif isinstance(extra, dict):
            yield from _problems(item, extra, types, path=_join(path, name))


def _members(schema: Mapping[str, Any]) -> dict[str, Any]:
    members = get(dict(schema), "properties")
    return members if isinstance(members, dict) else {}


def _discriminated(value: dict[str, Any], schema: Mapping[str, Any], types: TypeSchema) -> dict[str, Any] | Problem:
    """The variant of a discriminated object type that a value chooses."""
    rule = get(schema, "discriminator")
    if not isinstance(rule, dict):
        return {}
    name, mapping = str(get(rule, "propertyName", "")), get(rule, "mapping") or {}
    tag = look_up(value, name)
    variant = look_up(mapping, tag) if isinstance(tag, str) and isinstance(mapping, dict) else MISSING
    if isinstance(tag, Unknown):
        return {"additionalProperties": True}
    if variant is MISSING:
        shown = ",".join(mapping)
        return Problem("NotAllowed", f"The value of the property '{name}' must be one of '{shown}'.")
    return types.resolve(variant)


def _array_problems(value: list[Any], schema: Mapping[str, Any], types: TypeSchema, path: str) -> Iterator[Problem]:
    fixed = get(schema, "prefixItems")
    fixed = fixed if isinstance(fixed, list) else []
    rest = get(schema, "items")
    for place, item in enumerate(value):
        member = fixed[place] if place < len(fixed) else rest
        if member is False:
            yield Problem("TooLong", f"The array may have no more than '{len(fixed)}' items.", path)
            return
        if isinstance(member, dict):
            yield from _problems(item, member, types, path=f"{path}[{place}]")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _protect(value: Any, source: Mapping[str, Any], types: TypeSchema) -> Any:
    schema = types.resolve(source)
    if value is None or isinstance(value, Secret):
        return value
    if str(get(schema, "type", "")).lower() in SECURE_KINDS:
        return Secret(value)
    if isinstance(value, dict):
        return _protect_members(value, schema, types)
    members = get(schema, "items")
    if isinstance(value, list) and isinstance(members, dict):
        return [_protect(item, members, types) for item in value]
    return value


def _protect_members(value: dict[str, Any], schema: dict[str, Any], types: TypeSchema) -> dict[str, Any]:
    chosen = _discriminated(value, schema, types)
    declared = {**_members(schema), **(_members(chosen) if isinstance(chosen, dict) else {})}
    if not declared:
        return value
    return {key: _protect(item, get(declared, key, {}), types) for key, item in value.items()}


def refusal(name: str, problem: Problem, *, where: str) -> str:
    """Azure's sentence for a refused parameter value."""
    path = f" (at '{problem.path}')" if problem.path else ""
    return (
        f"The provided value for the template parameter '{name}' {where} is not valid. {problem.sentence}{path} "
        f"{PARAMETERS_HELP}"
    )
