"""The first pass over a template's resources: which instances there are, what they are called, where they go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from arm.context import Target
from arm.errors import (
    RESOURCES_HELP,
    ArmError,
    ExpressionError,
    LimitExceeded,
    NotYetKnown,
    at,
    in_place,
    validation_failed,
)
from arm.frames import Frame, Place
from arm.opaque import Unknown, reveal
from arm.trees import evaluate, known_too_late, loop_count
from arm.values import get, type_name

DEPLOYMENTS = "microsoft.resources/deployments"
RESOURCE_GROUPS = "microsoft.resources/resourcegroups"
_TENANT_TYPES = {"microsoft.management/managementgroups", "microsoft.subscription/aliases"}


@dataclass(slots=True)
class Head:
    """One instance of a resource: everything that decides its identity."""

    source: dict[str, Any]
    path: tuple[str | int, ...]
    frame: Frame
    type: str
    name: str
    api_version: str
    target: Target
    id: str
    active: bool
    existing: bool
    symbol: str = ""
    scope: str = ""
    copy_name: str = ""
    copy_index: int | None = None
    copy_count: int = 0
    batch_size: int = 0
    extension: bool = False
    deferred: str = ""
    is_located: bool = True
    short_names: tuple[str, ...] = ()
    aliases: list[str] = field(default_factory=list)

    @property
    def is_deployment(self) -> bool:
        return self.type.lower() == DEPLOYMENTS


def declared_names(frame: Frame) -> set[str]:
    """Symbolic and loop names of all resources in lower case, those of loops that make nothing included."""
    resources = frame.scope.template.resources
    names = {name.lower() for name in resources} if isinstance(resources, dict) else set()
    for source in resources.values() if isinstance(resources, dict) else resources:
        loop = get(get(source, "copy"), "name")
        if isinstance(loop, str):
            names.add(loop.lower())
    return names


def collect(frame: Frame) -> list[Head]:
    """The instances of all resources of a template, children included, in template order."""
    template = frame.scope.template
    heads: list[Head] = []
    resources = template.resources
    entries = enumerate(resources) if isinstance(resources, list) else resources.items()
    for key, source in entries:
        for head in _instances(source, ("resources", key), frame, parent=None):
            heads.append(head)
            if len(heads) > frame.ledger.limits.resources:
                raise LimitExceeded(
                    "Deployment template validation failed: 'The number of resources limit exceeded. Limit: "
                    f"'{frame.ledger.limits.resources}'. Please see https://aka.ms/arm-template for usage details.'."
                )
    return heads


def _instances(source: Any, path: tuple[str | int, ...], frame: Frame, *, parent: Head | None) -> Iterator[Head]:
    if not isinstance(source, dict):
        position = frame.scope.template.locate(path)
        raise validation_failed(
            f"The template resource {at(position)} must be an object. {RESOURCES_HELP}", position=position
        )
    frame.ledger.spend(8)
    try:
        for turn in _known_turns(source, frame.at_place(Place.HEAD), parent):
            head = _head(source, path, turn, parent)
            yield head
            yield from _children(head)
    except ArmError as error:
        position = frame.scope.template.locate(path)
        raise in_place(error, f"template resource '{_label(source, path)}'", position=position) from error


def _label(source: dict[str, Any], path: tuple[str | int, ...]) -> str:
    name = get(source, "name")
    return name if isinstance(name, str) else str(path[-1])


@dataclass(frozen=True, slots=True)
class _Turn:
    frame: Frame
    name: str = ""
    index: int | None = None
    count: int = 0
    batch_size: int = 0
    deferred: str = ""


def _known_turns(source: dict[str, Any], frame: Frame, parent: Head | None) -> Iterator[_Turn]:
    """The turns of a resource's loop; one stands for all when only the deployment knows how many there are."""
    try:
        yield from _turns(source, frame, parent)
    except NotYetKnown as waiting:
        name = text_of(get(source, "copy", {}), "name", frame)
        yield _Turn(frame.in_loop(name, 0, own=True), name, 0, 1, deferred=waiting.message)


def _turns(source: dict[str, Any], frame: Frame, parent: Head | None) -> Iterator[_Turn]:
    loop = get(source, "copy")
    if loop is None:
        yield _Turn(frame)
        return
    if not isinstance(loop, dict) or parent is not None:
        raise ExpressionError("The 'copy' of a resource must be an object and is not allowed on a child resource.")
    name = reveal(evaluate(get(loop, "name"), frame))
    if not isinstance(name, str) or not name:
        raise ExpressionError("The copy loop of a resource must have a name.")
    count = loop_count(name, get(loop, "count"), frame)
    batch = _batch_size(loop, frame)
    for index in range(count):
        yield _Turn(frame.in_loop(name, index, own=True), name, index, count, batch)


