"""The rules a template is checked against."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from arm.definitions import SECURE_KINDS
from arm.grammar import is_expression
from arm.nodes import Call
from arm.nodes import Literal as Text
from arm.reading import Place, Reading, calls_of, version_date
from arm.values import get

Severity = Literal["error", "warning", "information"]
Found = Iterator[tuple[Place, str]]
Finder = Callable[[Reading], Found]

_OLD_DAYS = 730
_ADDRESS = re.compile(
    r"(?:management\.azure\.com|login\.microsoftonline\.com|core\.windows\.net|database\.windows\.net|vault\.azure\.net"
    r"|azuredatalakestore\.net|management\.core\.windows\.net|graph\.windows\.net)",
    re.IGNORECASE,
)
_SECRET_WORDS = ("password", "secret", "accountkey", "connectionstring", "sastoken", "apikey", "privatekey")
_HARMLESS_WORDS = (
    "name", "uri", "url", "id", "version", "permission", "length", "vault", "enable", "disable", "expir", "rotat",
    "polic", "reset", "secrets", "authentication", "type", "minimum", "days",
)  # fmt: skip
_ID_BUILDERS = {"resourceid", "subscriptionresourceid", "tenantresourceid", "extensionresourceid"}
_ID_PROPERTIES = {"id", "resourceid", "scope", "sourceresourceid", "serverfarmid", "workspaceid", "workspaceresourceid"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule finds places with a message; severity and remedy are the same for all of them."""

    name: str
    severity: Severity
    mend: str
    find: Finder


RULES: list[Rule] = []


def rule(name: str, severity: Severity, mend: str) -> Callable[[Finder], Finder]:
    """Register a rule."""

    def register(find: Finder) -> Finder:
        RULES.append(Rule(name, severity, mend, find))
        return find

    return register


