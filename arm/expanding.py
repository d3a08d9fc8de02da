"""Turns a template and its parameter values into the resources it builds."""

from collections.abc import Mapping, Sequence
from typing import Any

from arm.context import DeploymentContext, target_of
from arm.errors import RESOURCES_HELP, ArmError, ExpressionError, LimitExceeded, in_place, validation_failed
from arm.expansion import ExpandedOutput, ExpandedResource, Expansion, check_output
from arm.frames import Frame, Place, TemplateScope
from arm.graph import ResourceIndex, batches, circular, on_cycle, reaches, refuse_duplicates
from arm.heads import Head, collect, declared_names, flag_of
from arm.limits import DEFAULT, SECRET_INSIDE, Ledger, Limits
from arm.nested import LinkResolver, Nested, nested_deployment
from arm.opaque import Secret, Unknown, reveal
from arm.parameters import ParameterScope
from arm.template import Template
from arm.trees import evaluate, run_loop
from arm.values import get

_STRUCTURE = {
    "type",
    "name",
    "apiversion",
    "condition",
    "copy",
    "dependson",
    "resources",
    "comments",
    "existing",
    "scope",
    "subscriptionid",
    "resourcegroup",
    "managementgroupid",
    "import",
    "extension",
    "metadata",
    "$options",
}


def expand(
    template: Template,
    *,
    parameters: Mapping[str, Any],
    context: DeploymentContext,
    resolver: LinkResolver | None = None,
    limits: Limits = DEFAULT,
) -> Expansion:
    """Work out what a deployment of the template would create; raises ArmError as Azure's validation would."""
    if len(context.deployment_name) > limits.deployment_name:
        raise ArmError(
            f"The deployment name '{context.deployment_name[:80]}' is invalid. The name must not be longer than "
            f"'{limits.deployment_name}' characters.",
            code="InvalidDeploymentName",
        )
    target = target_of(context, template.scope)
    scope = ParameterScope(template, parameters, context=context, target=target, ledger=Ledger(limits))
    try:
        return Expander(scope, resolver=resolver).run()
    except RecursionError as error:
        raise LimitExceeded("The template is nested too deeply to be evaluated.") from error


