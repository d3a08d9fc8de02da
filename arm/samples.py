"""Plausible values for parameters nobody gave a value for, and for the placeholders of sample parameter files."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from arm.definitions import ParameterDefinition, TypeSchema
from arm.hashing import unique_string
from arm.template import Template
from arm.usage import fitted, shapes_of
from arm.values import get

_PLACEHOLDER = re.compile(r"(?:GEN|GET-PREREQ)-[A-Za-z0-9-]+")
_MOST_LEVELS = 8
_LONGEST = 10_000
_BY_NAME = (
    (re.compile("cidr|addressprefix|addressspace"), "10.0.0.0/16"),
    (re.compile("(location|region)$"), "westeurope"),
    (re.compile("(uri|url|endpoint)$"), "https://example.org/sample/"),
    (re.compile("^_?artifactslocation$|artifactsbaseurl"), "https://example.org/artifacts/"),
    (re.compile("starttime|(date|expiry)$"), "2026-01-02T03:04:05Z"),
)
_FIXED = {
    "GEN-GUID": "5c3a1f0e-6d43-4b52-9d1c-1f0b7a9f2d11",
    "GEN-PASSWORD": "Sample-Pass-4711x",
    "GEN-SSH-PUB-KEY": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQsample sample@example.org",
    "GEN-PASSWORD-LINK": "Sample-Pass-4711x",
    "GEN-SELFSIGNED-CERT-PFXDATA": "MIIKsample",
    "GEN-SELFSIGNED-CERT-CERDATA": "MIICsample",
    "GEN-SELFSIGNED-CERT-PASSWORD": "Sample-Pass-4711x",
    "GEN-SELFSIGNED-CERT-THUMBPRINT": "A1B2C3D4E5F60718293A4B5C6D7E8F9001122334",
    "GEN-SELFSIGNED-CERT-DNSNAME": "sample.example.org",
    "GEN-CERTIFICATE-DOMAIN": "example.org",
    "GEN-FRONTEND-CERTDATA": "MIICsample",
    "GEN-FRONTEND-CERTPASSWORD": "Sample-Pass-4711x",
    "GEN-BACKEND-CERTDATA": "MIICsample",
}
_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/sample"


def fill_placeholders(value: Any, *, seed: str = "") -> Any:
    """A value of a sample parameter file with its `GEN-...` placeholders replaced; `seed` keeps them apart."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: _placeholder(match[0], seed), value)
    if isinstance(value, dict):
        return type(value)({key: fill_placeholders(item, seed=seed + key) for key, item in value.items()})
    if isinstance(value, list):
        return [fill_placeholders(item, seed=f"{seed}{place}") for place, item in enumerate(value)]
    return value


def _placeholder(name: str, seed: str) -> str:
    if name in _FIXED:
        return _FIXED[name]
    if name.startswith("GEN-UNIQUE"):
        length = name.removeprefix("GEN-UNIQUE").lstrip("-")
        text = "g" + unique_string(seed) + unique_string(seed, "more")
        return text[: min(int(length), 27) if length.isdigit() else 14]
    if name.lower().endswith("resourceid"):
        return _resource_id(name.lower())
    if name.upper().endswith("-ID"):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    if name.upper().endswith(("-URI", "-URL")):
        return f"https://example.org/{name.lower()}"
    return name.lower()


def sample_value(definition: ParameterDefinition) -> Any:
    """A value that the parameter's own rules accept."""
    return _sample(dict(definition.schema), definition.types, definition.name, level=0)


def sample_values(template: Template, definitions: Sequence[ParameterDefinition]) -> dict[str, Any]:
    """Samples for several parameters; untyped objects and arrays get the members that the template asks for."""
    if not definitions:
        return {}
    values = {definition.name: sample_value(definition) for definition in definitions}
    loose = [one for one in definitions if one.type in {"object", "secureobject", "array"}]
    shapes = shapes_of(template) if loose else {}
    for definition in loose:
        value = fitted(
            values[definition.name],
            shapes.get(definition.name.lower(), {}),
            name=definition.name,
            text=lambda name: sample_text({}, name),
        )
        if not definition.problems(value):
            values[definition.name] = value
    return values


def _sample(source: Any, types: TypeSchema, name: str, *, level: int) -> Any:
    schema = types.resolve(source)
    allowed = get(schema, "allowedValues")
    kind = str(get(schema, "type", "")).lower()
    if isinstance(allowed, list) and allowed:
        return [allowed[0]] if kind == "array" and not isinstance(allowed[0], list) else allowed[0]
    match kind:
        case "int":
            return whole_number(schema, "minValue", whole_number(schema, "maxValue", 1))
        case "bool":
            return False
        case "array":
            return _sample_array(schema, types, name, level)
        case "object" | "secureobject":
            return _sample_object(schema, types, level)
        case _:
            return sample_text(schema, name)


def whole_number(schema: Mapping[str, Any], name: str, default: int) -> int:
    """A bound of a schema, or the default where it has none."""
    value = get(schema, name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def sample_text(schema: Mapping[str, Any], name: str) -> str:
    """A text that suits a name and keeps to the schema's lengths."""
    lowered = name.lower()
    text = "s" + unique_string(name)[:9]
    for pattern, sample in _BY_NAME:
        if pattern.search(lowered):
            text = sample
    if lowered.endswith(("resourceid", "workspaceid", "subnetid")):
        text = _resource_id(lowered)
    elif lowered.endswith(("objectid", "principalid", "tenantid", "clientid", "guid")):
        text = str(uuid.uuid5(uuid.NAMESPACE_URL, lowered))
    low = max(0, whole_number(schema, "minLength", 0))
    high = max(0, whole_number(schema, "maxLength", _LONGEST))
    return text.ljust(min(low, _LONGEST), "x")[:high]


def _resource_id(name: str) -> str:
    return f"{_GROUP}/providers/Microsoft.Sample/things/{name}/parts/{name}"


def _sample_array(schema: dict[str, Any], types: TypeSchema, name: str, level: int) -> list[Any]:
    fixed = get(schema, "prefixItems")
    made = [_sample(item, types, name, level=level + 1) for item in fixed] if isinstance(fixed, list) else []
    wanted, member = whole_number(schema, "minLength", 0), get(schema, "items")
    while len(made) < min(wanted, 100) and level < _MOST_LEVELS:
        made.append(_sample(member if isinstance(member, dict) else {}, types, name, level=level + 1))
    return made


def _sample_object(schema: dict[str, Any], types: TypeSchema, level: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    rule = get(schema, "discriminator")
    members = _mapping(get(schema, "properties"))
    choices = _mapping(get(rule, "mapping"))
    if choices:
        tag, variant = next(iter(choices.items()))
        members |= _mapping(get(types.resolve(variant), "properties"))
        made[str(get(rule, "propertyName"))] = tag
    for name, member in members.items():
        if get(types.resolve(member), "nullable") is not True and name not in made and level < _MOST_LEVELS:
            made[name] = _sample(member, types, name, level=level + 1)
    return made


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}