def is_secret_name(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    lowered = name.lower().replace("_", "").replace("-", "")
    if any(word in lowered for word in ("password", "accountkey", "connectionstring", "sastoken", "privatekey")):
        return not any(lowered.endswith(word) or f"password{word}" in lowered for word in _HARMLESS_WORDS)
    return any(lowered.endswith(word) for word in _SECRET_WORDS)


@rule("expression-malformed", "error", "Correct the expression; Azure refuses the whole template because of it.")
def malformed(reading: Reading) -> Found:
    yield from reading.malformed


@rule("unknown-function", "error", "Use a function of the template language, or define it under 'functions'.")
def unknown_function(reading: Reading) -> Found:
    for place, call in reading.calls:
        if call.function is None and reading.template.user_function(call.full_name) is None and "template" not in place:
            yield place, f"There is no template function '{call.full_name}'."


@rule("undefined-name", "error", "Define it, or correct the name.")
def undefined_name(reading: Reading) -> Found:
    template = reading.template
    known = {
        "parameters": {name.lower() for name in template.parameters},
        "variables": {name.lower() for name in template.variable_names},
    }
    for place, call in reading.calls:
        names = known.get(call.name.lower())
        if names is None or place[0] == "functions" or "template" in place or not call.arguments:
            continue
        argument = call.arguments[0]
        if isinstance(argument, Text) and str(argument.value).lower() not in names:
            yield place, f"'{argument.value}' is used but not among the template's {call.name.lower()}."


@rule("unused-parameter", "warning", "Remove the parameter, or use it.")
def unused_parameter(reading: Reading) -> Found:
    if reading.has_computed_names("parameters"):
        return
    used = reading.names_given_to("parameters")
    for name in reading.template.parameters:
        if name.lower() not in used:
            yield ("parameters", name), f"The parameter '{name}' is never used."


@rule("unused-variable", "warning", "Remove the variable, or use it.")
def unused_variable(reading: Reading) -> Found:
    if reading.has_computed_names("variables"):
        return
    used = reading.names_given_to("variables")
    for name in reading.template.variable_names:
        if name.lower() not in used:
            yield ("variables", name), f"The variable '{name}' is never used."


@rule(
    "location-hard-coded", "warning", "Take the location from a parameter that defaults to [resourceGroup().location]."
)
def hard_coded_location(reading: Reading) -> Found:
    for place, resource in reading.resources:
        location = get(resource, "location")
        if isinstance(location, str) and not is_expression(location) and location.lower() not in {"global", ""}:
            yield (*place, "location"), f"The location '{location}' is written into the template."


@rule(
    "location-default-hard-coded",
    "warning",
    "Use [resourceGroup().location] or [deployment().location] as the default.",
)
def hard_coded_default(reading: Reading) -> Found:
    for name, definition in reading.template.parameters.items():
        value = definition.default
        if (
            name.lower() == "location"
            and isinstance(value, str)
            and not is_expression(value)
            and value.lower() != "global"
        ):
            yield ("parameters", name, "defaultValue"), f"The default location is the fixed value '{value}'."


@rule("location-from-group", "information", "Read the location from a parameter, so that it can be chosen.")
def location_from_group(reading: Reading) -> Found:
    for place, resource in reading.resources:
        location = get(resource, "location")
        if isinstance(location, str) and location.replace(" ", "").lower() == "[resourcegroup().location]":
            yield (*place, "location"), "The resource takes its location straight from the resource group."


@rule("secure-type-missing", "error", "Make the type securestring, so that the value is not kept in the history.")
def secure_type_missing(reading: Reading) -> Found:
    for name, definition in reading.template.parameters.items():
        if definition.type == "string" and is_secret_name(name) and not definition.allowed_values:
            yield ("parameters", name), f"The parameter '{name}' looks like a secret but is of type string."


@rule("secure-default", "error", "Leave the default out, use an empty one, or newGuid().")
def secure_default(reading: Reading) -> Found:
    for name, definition in reading.template.parameters.items():
        value = definition.default
        harmless = value in ("", None, {}) or (isinstance(value, str) and "newguid(" in value.lower())
        if definition.secure and definition.has_default and not harmless:
            yield (
                ("parameters", name, "defaultValue"),
                f"The secure parameter '{name}' has a default that anyone can read.",
            )


@rule("secret-in-output", "error", "Leave it out, give the output a secure type, or read the secret from a key vault.")
def secret_in_output(reading: Reading) -> Found:
    secure = {name.lower() for name, definition in reading.template.parameters.items() if definition.secure}
    for place, call in reading.calls_in(("outputs",)):
        output = reading.template.outputs.get(str(place[1]))
        if (output is not None and output.type in SECURE_KINDS) or len(place) < 2:
            continue
        if call.name.lower().startswith("list") and call.function is not None and call.function.name == "list*":
            yield place, f"The output '{place[1]}' shows what {call.name} returns to anyone who can read deployments."
        elif call.name.lower() == "parameters" and _first_text(call) in secure:
            yield place, f"The output '{place[1]}' shows the secure parameter '{_first_text(call)}'."


def _first_text(call: Call) -> str:
    first = call.arguments[0] if call.arguments else None
    return str(first.value).lower() if isinstance(first, Text) else ""


@rule("api-version-old", "warning", "Use an API version of the last two years.")
def api_version_old(reading: Reading) -> Found:
    for place, resource in reading.resources:
        version = get(resource, "apiVersion")
        day = version_date(version)
        if day is not None and (reading.as_of - day).days > _OLD_DAYS:
            yield (
                (*place, "apiVersion"),
                f"The API version '{version}' of {get(resource, 'type')} is over two years old.",
            )


@rule("api-version-preview", "information", "Use a version without '-preview' where one offers the same.")
def api_version_preview(reading: Reading) -> Found:
    for place, resource in reading.resources:
        version = get(resource, "apiVersion")
        if isinstance(version, str) and "preview" in version.lower():
            yield (*place, "apiVersion"), f"The API version '{version}' of {get(resource, 'type')} is a preview."


@rule("api-version-computed", "warning", "Write the API version as plain text.")
def api_version_computed(reading: Reading) -> Found:
    for place, resource in reading.resources:
        if is_expression(str(get(resource, "apiVersion", ""))):
            yield (*place, "apiVersion"), f"The API version of {get(resource, 'type')} is an expression."


@rule("id-by-concat", "warning", "Use resourceId() or one of its sisters; it checks the number of names.")
def id_by_concat(reading: Reading) -> Found:
    for place, text, node in reading.expressions:
        inner = next(calls_of(node), None)
        if inner is None or inner.name.lower() not in {"concat", "format"} or inner is not node:
            continue
        names_id = str(place[-1]).lower() in _ID_PROPERTIES or (
            len(place) > 1 and str(place[-2]).lower() == "dependson"
        )
        if (
            names_id
            and "/providers/" in text.lower()
            and not any(c.name.lower() in _ID_BUILDERS for c in calls_of(node))
        ):
            yield place, "A resource id is put together as text."


@rule(
    "dependency-conditional",
    "information",
    "List the dependency plainly; Azure leaves it out when its condition is false.",
)
def conditional_dependency(reading: Reading) -> Found:
    for place, call in reading.calls:
        if "dependsOn" in place and call.name.lower() == "if":
            yield place, "The dependsOn entry is decided with if()."


@rule(
    "address-hard-coded", "warning", "Take the address from environment(), so that the template works in every cloud."
)
def hard_coded_address(reading: Reading) -> Found:
    for place, text, node in reading.expressions:
        found = _ADDRESS.search(text)
        if found and place[0] in {"variables", "resources"} and not _in_metadata(place) and isinstance(node, Call):
            yield place, f"The address '{found[0]}' is written into the template."


def _in_metadata(place: Place) -> bool:
    return any(str(step).lower() in {"metadata", "comments", "$schema", "description"} for step in place)


@rule("description-missing", "information", "Say in metadata.description what the value is for.")
def missing_description(reading: Reading) -> Found:
    for name, definition in reading.template.parameters.items():
        if not get(dict(definition.metadata), "description"):
            yield ("parameters", name), f"The parameter '{name}' has no description."


@rule(
    "allowed-location",
    "warning",
    "Leave allowedValues out: which regions exist changes, and the portal offers its own.",
)
def allowed_location(reading: Reading) -> Found:
    for name, definition in reading.template.parameters.items():
        if name.lower() == "location" and definition.allowed_values:
            yield (
                ("parameters", name, "allowedValues"),
                "The locations that may be chosen are written into the template.",
            )


@rule(
    "nested-secret-outer", "error", "Set expressionEvaluationOptions.scope to inner and pass the secret as a parameter."
)
def nested_secret_outer(reading: Reading) -> Found:
    secure = {name.lower() for name, definition in reading.template.parameters.items() if definition.secure}
    if reading.template.symbolic:
        return
    for place, resource in reading.resources:
        properties = get(resource, "properties", {})
        scope = get(get(properties, "expressionEvaluationOptions", {}), "scope", "outer")
        if get(properties, "template") is None or str(scope).lower() == "inner":
            continue
        for found, call in reading.calls_in((*place, "properties", "template")):
            if call.name.lower() == "parameters" and _first_text(call) in secure:
                yield found, "A secure parameter is used in a nested template of outer scope and ends in plain text."


@rule("admin-name-fixed", "warning", "Make it a parameter.")
def fixed_administrator(reading: Reading) -> Found:
    for place, resource in reading.resources:
        for path, value in _members(get(resource, "properties"), (*place, "properties")):
            named = str(path[-1]).lower() in {"adminusername", "administratorlogin"}
            if named and isinstance(value, str) and value and not is_expression(value) and "template" not in path:
                yield path, f"The administrator's name '{value}' is written into the template."


def _members(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield (*place, key), item
        yield from _members(item, (*place, key))


@rule("content-version", "information", "Add a contentVersion such as 1.0.0.0.")
def content_version(reading: Reading) -> Found:
    if not re.fullmatch(r"\d+\.\d+\.\d+\.\d+", reading.template.content_version):
        yield (
            ("contentVersion",),
            f"The contentVersion '{reading.template.content_version}' is not of the form 1.0.0.0.",
        )


@rule("schema-address", "warning", "Write the schema's address with https.")
def schema_address(reading: Reading) -> Found:
    schema = get(reading.template.document, "$schema", "")
    if isinstance(schema, str) and schema.lower().startswith("http://"):
        yield ("$schema",), "The schema's address is not https."
