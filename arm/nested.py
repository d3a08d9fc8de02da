"""Nested and linked deployments: their own scope, parameters and target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from arm.context import DeploymentContext, ResourceGroup, Target
from arm.errors import ExpressionError, NotYetKnown
from arm.expansion import Expansion
from arm.frames import Frame, OuterScope, Place, Runtime, TemplateScope
from arm.heads import RESOURCE_GROUPS, Head, target_of_id
from arm.opaque import Unknown, reveal, settle
from arm.parameters import ParameterScope, VaultReference
from arm.template import Template
from arm.trees import evaluate
from arm.values import get

Run = Callable[[TemplateScope, Frame | None], Expansion]
_GROUP_API = "2021-04-01"


@dataclass(frozen=True, slots=True)
class TemplateLink:
    """Where a linked deployment says its template is; `parent` is the link of the template that says so."""

    uri: str = ""
    relative_path: str = ""
    id: str = ""
    content_version: str = ""
    parent: str = ""


class LinkResolver(Protocol):
    """Finds linked templates; None means it cannot be had here and stays unexpanded."""

    def resolve(self, link: TemplateLink) -> Template | None: ...


@dataclass(frozen=True, slots=True)
class Nested:
    """What a nested deployment comes to, its evaluated properties, and how to expand it again at run time."""

    properties: dict[str, Any]
    expansion: Expansion | None
    deferred: str
    renew: Callable[[Runtime | None], Expansion]


def nested_deployment(head: Head, frame: Frame, run: Run, *, resolver: LinkResolver | None = None) -> Nested:
    """Expand a Microsoft.Resources/deployments resource as far as that is possible before it runs."""
    source = get(head.source, "properties")
    if not isinstance(source, dict):
        raise ExpressionError("The nested deployment has no properties.")
    plan = _Plan(head, frame, source, run, resolver)
    properties = plan.properties()

    def renew(runtime: Runtime | None) -> Expansion:
        return plan.expand(runtime)

    expansion, deferred = None, ""
    try:
        if not head.is_located:
            raise NotYetKnown(head.deferred)
        expansion = plan.expand(None)
    except NotYetKnown as waiting:
        deferred = waiting.message
    return Nested(properties, expansion, deferred, renew)


class _Plan:
    def __init__(
        self, head: Head, frame: Frame, source: dict[str, Any], run: Run, resolver: LinkResolver | None
    ) -> None:
        self.head = head
        self.frame = frame
        self.source = source
        self.run = run
        self.resolver = resolver

    def properties(self) -> dict[str, Any]:
        """The properties as sent to Azure; the template itself stays as written."""
        shown: dict[str, Any] = {}
        for key, value in self.source.items():
            shown[key] = value if key.lower() == "template" else evaluate(value, self.frame)
        shown.setdefault("mode", "Incremental")
        return shown

    @property
    def is_inner(self) -> bool:
        parent = self.frame.scope.template
        options = evaluate(get(self.source, "expressionEvaluationOptions"), self.frame.at_place(Place.HEAD))
        wanted = get(options, "scope")
        default = "inner" if parent.symbolic else "outer"
        chosen = wanted.lower() if isinstance(wanted, str) else default
        if chosen not in {"inner", "outer", "notspecified"}:
            raise ExpressionError(f"The expression evaluation scope '{wanted}' is not valid.")
        if chosen == "outer" and parent.symbolic:
            raise ExpressionError(
                "The expression evaluation scope 'outer' is not allowed in a template with language version 2.0."
            )
        return chosen == "inner" or (chosen == "notspecified" and default == "inner")

    def expand(self, runtime: Runtime | None) -> Expansion:
        frame = self.frame.at_run_time(runtime)
        document = get(self.source, "template")
        if document is None:
            return self._expand_linked(frame)
        computed = isinstance(document, str)
        if computed:
            document = settled(evaluate(document, frame), frame)
        if not isinstance(document, dict):
            raise ExpressionError("The template of a nested deployment must be an object.")
        path = (*self.head.path, "properties", "template")
        template = self.frame.scope.template.part(document, path)
        if computed or self.is_inner:
            return self.run(self._inner(template, frame, link=""), None)
        return self._expand_outer(template, frame)

    def _expand_outer(self, template: Template, frame: Frame) -> Expansion:
        scope = OuterScope(template, parent=frame, target=self.target)
        return self.run(scope, frame.within(scope))

    def _expand_linked(self, frame: Frame) -> Expansion:
        described = settled(evaluate(get(self.source, "templateLink"), frame), frame)
        if not isinstance(described, dict):
            raise ExpressionError("The deployment has neither a template nor a templateLink.")
        link = TemplateLink(
            uri=str(get(described, "uri", "") or ""),
            relative_path=str(get(described, "relativePath", "") or ""),
            id=str(get(described, "id", "") or ""),
            content_version=str(get(described, "contentVersion", "") or ""),
            parent=self.frame.scope.context.template_link,
        )
        template = self.resolver.resolve(link) if self.resolver else None
        if template is None:
            place = link.uri or link.relative_path or link.id
            raise NotYetKnown(f"the linked template '{place}' is read by Azure when the deployment runs")
        return self.run(self._inner(template, frame, link=link.uri), None)

    def _inner(self, template: Template, frame: Frame, *, link: str) -> ParameterScope:
        return ParameterScope(
            template,
            self._values(frame),
            context=self._context(frame, link=link),
            target=self.target,
            ledger=frame.ledger,
            depth=frame.scope.depth + 1,
        )

    def _values(self, frame: Frame) -> dict[str, Any]:
        entries = settled(evaluate(get(self.source, "parameters"), frame), frame)
        if entries is None:
            return {}
        if not isinstance(entries, dict):
            raise ExpressionError("The parameters of a nested deployment must be an object.")
        values: dict[str, Any] = {}
        for name, entry in entries.items():
            if isinstance(entry, Unknown):
                values[name] = _value_of(entry)
                continue
            if not isinstance(entry, dict):
                raise ExpressionError(f"The parameter '{name}' of a nested deployment must be an object with a value.")
            if get(entry, "reference") is not None:
                values[name] = VaultReference(reference=get(entry, "reference"))
            else:
                values[name] = get(entry, "value")
        return values

    @property
    def target(self) -> Target:
        home = self.head.frame.scope.target
        if self.head.scope:
            return target_of_id(self.head.scope) if self.head.scope.startswith("/") else home
        return self.head.target

    def _context(self, frame: Frame, *, link: str) -> DeploymentContext:
        outer, target = frame.scope.context, self.target
        group = self._group(frame, target) if target.scope == "resourceGroup" else None
        location = evaluate(get(self.head.source, "location"), self.frame.at_place(Place.HEAD))
        return replace(
            outer,
            subscription_id=target.subscription_id or outer.subscription_id,
            resource_group=group,
            management_group=target.management_group or outer.management_group,
            deployment_name=self.head.name.rsplit("/", 1)[-1],
            location=reveal(location) if isinstance(location, str) else outer.location,
            template_link=link,
        )

    def _group(self, frame: Frame, target: Target) -> ResourceGroup:
        """The resource group a deployment goes to: the parent's, a known one, or one that is being created."""
        outer = frame.scope.context
        own = outer.resource_group
        if (
            own
            and own.name.lower() == target.resource_group.lower()
            and target.subscription_id == outer.subscription_id
        ):
            return own
        known = outer.resource_groups.get(target.resource_group.lower())
        return known or self._created_group(frame, target) or _group_later(target, frame.runtime)

    def _created_group(self, frame: Frame, target: Target) -> ResourceGroup | None:
        for head in _heads_of(frame, target.id):
            if head.type.lower() == RESOURCE_GROUPS:
                location = evaluate(get(head.source, "location"), head.frame)
                tags = evaluate(get(head.source, "tags"), head.frame.at_place(Place.BODY))
                return ResourceGroup(head.name, location or "", tags if isinstance(tags, dict | Unknown) else {})
        return None


