"""A template as it was written: its parameters, variables, functions, resources and outputs."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arm.context import Scope
from arm.definitions import ParameterDefinition, TypeSchema, parameter_definition
from arm.document import Locator, Path, read_json
from arm.errors import TEMPLATE_HELP, ArmError, LimitExceeded, Position, validation_failed
from arm.frames import Frame
from arm.limits import DEFAULT
from arm.trees import evaluate, run_loop
from arm.values import canonical_json, get

_SCOPES: dict[str, Scope] = {
    "deploymenttemplate.json": "resourceGroup",
    "subscriptiondeploymenttemplate.json": "subscription",
    "managementgroupdeploymenttemplate.json": "managementGroup",
    "tenantdeploymenttemplate.json": "tenant",
}


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function the template defines for itself."""

    name: str
    parameter_names: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class OutputDefinition:
    """An output as written."""

    name: str
    type: str
    secure: bool
    source: Mapping[str, Any]


class Template:
    """One template document; `document` is its plain JSON."""

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        locator: Locator | None = None,
        root: tuple[str | int, ...] = (),
        name: str = "",
    ) -> None:
        self.document = dict(document)
        self.name = name
        self._locator = locator
        self._root = root
        self.scope: Scope = _scope(self._text("$schema"))
        self.language_version = self._text("languageVersion")
        self.content_version = self._text("contentVersion")
        self.types = TypeSchema(self._section("definitions"))
        _within("parameters", len(self._section("parameters")), DEFAULT.parameters)
        _within("outputs", len(self._section("outputs")), DEFAULT.outputs)
        self.parameters: Mapping[str, ParameterDefinition] = {
            name: self._parameter(name, source) for name, source in self._section("parameters").items()
        }
        self._variables = self._read_variables()
        self.functions = {function.name.lower(): function for function in self._read_functions()}
        self.outputs: Mapping[str, OutputDefinition] = {
            name: self._output(name, source) for name, source in self._section("outputs").items()
        }
        resources = get(self.document, "resources", [])
        self.resources: list[Any] | dict[str, Any] = [] if resources is None else resources
        if not isinstance(self.resources, list | dict):
            raise validation_failed(f"The template 'resources' must be an array or an object. {TEMPLATE_HELP}")

    def part(self, document: Mapping[str, Any], path: Path) -> "Template":
        """The template of a nested deployment, which stands at a path of this one."""
        return Template(document, locator=self._locator, root=(*self._root, *path), name=self.name)

    @property
    def symbolic(self) -> bool:
        """Whether resources are an object keyed by symbolic names (language version 2.0)."""
        return isinstance(self.resources, dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the template's canonical JSON."""
        return hashlib.sha256(canonical_json(self.document).encode()).hexdigest()

    @cached_property
    def deployment_view(self) -> dict[str, Any]:
        """What `deployment().properties.template` shows: the head of the template, not its resources."""
        shown = {"$schema", "contentVersion", "metadata", "parameters", "outputs"}
        return {key: value for key, value in self.document.items() if key in shown}

    def locate(self, path: Path) -> Position | None:
        """Where a part of this template stands in its text."""
        return self._locator.find((*self._root, *path)) if self._locator else None

    def parameter(self, name: str) -> ParameterDefinition | None:
        """A parameter whatever the case of its name."""
        return self._parameters_by_name.get(name.lower())

    @cached_property
    def _parameters_by_name(self) -> dict[str, ParameterDefinition]:
        return {name.lower(): definition for name, definition in self.parameters.items()}

    def user_function(self, name: str) -> UserFunction | None:
        return self.functions.get(name.lower())

    @property
    def variable_names(self) -> list[str]:
        return [name for name, _ in self._variables.values()]

    def variable(self, name: str) -> Callable[[Frame], Any] | None:
        """How to compute a variable, by lower-case name."""
        found = self._variables.get(name)
        return found[1] if found else None

    def _text(self, key: str) -> str:
        value = get(self.document, key, "")
        return value if isinstance(value, str) else ""

    def _section(self, name: str) -> dict[str, Any]:
        section = get(self.document, name)
        if section is None:
            return {}
        if not isinstance(section, dict):
            raise validation_failed(
                f"The template '{name}' must be an object. {TEMPLATE_HELP}", position=self.locate([name])
            )
        return section

    def _read_variables(self) -> dict[str, tuple[str, Callable[[Frame], Any]]]:
        found: dict[str, tuple[str, Callable[[Frame], Any]]] = {}
        for name, source in self._section("variables").items():
            if name.lower() == "copy" and isinstance(source, list):
                for loop in source:
                    loop_name = get(loop, "name")
                    if not isinstance(loop_name, str):
                        raise validation_failed(f"A copy loop in the template variables has no name. {TEMPLATE_HELP}")
                    found[loop_name.lower()] = loop_name, _looped(loop_name, loop)
            else:
                found[name.lower()] = name, _plain(source)
        _within("variables", len(found), DEFAULT.variables)
        return found

    def _read_functions(self) -> list[UserFunction]:
        groups = get(self.document, "functions") or []
        if not isinstance(groups, list):
            raise validation_failed(f"The template 'functions' must be an array. {TEMPLATE_HELP}")
        found = []
        for group in groups:
            members = get(group, "members", {})
            for name, member in members.items() if isinstance(members, dict) else ():
                parameters = get(member, "parameters") or []
                names = tuple(
                    str(get(parameter, "name", "")) for parameter in parameters if isinstance(parameter, dict)
                )
                value = get(get(member, "output", {}), "value")
                found.append(UserFunction(f"{get(group, 'namespace', '')}.{name}", names, value))
        return found

    def _parameter(self, name: str, source: Any) -> ParameterDefinition:
        try:
            return parameter_definition(name, source, self.types)
        except ArmError as error:
            error.position = error.position or self.locate(["parameters", name])
            raise

    def _output(self, name: str, source: Any) -> OutputDefinition:
        if not isinstance(source, dict):
            raise validation_failed(
                f"The template output '{name}' is not valid: it must be an object. {TEMPLATE_HELP}",
                position=self.locate(["outputs", name]),
            )
        schema = self.types.resolve(source)
        kind = str(get(schema, "type", "")).lower()
        return OutputDefinition(name, kind, kind in {"securestring", "secureobject"}, source)


def _plain(source: Any) -> Callable[[Frame], Any]:
    return lambda frame: evaluate(source, frame)


def _looped(name: str, loop: dict[str, Any]) -> Callable[[Frame], Any]:
    return lambda frame: run_loop(name, loop, frame)


def _scope(schema: str) -> Scope:
    last = schema.rstrip("#").rstrip("/").rsplit("/", 1)[-1].lower()
    return _SCOPES.get(last, "resourceGroup")


def _within(what: str, count: int, most: int) -> None:
    if count > most:
        raise LimitExceeded(
            f"Deployment template validation failed: 'The number of template {what} limit exceeded. Limit: '{most}' "
            f"and actual: '{count}'. {TEMPLATE_HELP}'."
        )


def parse_template(text: str | bytes, *, name: str = "") -> Template:
    """Read a template from JSON or JSON with comments; ArmError says what is wrong and where."""
    document, source = read_json(text)
    if not isinstance(document, dict):
        raise ArmError(
            "The request content was invalid and could not be deserialized: 'The template must be a JSON object.'.",
            code="InvalidRequestContent",
        )
    if get(document, "$schema") is None and get(document, "resources") is None:
        raise ArmError("Deployment template parse failed: 'Required property '$schema' not found in JSON.'.")
    return Template(document, locator=Locator(source), name=name)
