"""The resources of a template by every name they go by, and the order in which they can be created."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from arm.errors import RESOURCES_HELP, ArmError, Position, at, validation_failed
from arm.heads import Head, path_of


class ResourceIndex:
    """Finds instances by id, symbolic name, loop, name or type and name, all without case.

    It `is_open` when the names of some instances are known only once the deployment runs.
    """

    def __init__(self, heads: Sequence[Head], *, symbolic: bool, declared: set[str]) -> None:
        self._declared = declared
        self._exact: dict[str, list[Head]] = defaultdict(list)
        self._loose: dict[str, list[Head]] = defaultdict(list)
        self._last: dict[str, list[Head]] = defaultdict(list)
        self._loops: set[str] = set()
        self.is_open = any(head.deferred for head in heads)
        for head in heads:
            self._add(head, symbolic=symbolic)

    def _add(self, head: Head, *, symbolic: bool) -> None:
        self._exact[_key(head.id)].append(head)
        if head.symbol:
            self._exact[head.symbol.lower()].append(head)
        if head.copy_index is not None:
            for loop in {head.copy_name.lower(), head.symbol.lower()} - {""}:
                self._loops.add(loop)
                self._loose[f"{loop}[{head.copy_index}]"].append(head)
                if loop != head.symbol.lower():
                    self._loose[loop].append(head)
        loose = {alias.lower() for alias in head.aliases}
        if head.name and not head.extension and not head.deferred:
            loose |= {_key(path_of(head.type, head.name)), _key(f"{head.type}/{head.name}")}
        if head.name and not symbolic:
            loose |= {head.name.lower(), *(name.lower() for name in head.short_names)}
            self._last[head.name.rsplit("/", 1)[-1].lower()].append(head)
        for name in loose:
            self._loose[name].append(head)

    def heads(self, name: str) -> list[Head]:
        """The instances a dependsOn entry or a reference means."""
        key = _key(name)
        return self._exact.get(key) or self._loose.get(key) or self._last.get(key) or []

    def find(self, name: str) -> list[tuple[str, str]]:
        """Id and API version of the instances of a name; those with a false condition only when there are no others."""
        found = self.heads(name)
        active = [head for head in found if head.active] or found
        return [(head.id, head.api_version) for head in active]

    def is_declared(self, name: str) -> bool:
        """Whether the template has a resource or loop of this name, even when it makes nothing."""
        return name.lower() in self._declared

    def is_loop(self, name: str) -> bool:
        return name.lower() in self._loops or (name.lower() in self._declared and not self.heads(name))


def _key(name: str) -> str:
    return name.strip().rstrip("/").lower()


def duplicate(heads: Sequence[Head]) -> Head | None:
    """An instance that has the id of an earlier one."""
    seen: set[str] = set()
    for head in heads:
        if not head.active or head.existing or head.deferred:
            continue
        if head.id.lower() in seen:
            return head
        seen.add(head.id.lower())
    return None


def refuse_duplicates(heads: Sequence[Head]) -> None:
    """Azure's refusal of a template that creates the same resource twice."""
    twice = duplicate(heads)
    if twice is not None:
        position = twice.frame.scope.template.locate(twice.path)
        raise validation_failed(
            f"The resource '{path_of(twice.type, twice.name)}' {at(position)} is defined multiple times in a template. "
            f"{RESOURCES_HELP}",
            position=position,
        )


def batches(edges: Mapping[str, Sequence[str]]) -> tuple[tuple[list[str], ...], list[str]]:
    """Ids in waves that can run at once, and those left over because they wait for each other."""
    waiting = {node: len(set(targets)) for node, targets in edges.items()}
    dependents: dict[str, list[str]] = defaultdict(list)
    for node, targets in edges.items():
        for target in set(targets):
            dependents[target].append(node)
    wave = [node for node, count in waiting.items() if count == 0]
    waves = []
    while wave:
        waves.append(wave)
        following = []
        for node in wave:
            del waiting[node]
            for dependent in dependents[node]:
                waiting[dependent] -= 1
                if waiting[dependent] == 0:
                    following.append(dependent)
        wave = following
    return tuple(waves), list(waiting)


def reaches(edges: Mapping[str, Sequence[str]], start: str, goal: str) -> bool:
    """Whether following dependencies from `start` arrives at `goal`."""
    seen, open_nodes = {start}, [start]
    while open_nodes:
        node = open_nodes.pop()
        if node == goal:
            return True
        for target in edges.get(node, ()):
            if target not in seen:
                seen.add(target)
                open_nodes.append(target)
    return False


def circular(resource_id: str, *, position: Position | None) -> ArmError:
    """Azure's refusal of resources that wait for each other."""
    return validation_failed(
        f"Circular dependency detected on resource: '{resource_id}'. {RESOURCES_HELP}", position=position
    )


def on_cycle(edges: Mapping[str, Sequence[str]], left: Sequence[str]) -> str:
    """One id that is on a cycle among those left over."""
    return next(node for node in left if any(reaches(edges, target, node) for target in edges[node]))
