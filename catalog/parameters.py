"""One parameter of a version as a person meets it: the ARM template rules, manifest and overlay only add words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

import arm
from catalog.findings import Finding, Severity
from catalog.formats.ade import Manifest, ManifestParameter
from catalog.localized import NO_TEXT, Localized
from catalog.overlay import Overlay, ParameterOverlay

_SAME_TYPES = {
    "string": {"string", "securestring"},
    "integer": {"int"},
    "number": {"int", "string"},
    "boolean": {"bool"},
    "array": {"array"},
    "object": {"object", "secureobject"},
}
_UNORDERED = 10_000


@dataclass(frozen=True)
class Parameter:
    """A field of the request form and how its value is sent.

    `type` is ARM's word in lower case. `default` is what the form shows, raw: the text of an expression when
    `default_is_expression`; `template_default` is what applies when nothing is sent.
    """

    name: str
    type: str
    label: Localized
    help: Localized
    required: bool
    has_default: bool
    default: Any
    template_default: Any
    default_is_expression: bool
    allowed: tuple[Any, ...]
    min_value: int | None
    max_value: int | None
    min_length: int | None
    max_length: int | None
    nullable: bool
    secure: bool
    read_only: bool
    is_hidden: bool
    is_multiline: bool
    is_region: bool
    group: Localized
    order: int


def merge_parameters(
    template: arm.Template, manifest: Manifest, overlay: Overlay
) -> tuple[tuple[Parameter, ...], tuple[Finding, ...]]:
    """The parameters in the form's order, and what manifest and overlay say that the template does not know."""
    findings = [*_manifest_findings(template, manifest), *_overlay_findings(template, overlay)]
    parameters = [
        _merge(definition, manifest.parameter(definition.name), _overlay_of(overlay, definition.name), overlay)
        for definition in template.parameters.values()
    ]
    return tuple(sorted(parameters, key=lambda parameter: parameter.order)), tuple(findings)


def _merge(
    definition: arm.ParameterDefinition, stated: ManifestParameter | None, shown: ParameterOverlay, overlay: Overlay
) -> Parameter:
    has_default, default, is_expression = _default(definition, stated)
    group = next((group.label for group in overlay.groups if group.id == shown.group), NO_TEXT)
    return Parameter(
        name=definition.name,
        type=definition.type.lower(),
        label=shown.label or Localized((stated and stated.name) or _spoken(definition.name)),
        help=shown.help or Localized((stated and stated.description) or _description(definition)),
        required=not has_default and not definition.nullable,
        has_default=has_default,
        default=default,
        template_default=_literal(definition),
        default_is_expression=is_expression,
        allowed=_allowed(definition, stated),
        min_value=definition.min_value,
        max_value=definition.max_value,
        min_length=definition.min_length,
        max_length=definition.max_length,
        nullable=definition.nullable,
        secure=definition.secure,
        read_only=shown.is_locked or bool(stated and stated.is_read_only),
        is_hidden=shown.is_hidden or _follows_region(definition),
        is_multiline=shown.is_multiline,
        is_region=_azd_type(definition) == "location",
        group=group,
        order=_UNORDERED if shown.order is None else shown.order,
    )


def _default(definition: arm.ParameterDefinition, stated: ManifestParameter | None) -> tuple[bool, Any, bool]:
    """Whether there is one, the default and whether it is an expression.

    A literal default of the manifest wins, in the template's type. An expression there cannot be sent as a value
    (ARM takes values as they are), so the template's own default stands.
    """
    own = (definition.has_default, _literal(definition), definition.default_is_expression)
    if stated is None or not stated.has_default or definition.secure:
        return own
    value = stated.default
    if isinstance(value, str) and value.startswith("[") and value.endswith("]") and not value.startswith("[["):
        return own
    return True, _as_type(value, definition.type.lower()), False


def _literal(definition: arm.ParameterDefinition) -> Any:
    """The default as a value: `[[a]` in a template is the text `[a]`."""
    default = definition.default
    if isinstance(default, str) and default.startswith("[[") and not definition.default_is_expression:
        return default[1:]
    return default


