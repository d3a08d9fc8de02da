"""What a template comes to: its resources, their order, its outputs, and their values at run time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from arm.errors import ArmError, ExpressionError, Position, at
from arm.frames import Runtime
from arm.graph import batches
from arm.limits import Limits
from arm.opaque import Secret, Unknown, reveal, settle, unknowns_in
from arm.template import Template
from arm.values import type_name

_OUTPUT_TYPES = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
_OUTPUT_KINDS = {"String": "String", "Int": "Integer", "Bool": "Boolean", "Object": "Object", "Array": "Array"}


@dataclass(frozen=True, slots=True)
class ExpandedOutput:
    """One output; its value may be Unknown, or a Secret when it comes from one."""

    type: str
    value: Any
    secure: bool = False


@dataclass(frozen=True, kw_only=True)
class ExpandedResource:
    """One resource as it would be sent to Azure.

    `body` holds everything but type, name, apiVersion and what only the template language reads; it may contain
    Unknown and Secret values. `depends_on` holds full ids of this expansion. `nested` is what a nested deployment
    comes to, or None with `deferred` saying why that cannot be told before the deployment runs.
    """

    id: str
    type: str
    name: str
    api_version: str
    location: Any
    scope: str
    body: dict[str, Any] = field(repr=False)
    depends_on: tuple[str, ...] = ()
    symbolic_name: str = ""
    existing: bool = False
    subscription_id: str = ""
    resource_group: str = ""
    copy_name: str = ""
    copy_index: int | None = None
    nested: "Expansion | None" = field(default=None, repr=False)
    deferred: str = ""
    path: tuple[str | int, ...] = ()
    template: Template = field(repr=False, compare=False)
    renew: Callable[[Runtime | None], "Expansion"] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def position(self) -> Position | None:
        """Where the template writes it."""
        return self.template.locate(self.path)

    @property
    def is_deployment(self) -> bool:
        """Whether it is a nested or linked deployment."""
        return self.type.lower() == "microsoft.resources/deployments"

    @property
    def unknowns(self) -> list[Unknown]:
        """Every value of the body that only the deployment can tell."""
        return unknowns_in(self.body)

    def resolve(self, runtime: Runtime) -> dict[str, Any]:
        """The body with every value filled in, secrets included: what is sent to Azure."""
        try:
            resolved: dict[str, Any] = reveal(settle(self.body, runtime))
        except RecursionError as error:
            raise self._failed("the value is nested too deeply") from error
        except ExpressionError as error:
            raise self._failed(error.message) from error
        return resolved

    def resolve_nested(self, runtime: Runtime) -> "Expansion":
        """The nested deployment with its parameter values filled in."""
        if self.renew is None:
            raise self._failed("it is not a nested deployment")
        try:
            return self.renew(runtime)
        except RecursionError as error:
            raise self._failed("the template is nested too deeply") from error

    def _failed(self, reason: str) -> ArmError:
        return ArmError(
            f"Unable to process template language expressions for resource '{self.id}' {at(self.position)}. '{reason}'",
            position=self.position,
        )


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """A template with its parameters, loops and conditions worked out."""

    template: Template
    deployment_name: str
    scope_id: str
    parameters: Mapping[str, Any] = field(repr=False)
    variables: Mapping[str, Any] = field(repr=False)
    resources: tuple[ExpandedResource, ...]
    outputs: Mapping[str, ExpandedOutput] = field(repr=False)
    limits: Limits = field(repr=False)

    def order(self) -> tuple[tuple[ExpandedResource, ...], ...]:
        """Resources in waves: each needs only those of earlier waves. Existing ones are left out."""
        created = {resource.id.lower(): resource for resource in self.resources if not resource.existing}
        edges = {
            key: [target.lower() for target in resource.depends_on if target.lower() in created]
            for key, resource in created.items()
        }
        return tuple(tuple(created[key] for key in wave) for wave in batches(edges)[0])

    def all_resources(self) -> Iterator[ExpandedResource]:
        """Every resource, those of nested deployments right after the deployment that makes them."""
        for resource in self.resources:
            yield resource
            if resource.nested is not None:
                yield from resource.nested.all_resources()

    def resolve(self, value: Any, runtime: Runtime) -> Any:
        """A value of this expansion with every Unknown filled in; Secrets stay wrapped."""
        return settle(value, runtime)

    def resolve_outputs(self, runtime: Runtime, *, reveal_secure: bool = False) -> dict[str, dict[str, Any]]:
        """Outputs as a finished deployment reports them; secure ones without their value unless asked for."""
        return {
            name: self._output(name, output, runtime, reveal_secure=reveal_secure)
            for name, output in self.outputs.items()
        }

    def _output(self, name: str, output: ExpandedOutput, runtime: Runtime, *, reveal_secure: bool) -> dict[str, Any]:
        kind = _OUTPUT_TYPES.get(output.type, output.type)
        if output.type in {"securestring", "secureobject"} and not reveal_secure:
            return {"type": kind}
        try:
            value = reveal(settle(output.value, runtime))
        except (ExpressionError, RecursionError) as error:
            raise ArmError(
                f"Unable to evaluate template outputs: '{name}'. Please see error details and deployment operations. "
                "Please see https://aka.ms/arm-common-errors for usage details.",
                code="DeploymentOutputEvaluationFailed",
                details=[_output_detail(name, str(error))],
            ) from error
        check_output(name, kind, value)
        return {"type": kind, "value": value}


def _output_detail(name: str, reason: str) -> ArmError:
    return ArmError(f"The template output '{name}' is not valid: {reason}.", code="DeploymentOutputEvaluationFailed")


def check_output(name: str, kind: str, value: Any) -> None:
    """Refuse an output whose known value is not of its type."""
    wanted = _OUTPUT_KINDS.get(_OUTPUT_TYPES.get(kind, kind))
    if wanted is None or value is None or isinstance(value, Unknown | Secret):
        return
    actual = type_name(value)
    if actual != wanted and not (wanted == "Integer" and isinstance(value, float) and value.is_integer()):
        raise ArmError(
            f"The template output '{name}' is not valid: Template output JToken type is not valid. Expected "
            f"'{wanted}'. Actual '{actual}'. Please see https://aka.ms/arm-syntax-outputs for usage details.",
            code="DeploymentOutputEvaluationFailed",
        )