def _batch_size(loop: dict[str, Any], frame: Frame) -> int:
    mode = reveal(evaluate(get(loop, "mode", "parallel"), frame))
    if not isinstance(mode, str) or mode.lower() != "serial":
        return 0
    size = reveal(evaluate(get(loop, "batchSize", 1), frame))
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ExpressionError("The 'batchSize' of a copy loop must be a positive integer.")
    return size


def text_of(source: dict[str, Any], key: str, frame: Frame, *, default: str = "") -> str:
    """A part of a resource's head that must be a text known before the deployment runs."""
    raw = get(source, key)
    if raw is None:
        return default
    value = reveal(evaluate(raw, frame))
    if isinstance(value, Unknown):
        raise known_too_late(f"the '{key}' of a resource", value)
    if value is None:
        return default
    if not isinstance(value, str):
        raise ExpressionError(f"The '{key}' of a resource must be a string but is of type '{type_name(value)}'.")
    return value


def flag_of(source: dict[str, Any], key: str, frame: Frame, *, default: bool) -> bool:
    """A part of a resource or output that must be true or false before the deployment runs."""
    raw = get(source, key)
    if raw is None:
        return default
    value = reveal(evaluate(raw, frame))
    if isinstance(value, Unknown):
        raise known_too_late(f"the '{key}'", value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ExpressionError(f"The '{key}' must be a boolean but is of type '{type_name(value)}'.")
    return value


def _head(source: dict[str, Any], path: tuple[str | int, ...], turn: _Turn, parent: Head | None) -> Head:
    """One instance; a part that cannot be worked out does not matter when the condition is false."""
    frame = turn.frame
    head = Head(
        source=source,
        path=path,
        frame=frame,
        type="",
        name="",
        api_version="",
        target=frame.scope.target,
        id=f"left-out/{'/'.join(map(str, path))}/{turn.index}",
        active=True,
        existing=flag_of(source, "existing", frame, default=False),
        deferred=turn.deferred,
        symbol=str(path[-1]) if isinstance(path[-1], str) and len(path) == 2 else "",
        copy_name=turn.name,
        copy_index=turn.index,
        copy_count=turn.count,
        batch_size=turn.batch_size,
        extension=get(source, "import") is not None or get(source, "extension") is not None,
    )
    try:
        head.active = flag_of(source, "condition", frame, default=True)
    except NotYetKnown as waiting:
        head.deferred = waiting.message
    try:
        _identify(head, parent)
    except NotYetKnown as waiting:
        head.deferred = waiting.message
        _stand_in(head, parent)
    except ArmError:
        if head.active and not head.deferred:
            raise
        if head.active:
            _stand_in(head, parent)
    return head


def _stand_in(head: Head, parent: Head | None) -> None:
    """Show a resource by the expression of its name when only the deployment knows it."""
    raw = get(head.source, "name")
    try:
        value = evaluate(raw, head.frame)
    except ArmError:
        value = raw
    shown = value.expression if isinstance(value, Unknown) else str(raw)
    head.name, head.is_located = shown, False
    head.type = _full_names(head.type, shown, parent)[0]
    head.id = f"{head.frame.scope.target.id}/providers/{head.type}/{shown}"


def _identify(head: Head, parent: Head | None) -> None:
    """Work out type, name, scope and id."""
    frame, source = head.frame, head.source
    kind = text_of(source, "type", frame)
    head.type = kind
    head.api_version = text_of(source, "apiVersion", frame)
    name = str(head.path[-1]) if head.extension else text_of(source, "name", frame)
    if not kind or not name:
        missing = "name" if kind else "type"
        raise ExpressionError(f"The {missing} property cannot be null or empty. {RESOURCES_HELP}")
    head.short_names = (name, f"{kind}/{name}") if parent else ()
    head.type, head.name = _full_names(kind, name, parent)
    head.scope = text_of(source, "scope", frame)
    _place(head, parent)


def _full_names(kind: str, name: str, parent: Head | None) -> tuple[str, str]:
    """Type and name of a child with those of its parent in front, where the template leaves them out."""
    if parent is None:
        return kind, name
    if not kind.lower().startswith(parent.type.lower() + "/") and "." not in kind.split("/", 1)[0]:
        kind = f"{parent.type}/{kind}"
    wanted = kind.count("/")
    if name.count("/") + 1 < wanted and kind.lower().startswith(parent.type.lower() + "/"):
        name = f"{parent.name}/{name}"
    return kind, name


def _place(head: Head, parent: Head | None) -> None:
    """Work out the scope and the id of an instance."""
    if head.extension:
        head.id = f"extension/{head.symbol or head.name}"
        return
    if head.type.count("/") != head.name.strip("/").count("/") + 1:
        position = head.frame.scope.template.locate(head.path)
        raise validation_failed(
            f"The template resource '{head.name}' for type '{head.type}' {at(position)} has incorrect segment lengths. "
            "A nested resource type must have identical number of segments as its resource name. A root resource type "
            f"must have segment length one greater than its resource name. {RESOURCES_HELP}",
            position=position,
        )
    if not head.api_version and get(head.frame.scope.template.document, "apiProfile") is None:
        raise ExpressionError(f"The 'apiVersion' property is required and must be specified. {RESOURCES_HELP}")
    own = _own_target(head)
    relative = path_of(head.type, head.name)
    if not all(head.name.split("/")) and head.active:
        raise ExpressionError(f"The name property cannot be null or empty. {RESOURCES_HELP}")
    head.id = _id(head, own, relative, parent)
    home = f"{head.frame.scope.target.id}/providers/{relative}"
    if home.lower() != head.id.lower() and not head.scope:
        head.aliases.append(home)


def _id(head: Head, own: Target, relative: str, parent: Head | None) -> str:
    lowered = head.type.lower()
    if head.scope:
        base = _absolute(head.scope, head.frame.scope.target)
        head.target = target_of_id(base) if base.count("/providers/") == 0 else head.target
        return f"{base}/providers/{relative}"
    if parent is not None and parent.scope:
        return f"{_absolute(parent.scope, head.frame.scope.target)}/providers/{relative}"
    head.target = own
    if lowered == RESOURCE_GROUPS:
        return f"/subscriptions/{own.subscription_id}/resourceGroups/{head.name}"
    if lowered in _TENANT_TYPES:
        return f"/providers/{relative}"
    return f"{own.id}/providers/{relative}"


def path_of(kind: str, name: str) -> str:
    """`ns/a/b` and `x/y` make `ns/a/x/b/y`."""
    namespace, *types = kind.split("/")
    names = name.strip("/").split("/")
    return "/".join([namespace, *(part for pair in zip(types, names, strict=False) for part in pair)])


def _absolute(scope: str, home: Target) -> str:
    scope = scope.rstrip("/")
    if not scope or scope.startswith("/"):
        return scope
    return f"{home.id}/providers/{scope}"


def target_of_id(scope_id: str) -> Target:
    """The scope that a resource id names."""
    parts = scope_id.strip("/").split("/")
    lowered = [part.lower() for part in parts]
    if lowered[0] == "subscriptions" and len(parts) >= 4 and lowered[2] == "resourcegroups":
        return Target("resourceGroup", subscription_id=parts[1], resource_group=parts[3])
    if lowered[0] == "subscriptions" and len(parts) >= 2:
        return Target("subscription", subscription_id=parts[1])
    if len(parts) >= 2 and lowered[-2] == "managementgroups":
        return Target("managementGroup", management_group=parts[-1])
    return Target("tenant")


def _own_target(head: Head) -> Target:
    """Where a resource goes that names another group or subscription than the template's."""
    frame, home = head.frame, head.frame.scope.target
    group = text_of(head.source, "resourceGroup", frame)
    subscription = text_of(head.source, "subscriptionId", frame)
    management_group = text_of(head.source, "managementGroupId", frame)
    if group:
        owner = subscription or home.subscription_id or frame.scope.context.subscription_id
        return Target("resourceGroup", subscription_id=owner, resource_group=group)
    if subscription:
        return Target("subscription", subscription_id=subscription)
    if management_group:
        return Target("managementGroup", management_group=management_group.rsplit("/", 1)[-1])
    return home


def _children(head: Head) -> Iterator[Head]:
    children = get(head.source, "resources")
    if head.is_deployment or children is None:
        return
    if not isinstance(children, list | dict):
        raise ExpressionError("The 'resources' of a resource must be an array.")
    entries = enumerate(children) if isinstance(children, list) else children.items()
    for key, child in entries:
        yield from _instances(child, (*head.path, "resources", key), head.frame, parent=head)
