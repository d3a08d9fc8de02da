"""Which function answers a call: a tree over path segments, without caring about casing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request

Handler = Callable[[Request], Answer]

SCOPE = "{scope}"


@dataclass(frozen=True, slots=True)
class Route:
    """A registered function with what must hold before it runs.

    ``action`` is the ARM action the caller needs at the call's scope (None: the function checks for itself);
    ``is_public`` routes need no token; ``api_versions`` lists what is accepted (None: any well-formed date).
    ``trim`` is the number of trailing path segments that do not belong to the scope that access is checked at.
    """

    pattern: str
    handler: Handler
    action: str | None
    api_versions: frozenset[str] | None
    is_public: bool
    needs_api_version: bool
    trim: int


@dataclass(slots=True)
class Node:
    """One place in the tree."""

    literals: dict[str, "Node"] = field(default_factory=dict)
    parameter: "Node | None" = None
    parameter_names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """Two trees: whole paths, and the tails of extension routes that work at every scope."""

    def __init__(self) -> None:
        self._whole = Node()
        self._tails = Node()

    def add(self, method: str, route: Route) -> None:
        """Register a route under its pattern."""
        segments = tuple(route.pattern.strip("/").split("/"))
        node = self._whole
        if segments[0] == SCOPE:
            node, segments = self._tails, segments[1:]
        names = []
        for segment in segments:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment.lower(), Node())
        node.routes[method] = route
        node.parameter_names[method] = tuple(names)

    def find(self, method: str, segments: tuple[str, ...]) -> tuple[Route, dict[str, str]] | None:
        """The route for a call and the values of its path; None when no path matches.

        Raises Azure's 405 when the path is known under other methods only.
        """
        lowered = tuple(segment.lower() for segment in segments)
        others: set[str] = set()
        found = _walk(self._whole, method, segments, lowered, others)
        if found is not None:
            return found
        scope_end = _last_providers(lowered)
        if scope_end is not None:
            found = _walk(self._tails, method, segments[scope_end:], lowered[scope_end:], others)
            if found is not None:
                found[1]["scope"] = "/" + "/".join(segments[:scope_end]) if scope_end else ""
                return found
        if others:
            raise AzureError(
                405,
                "MethodNotAllowed",
                f"The HTTP method '{method}' is not supported at scope '/{'/'.join(segments)}'.",
                headers={"Allow": ", ".join(sorted(others))},
            )
        return None


def _last_providers(lowered: tuple[str, ...]) -> int | None:
    for index in range(len(lowered) - 1, -1, -1):
        if lowered[index] == "providers":
            return index
    return None


def _walk(
    root: Node, method: str, segments: tuple[str, ...], lowered: tuple[str, ...], others: set[str]
) -> tuple[Route, dict[str, str]] | None:
    stack: list[tuple[Node, int, tuple[str, ...]]] = [(root, 0, ())]
    while stack:
        node, index, values = stack.pop()
        if index == len(segments):
            route = node.routes.get(method)
            if route is not None:
                return route, dict(zip(node.parameter_names[method], values, strict=True))
            others.update(node.routes)
            continue
        if node.parameter is not None and segments[index]:
            stack.append((node.parameter, index + 1, (*values, segments[index])))
        literal = node.literals.get(lowered[index])
        if literal is not None:
            stack.append((literal, index + 1, values))
    return None


ROUTER = Router()
Fallback = Callable[[Request], Answer | None]
_fallbacks: list[Fallback] = []


def fallback(function: Fallback) -> Fallback:
    """Register a function that is asked when no route matches; None passes the call on."""
    _fallbacks.append(function)
    return function


def answer_elsewhere(request: Request) -> Answer:
    """Ask the fallbacks; Azure's 404 when none knows the path."""
    for function in _fallbacks:
        answer = function(request)
        if answer is not None:
            return answer
    segments = [segment.lower() for segment in request.segments]
    if "providers" in segments:
        raise AzureError(
            404, "InvalidResourceType", f"The resource type could not be found for the path '{request.path}'."
        )
    raise AzureError(404, "NotFound", f"No resource was found at '{request.path}'.")


ELSEWHERE = Route("(any resource)", answer_elsewhere, None, None, False, True, 0)


def route(
    method: str,
    pattern: str,
    *,
    action: str | None = None,
    api_versions: Collection[str] | None = None,
    public: bool = False,
    needs_api_version: bool | None = None,
    trim: int | None = None,
) -> Callable[[Handler], Handler]:
    """Register the decorated function for a method and a path pattern.

    ``/{scope}/providers/...`` matches below every scope (tenant, management group, subscription, group, resource).
    Access is checked before the function runs, at the path itself; for collections and POST actions at the path without
    its last segment, and ``trim`` overrides how many segments are cut.
    """

    def register(function: Handler) -> Handler:
        ROUTER.add(
            method,
            Route(
                pattern=pattern,
                handler=function,
                action=action,
                api_versions=frozenset(api_versions) if api_versions is not None else None,
                is_public=public,
                needs_api_version=not public if needs_api_version is None else needs_api_version,
                trim=_default_trim(method, pattern) if trim is None else trim,
            ),
        )
        return function

    return register


def _default_trim(method: str, pattern: str) -> int:
    segments = pattern.strip("/").split("/")
    if method == "POST":
        segments = segments[:-1]
    if segments and not segments[-1].startswith("{") and segments[-1] != "default":
        keep = len(segments) - 1
        if keep >= 2 and segments[keep - 2] == "providers":
            keep -= 2
        return len(pattern.strip("/").split("/")) - keep
    return len(pattern.strip("/").split("/")) - len(segments)