def _as_type(value: Any, kind: str) -> Any:
    """`"5"` for an int, `5` for a string, `"true"` for a bool: manifests mix them."""
    if kind == "int" and isinstance(value, str | float) and _is_whole(value):
        return int(float(value))
    if kind == "bool" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind == "string" and isinstance(value, bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _is_whole(value: str | float) -> bool:
    try:
        return float(value).is_integer()
    except (ValueError, OverflowError):
        return False


def _allowed(definition: arm.ParameterDefinition, stated: ManifestParameter | None) -> tuple[Any, ...]:
    """The template's choices, or the manifest's narrower ones; a secure parameter shows none."""
    if definition.secure:
        return ()
    own = tuple(definition.allowed_values or ())
    if stated is None or not stated.allowed:
        return own
    kind = definition.type.lower()
    narrowed = tuple(_as_type(choice, kind) for choice in stated.allowed)
    return tuple(choice for choice in narrowed if not own or choice in own) or own


def _follows_region(definition: arm.ParameterDefinition) -> bool:
    """The environment's region is asked for once; a parameter that defaults to the group's region follows it."""
    default = str(definition.default).replace(" ", "").lower()
    return definition.default_is_expression and default == "[resourcegroup().location]"


def _azd_type(definition: arm.ParameterDefinition) -> str:
    """What `metadata.azd.type` says the parameter is; azd asks for a region where it says location."""
    azd = definition.metadata.get("azd")
    return str(azd.get("type", "")).lower() if isinstance(azd, dict) else ""


def _description(definition: arm.ParameterDefinition) -> str:
    description = definition.metadata.get("description", "")
    return description if isinstance(description, str) else ""


def _spoken(name: str) -> str:
    """`maxConcurrentSessions` as people read it: Max concurrent sessions."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).replace("_", " ").split()
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _overlay_of(overlay: Overlay, name: str) -> ParameterOverlay:
    found = (shown for key, shown in overlay.parameters.items() if key.lower() == name.lower())
    return next(found, ParameterOverlay())


def _manifest_findings(template: arm.Template, manifest: Manifest) -> Iterator[Finding]:
    known = {definition.name.lower(): definition for definition in template.parameters.values()}
    for stated in manifest.parameters:
        definition = known.get(stated.id.lower())
        if definition is None:
            yield _warning("environment.yaml", stated.id, _("The template has no such parameter; it is not sent."))
        elif definition.type.lower() not in _SAME_TYPES[stated.type]:
            message = _("The manifest says %(one)s, the template %(other)s; the template's type is used.")
            values = {"one": stated.type, "other": definition.type}
            yield _warning("environment.yaml", stated.id, message % values)
        elif stated.allowed and stated.has_default and not _is_choice(stated):
            yield _warning("environment.yaml", stated.id, _("The default is not among the choices."))


def _is_choice(stated: ManifestParameter) -> bool:
    """Equal as text, or equal as numbers: real manifests hold `.5` beside `0.5`."""
    text = str(stated.default).lower() if isinstance(stated.default, bool) else str(stated.default)
    return text in stated.allowed or _number(text) in {_number(choice) for choice in stated.allowed} - {None}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _overlay_findings(template: arm.Template, overlay: Overlay) -> Iterator[Finding]:
    known = {name.lower(): definition for name, definition in template.parameters.items()}
    outputs = {name.lower() for name in template.outputs}
    for name, shown in overlay.parameters.items():
        definition = known.get(name.lower())
        if definition is None:
            yield _error(f"parameters.{name}", _("The template has no such parameter."))
        elif (shown.is_hidden or shown.is_locked) and not definition.has_default:
            yield _error(f"parameters.{name}", _("A hidden or locked parameter needs a default in the template."))
    for name, output in _named_outputs(overlay):
        if output.lower() not in outputs:
            yield _error(name, _("The template has no output %(output)s.") % {"output": output})


def _named_outputs(overlay: Overlay) -> Iterable[tuple[str, str]]:
    for line in overlay.env:
        yield f"env.{line.name}", line.output
    for query in overlay.queries:
        yield f"queries.{query.id}", query.workspace


def _warning(file: str, key: str, message: Any) -> Finding:
    return Finding(Severity.WARNING, file, key, 0, message)


def _error(key: str, message: Any) -> Finding:
    return Finding(Severity.ERROR, "genkan.yaml", key, 0, message, _("Use a name that the template has."))