def _heads_of(frame: Frame, resource_id: str) -> list[Head]:
    index = frame.scope.resources
    found: list[Head] = index.heads(resource_id) if index is not None else []
    return found


def _group_later(target: Target, runtime: Runtime | None) -> ResourceGroup:
    """A group this template does not create: its location and tags are read when the deployment runs."""
    location, tags = (settle(_of_group(target, name), runtime) for name in ("location", "tags"))
    return ResourceGroup(target.resource_group, location, tags)


def _of_group(target: Target, name: str) -> Unknown:
    def settle_from(runtime: Runtime) -> Any:
        found = get(runtime.reference(target.id, _GROUP_API, True), name)
        return {} if found is None and name == "tags" else found

    return Unknown(
        reason=f"the {name} of the resource group {target.resource_group}",
        render=lambda: f"reference('{target.id}', '{_GROUP_API}', 'Full').{name}",
        settle=settle_from,
    )


def _value_of(entry: Unknown) -> Unknown:
    """The value inside a parameter entry that is itself known only at run time."""
    return Unknown(
        reason=entry.reason,
        render=lambda: f"{entry.inner}.value",
        settle=lambda runtime: get(settle(entry, runtime), "value"),
        secure=entry.secure,
    )


def settled(value: Any, frame: Frame) -> Any:
    """The outermost layer of a value, taken out of secrecy and, at run time, filled in throughout."""
    value = settle(value, frame.runtime) if frame.runtime is not None else value
    if isinstance(value, Unknown):
        raise NotYetKnown(f"a part of the nested deployment depends on {value.reason}: {value.expression}")
    if not isinstance(value, Mapping):
        return reveal(value)
    return value
