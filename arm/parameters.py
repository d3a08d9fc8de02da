"""Parameter values: reading parameter files, checking values, computing defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arm.context import DeploymentContext, target_of
from arm.definitions import ParameterDefinition, Problem, refusal
from arm.document import read_json
from arm.errors import PARAMETERS_HELP, ArmError, ExpressionError, at, in_place, validation_failed
from arm.frames import Frame, Place, TemplateScope, missing
from arm.limits import DEFAULT, Ledger, Limits
from arm.opaque import Secret, Unknown, reveal
from arm.template import Template
from arm.trees import evaluate
from arm.values import get


class VaultReference(dict[str, Any]):
    """A parameter whose value is a Key Vault secret: `{"reference": {...}}`."""


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """One reason why a set of parameter values cannot be deployed."""

    name: str
    code: str
    message: str


def parse_parameters(text: str | bytes) -> dict[str, Any]:
    """Values by name from a parameter file, or from its bare `parameters` object."""
    content, _ = read_json(text, what="parameter file")
    wrapped = get(content, "parameters")
    if isinstance(wrapped, dict) and ("value" not in wrapped or get(content, "$schema") is not None):
        content = wrapped
    if not isinstance(content, dict):
        raise ArmError(
            "The request content was invalid and could not be deserialized: 'The parameters must be a JSON object.'.",
            code="InvalidRequestContent",
        )
    return {
        name: _entry(name, entry)
        for name, entry in content.items()
        if name.lower() not in {"$schema", "contentversion"}
    }


def _entry(name: str, entry: Any) -> Any:
    if isinstance(entry, dict):
        lowered = {key.lower() for key in entry}
        if "value" in lowered:
            return get(entry, "value")
        if "reference" in lowered:
            return VaultReference(reference=get(entry, "reference"))
    raise ArmError(
        f"The request content was invalid and could not be deserialized: 'The parameter '{name}' must be an object "
        f"with 'value' or 'reference'. {PARAMETERS_HELP}'.",
        code="InvalidRequestContent",
    )


def validate_parameters(template: Template, parameters: Mapping[str, Any]) -> list[ParameterProblem]:
    """Every problem of the given values, missing and unknown names included; defaults are not computed."""
    given = {name.lower(): value for name, value in parameters.items()}
    problems = [problem for name in parameters if (problem := _unknown_name(template, name)) is not None]
    for name, definition in template.parameters.items():
        if name.lower() in given:
            problems.extend(_value_problems(template, definition, given[name.lower()]))
        elif definition.required:
            problems.append(ParameterProblem(name, "Missing", _not_provided(template, name)))
    return problems


def _unknown_name(template: Template, name: str) -> ParameterProblem | None:
    if template.parameter(name) is not None:
        return None
    supported = ", ".join(template.parameters)
    return ParameterProblem(
        name,
        "UnknownName",
        f"The template parameters '{name}' in the parameters file are not valid; they are not present in the original "
        f"template and can therefore not be provided at deployment time. The only supported parameters for this "
        f"template are '{supported}'. Please see https://aka.ms/arm-pass-parameter-values for usage details.",
    )


def _value_problems(template: Template, definition: ParameterDefinition, value: Any) -> list[ParameterProblem]:
    if isinstance(value, VaultReference | Unknown):
        return []
    if value is None and definition.has_default:
        return []
    return [_problem(template, definition.name, problem) for problem in definition.problems(value)]


def _problem(template: Template, name: str, problem: Problem) -> ParameterProblem:
    where = at(template.locate(["parameters", name]))
    return ParameterProblem(name, problem.code, refusal(name, problem, where=where))


def _not_provided(template: Template, name: str) -> str:
    where = at(template.locate(["parameters", name]))
    return f"The value for the template parameter '{name}' {where} is not provided. {PARAMETERS_HELP}"


class ParameterScope(TemplateScope):
    """A template scope that computes parameters when they are asked for, defaults included."""

    def __init__(self, template: Template, given: Mapping[str, Any], **surroundings: Any) -> None:
        super().__init__(template, **surroundings)
        self._given = {name.lower(): value for name, value in given.items()}
        self._names = list(given)
        self._waiting: list[str] = []

    def parameter(self, name: str) -> Any:
        lowered = name.lower()
        if lowered not in self.parameters:
            self.parameters[lowered] = self._compute(name, lowered)
        return self.parameters[lowered]

    def settle_all(self) -> None:
        """Compute and check every parameter, refusing names the template does not have."""
        for name in self._names:
            problem = _unknown_name(self.template, name)
            if problem is not None:
                raise validation_failed(problem.message)
        for name in self.template.parameters:
            self.parameter(name)

    def _compute(self, name: str, lowered: str) -> Any:
        definition = self.template.parameter(lowered)
        if definition is None:
            raise missing("parameter", name)
        given = self._given.get(lowered)
        if lowered in self._given and not (given is None and definition.has_default):
            value = _vault(given, definition) if isinstance(given, VaultReference) else given
        elif definition.has_default:
            value = self._default(definition)
        elif definition.nullable:
            value = None
        else:
            position = self.template.locate(["parameters", definition.name])
            raise validation_failed(_not_provided(self.template, definition.name), position=position)
        value = _coerced(value, definition)
        # Azure lets a default come to null whatever the parameter's type.
        is_empty_default = value is None and definition.has_default
        problems = [] if is_empty_default else definition.problems(value)
        if problems:
            position = self.template.locate(["parameters", definition.name])
            message = refusal(definition.name, problems[0], where=at(position))
            raise validation_failed(message, position=position)
        return self.ledger.admit(definition.protect(value))

    def _default(self, definition: ParameterDefinition) -> Any:
        if definition.name in self._waiting:
            raise ExpressionError(
                f"The template parameter '{definition.name}' refers to itself: "
                f"{' -> '.join([*self._waiting, definition.name])}"
            )
        self._waiting.append(definition.name)
        try:
            return evaluate(definition.default, Frame(self, place=Place.PARAMETER))
        except ArmError as error:
            position = self.template.locate(["parameters", definition.name, "defaultValue"])
            raise in_place(error, f"template parameter '{definition.name}'", position=position) from error
        finally:
            self._waiting.pop()

    def variable(self, name: str) -> Any:
        if self._waiting:
            raise ExpressionError("The template function 'variables' is not expected at this location.")
        return super().variable(name)


def _coerced(value: Any, definition: ParameterDefinition) -> Any:
    """A secure value stays usable where a plain parameter receives it; whole floats count as integers."""
    if definition.type == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Secret) and definition.secure:
        return value.reveal()
    return value


def _vault(reference: VaultReference, definition: ParameterDefinition) -> Unknown:
    described = get(reference, "reference") or {}
    vault = get(get(described, "keyVault", {}), "id", "")
    text = f"parameters('{definition.name}')"

    def settle(runtime: Any) -> Any:
        raise ArmError(
            f"The secret of KeyVault parameter '{definition.name}' cannot be retrieved. "
            "Please see https://aka.ms/arm-keyvault for usage details.",
            code="KeyVaultParameterReferenceSecretRetrieveFailed",
        ) from (runtime if isinstance(runtime, BaseException) else None)

    return Unknown(reason=f"a secret of the key vault {vault}", render=lambda: text, settle=settle, secure=True)


def evaluate_parameter_default(
    template: Template,
    name: str,
    *,
    parameters: Mapping[str, Any],
    context: DeploymentContext,
    limits: Limits = DEFAULT,
) -> Any:
    """What a parameter would be without a given value; other parameters are taken from `parameters`."""
    definition = template.parameter(name)
    if definition is None:
        raise validation_failed(missing("parameter", name).message)
    if not definition.has_default:
        raise validation_failed(_not_provided(template, definition.name))
    others = {
        key: value for key, value in parameters.items() if key.lower() != name.lower() and template.parameter(key)
    }
    scope = ParameterScope(
        template, others, context=context, target=target_of(context, template.scope), ledger=Ledger(limits)
    )
    try:
        return reveal(scope.parameter(name))
    except RecursionError as error:
        raise validation_failed(f"The default of parameter '{name}' is nested too deeply") from error
