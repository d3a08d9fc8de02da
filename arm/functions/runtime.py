"""Functions only a deployed resource can answer: reference, references, list*."""

from typing import TYPE_CHECKING, Any

from arm.errors import ArmError, ExpressionError
from arm.functions.arguments import invalid, text
from arm.nodes import Call, render_plainly, unknown_at
from arm.opaque import Unknown, reveal, settle
from arm.registry import UNBOUNDED, function
from arm.values import quoted

if TYPE_CHECKING:
    from arm.frames import Frame

_ALLOWED = {"body", "output"}


def _arguments(frame: "Frame", call: Call) -> list[Any]:
    return [_settled(frame, argument.evaluate(frame)) for argument in call.arguments]


def _settled(frame: "Frame", value: Any) -> Any:
    return reveal(value if frame.runtime is None else settle(value, frame.runtime))


def _require_place(name: str, frame: "Frame") -> None:
    if frame.place.value not in _ALLOWED:
        raise ExpressionError(f"The template function '{name}' is not expected at this location.")


def _resolve(name: str, target: str, frame: "Frame") -> tuple[str, str | None]:
    """The id of a resource given by id, name or symbolic name, and the API version its template uses."""
    found = frame.scope.find_resource(target)
    if found:
        return found[0]
    if target.startswith("/"):
        return target, None
    if target.count("/") and "." in target.split("/", 1)[0]:
        return f"{frame.scope.evaluation_target.id}/providers/{target}", None
    raise ExpressionError(
        f"The resource reference '{target}' in template language function '{name}' is not defined in the template. "
        "Please see https://aka.ms/arm-function-reference for usage details."
    )


def _spelled(frame: "Frame", call: Call) -> str:
    """A call with the full id of the resource it asks, where that is known."""
    try:
        arguments = _arguments(frame.quiet(), call)
        resource_id, own_version = _resolve(call.name, text(call.name, arguments[0]), frame)
    except ArmError:
        return render_plainly(frame, call)
    shown = [quoted(resource_id)]
    if len(arguments) > 1 or own_version:
        shown.append(quoted(arguments[1] if len(arguments) > 1 else own_version))
    shown.extend(quoted(argument) for argument in arguments[2:])
    return f"{call.name}({', '.join(shown)})"


def _note(frame: "Frame", resource_id: str, *, soft: bool) -> None:
    if frame.uses is not None:
        frame.uses.append((resource_id.lower(), soft))


@function("reference", 1, 3, lazy=True, render=_spelled)
def reference(frame: "Frame", call: Call) -> Any:
    _require_place("reference", frame)
    arguments = _arguments(frame, call)
    for argument in arguments:
        if isinstance(argument, Unknown):
            return unknown_at(call, frame, reason=argument.reason)
    target = text("reference", arguments[0])
    version = text("reference", arguments[1]) if len(arguments) > 1 and arguments[1] is not None else None
    full = len(arguments) > 2 and text("reference", arguments[2]).lower() == "full"
    resource_id, own_version = _resolve("reference", target, frame)
    _note(frame, resource_id, soft=target.startswith("/") and version is not None)
    if frame.runtime is None:
        return unknown_at(call, frame, reason=f"the state of {resource_id} once it is deployed")
    return frame.runtime.reference(resource_id, version or own_version, full)


@function("references", 1, 2, lazy=True)
def references(frame: "Frame", call: Call) -> Any:
    _require_place("references", frame)
    arguments = _arguments(frame, call)
    name = text("references", arguments[0])
    full = len(arguments) > 1 and text("references", arguments[1]).lower() == "full"
    if frame.scope.resources is None or not frame.scope.resources.is_loop(name):
        raise invalid("references", f"'{name}' is not the symbolic name of a resource loop")
    found = frame.scope.resources.find(name)
    for resource_id, _ in found:
        _note(frame, resource_id, soft=False)
    if frame.runtime is None:
        return unknown_at(call, frame, reason=f"the state of the resources of the loop '{name}' once they are deployed")
    return [frame.runtime.reference(resource_id, version, full) for resource_id, version in found]


@function("list*", 1, UNBOUNDED, lazy=True, render=_spelled)
def list_(frame: "Frame", call: Call) -> Any:
    _require_place(call.name, frame)
    arguments = _arguments(frame, call)
    for argument in arguments:
        if isinstance(argument, Unknown):
            return unknown_at(call, frame, reason=argument.reason, secure=True)
    resource_id, own_version = _resolve(call.name, text(call.name, arguments[0]), frame)
    version = text(call.name, arguments[1]) if len(arguments) > 1 else own_version
    _note(frame, resource_id, soft=str(arguments[0]).startswith("/"))
    if frame.runtime is None:
        return unknown_at(
            call, frame, reason=f"what {call.name} gives for {resource_id} once it is deployed", secure=True
        )
    payload = arguments[2] if len(arguments) > 2 else None
    return frame.runtime.list_function(call.name, resource_id, version or "", payload)


@function("list", 2, UNBOUNDED, lazy=True, render=_spelled)
def plain_list(frame: "Frame", call: Call) -> Any:
    return list_(frame, call)