class Expander:
    """Expands one template within a scope that knows its parameters."""

    def __init__(self, scope: TemplateScope, *, resolver: LinkResolver | None, frame: Frame | None = None) -> None:
        self.scope = scope
        self.template = scope.template
        self.limits = scope.ledger.limits
        self.resolver = resolver
        self.frame = frame or Frame(scope, place=Place.BODY)

    def run(self) -> Expansion:
        variables = self._prepare()
        heads = collect(self.frame)
        refuse_duplicates(heads)
        index = ResourceIndex(heads, symbolic=self.template.symbolic, declared=declared_names(self.frame))
        self.scope.resources = index
        created = [head for head in heads if head.active]
        bodies = [self._body(head) for head in created]
        dependencies = self._dependencies(created, bodies, index)
        resources = tuple(
            self._resource(head, body, dependencies[place])
            for place, (head, body) in enumerate(zip(created, bodies, strict=True))
        )
        self._check_size(resources)
        return Expansion(
            template=self.template,
            deployment_name=self.scope.context.deployment_name,
            scope_id=self.scope.target.id,
            parameters={name: self.scope.parameter(name) for name in self._parameter_names()},
            variables=variables,
            resources=resources,
            outputs=self._outputs(),
            limits=self.limits,
        )

    def _parameter_names(self) -> Sequence[str]:
        return list(self.template.parameters) if isinstance(self.scope, ParameterScope) else []

    def _prepare(self) -> dict[str, Any]:
        if not isinstance(self.scope, ParameterScope):
            return {}
        self.scope.settle_all()
        return {name: self.scope.variable(name) for name in self.template.variable_names}

    def _body(self, head: Head) -> "_Body":
        uses: list[tuple[str, bool]] = []
        frame = head.frame.at_place(Place.BODY).noting(uses)
        try:
            nested = None
            if head.is_deployment and not head.existing:
                nested = nested_deployment(head, frame, self._child, resolver=self.resolver)
            body = {} if head.existing else self._properties(head, frame, nested)
            wanted = [] if head.existing else _wanted(head)
        except ArmError as error:
            if head.deferred:
                # Whether, how often or under which name it is made is open, so its body may make no sense yet.
                return _Body({}, uses, [], None)
            position = self.template.locate(head.path)
            raise in_place(error, f"template resource '{head.name}'", position=position) from error
        return _Body(body, uses, wanted, nested)

    def _child(self, scope: TemplateScope, frame: Frame | None) -> Expansion:
        if scope.depth > self.limits.nesting:
            raise LimitExceeded(f"Deployments are nested more than {self.limits.nesting} levels deep.")
        return Expander(scope, resolver=self.resolver, frame=frame).run()

    def _properties(self, head: Head, frame: Frame, nested: Nested | None) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for key, value in head.source.items():
            lowered = key.lower()
            if lowered in _STRUCTURE:
                continue
            if nested is not None and lowered == "properties":
                body[key] = nested.properties
                continue
            place = Place.HEAD if lowered == "location" else Place.BODY
            item = evaluate(value, frame.at_place(place))
            if item is not None:
                body[key] = item
        size = frame.ledger.inspect(body)[0]
        if size > self.limits.resource_size:
            raise LimitExceeded(
                f"The resource '{head.name}' has a definition of '{size}' characters, more than the allowed "
                f"'{self.limits.resource_size}'."
            )
        return body

    def _dependencies(self, heads: list[Head], bodies: list["_Body"], index: ResourceIndex) -> list[tuple[str, ...]]:
        known = {head.id.lower(): head for head in heads if not head.existing}
        edges: dict[str, list[str]] = {}
        soft: list[tuple[str, str]] = []
        for head, body in zip(heads, bodies, strict=True):
            if head.existing:
                continue
            own = head.id.lower()
            targets = dict.fromkeys(self._explicit(head, body, index))
            for target, is_soft in body.uses:
                if target not in known or target == own:
                    continue
                if is_soft:
                    soft.append((own, target))
                else:
                    targets[target] = None
            edges[own] = list(targets)
        self._serialize(heads, edges)
        self._refuse_cycles(edges, known)
        for own, target in soft:
            if target not in edges[own] and not reaches(edges, target, own):
                edges[own].append(target)
        return [tuple(known[target].id for target in edges.get(head.id.lower(), ())) for head in heads]

    def _explicit(self, head: Head, body: "_Body", index: ResourceIndex) -> list[str]:
        found: list[str] = []
        for name in body.wanted:
            targets = index.heads(name)
            if not targets and not index.is_declared(name) and not index.is_open:
                position = self.template.locate((*head.path, "dependsOn"))
                raise validation_failed(
                    f"The resource '{name}' is not defined in the template. "
                    "Please see https://aka.ms/arm-template for usage details.",
                    position=position,
                )
            self.scope.ledger.spend(len(targets))
            found.extend(target.id.lower() for target in targets if target.active and not target.existing)
        if head.id.lower() in found:
            raise circular(head.id, position=self.template.locate(head.path))
        return found

    def _serialize(self, heads: list[Head], edges: dict[str, list[str]]) -> None:
        """Make each batch of a serial loop wait for the batch before it."""
        loops: dict[tuple[str | int, ...], list[Head]] = {}
        for head in heads:
            if head.batch_size and not head.existing and head.copy_index is not None:
                loops.setdefault(head.path, []).append(head)
        for members in loops.values():
            for head in members:
                batch = (head.copy_index or 0) // head.batch_size
                edges[head.id.lower()].extend(
                    other.id.lower()
                    for other in members
                    if (other.copy_index or 0) // head.batch_size == batch - 1
                    and other.id.lower() not in edges[head.id.lower()]
                )

    def _refuse_cycles(self, edges: dict[str, list[str]], known: dict[str, Head]) -> None:
        _, left = batches(edges)
        if left:
            head = known[on_cycle(edges, left)]
            raise circular(head.id, position=self.template.locate(head.path))

    def _resource(self, head: Head, body: "_Body", depends_on: tuple[str, ...]) -> ExpandedResource:
        return ExpandedResource(
            id=head.id,
            type=head.type,
            name=head.name,
            api_version=head.api_version,
            location=reveal(get(body.body, "location")),
            scope=head.scope,
            body=body.body,
            depends_on=depends_on,
            symbolic_name=head.symbol,
            existing=head.existing,
            subscription_id=head.target.subscription_id,
            resource_group=head.target.resource_group,
            copy_name=head.copy_name,
            copy_index=head.copy_index,
            nested=body.nested.expansion if body.nested else None,
            deferred=head.deferred or (body.nested.deferred if body.nested else ""),
            path=head.path,
            template=self.template,
            renew=body.nested.renew if body.nested else None,
        )

    def _check_size(self, resources: tuple[ExpandedResource, ...]) -> None:
        total = sum(self.scope.ledger.inspect(resource.body)[0] for resource in resources)
        if total > self.limits.template_size:
            raise LimitExceeded(
                f"The template has '{total}' characters after expansion, more than the allowed "
                f"'{self.limits.template_size}'.",
                code="RequestContentTooLarge",
            )
        if self.scope.target.scope in {"subscription", "managementGroup"} and not self.scope.depth:
            places = {str(r.location).lower() for r in resources if r.is_deployment and isinstance(r.location, str)}
            if len(places) > self.limits.locations:
                raise LimitExceeded(
                    f"The deployment uses '{len(places)}' locations, more than the allowed '{self.limits.locations}'."
                )

    def _outputs(self) -> dict[str, ExpandedOutput]:
        outputs: dict[str, ExpandedOutput] = {}
        frame = self.frame.at_place(Place.OUTPUT)
        for name, definition in self.template.outputs.items():
            source = definition.source
            try:
                if self._is_off(source, frame):
                    continue
                value = self._output_value(name, source, frame)
                check_output(name, definition.type, value)
            except ArmError as error:
                position = self.template.locate(["outputs", name])
                raise in_place(error, f"template output '{name}'", position=position) from error
            tainted = isinstance(value, Secret | Unknown | list | dict) and bool(
                frame.ledger.inspect(value)[1] & SECRET_INSIDE or getattr(value, "secure", False)
            )
            outputs[name] = ExpandedOutput(definition.type, value, secure=definition.secure or tainted)
        return outputs

    def _is_off(self, source: Mapping[str, Any], frame: Frame) -> bool:
        return not flag_of(dict(source), "condition", frame.at_place(Place.HEAD), default=True)

    def _output_value(self, name: str, source: Mapping[str, Any], frame: Frame) -> Any:
        loop = get(source, "copy")
        if isinstance(loop, dict):
            return run_loop(name, loop, frame)
        return frame.ledger.admit(evaluate(get(source, "value"), frame))


class _Body:
    """The second pass over one instance: its body, what it refers to and what it waits for."""

    __slots__ = ("body", "nested", "uses", "wanted")

    def __init__(
        self, body: dict[str, Any], uses: list[tuple[str, bool]], wanted: list[str], nested: Nested | None
    ) -> None:
        self.body = body
        self.uses = uses
        self.wanted = wanted
        self.nested = nested


def _wanted(head: Head) -> list[str]:
    """The texts of a resource's dependsOn."""
    raw = get(head.source, "dependsOn")
    if raw is None:
        return []
    entries = reveal(evaluate(raw, head.frame.at_place(Place.HEAD)))
    if isinstance(entries, Unknown):
        return []
    entries = [entries] if isinstance(entries, str) else entries
    if not isinstance(entries, list):
        raise ExpressionError(f"The 'dependsOn' must be an array. {RESOURCES_HELP}")
    found: list[str] = []
    for entry in entries:
        if isinstance(entry, list):
            found.extend(str(item) for item in entry if item)
        elif isinstance(entry, str):
            found.extend([entry] if entry else [])
        elif entry is not None and not isinstance(entry, Unknown):
            raise ExpressionError(f"An entry of 'dependsOn' must be a string. {RESOURCES_HELP}")
    return found
