"""Lambda functions: `lambda('x', body)` and the functions that call one."""

from collections.abc import Callable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from arm.errors import ExpressionError
from arm.functions.arguments import invalid
from arm.nodes import Call, Literal, Node, render_named, render_plainly, unknown_at
from arm.opaque import Secret, Undecided, Unknown, reveal, settle
from arm.registry import UNBOUNDED, function
from arm.values import to_text, type_name

if TYPE_CHECKING:
    from arm.frames import Frame


class Lambda:
    """A lambda with the frame it was written in."""

    __slots__ = ("body", "frame", "names")

    def __init__(self, names: tuple[str, ...], body: Node, frame: "Frame") -> None:
        self.names = names
        self.body = body
        self.frame = frame

    def __call__(self, *values: Any) -> Any:
        self.frame.ledger.spend()
        given = dict(zip(self.names, values, strict=False))
        return self.frame.ledger.admit(self.body.evaluate(self.frame.with_lambda(given)))


def _lambda(frame: "Frame", call: Call, place: int, *, most: int) -> Lambda:
    node = call.arguments[place]
    if not isinstance(node, Call) or node.full_name.lower() != "lambda" or len(node.arguments) < 1:
        raise invalid(call.name, f"argument {place + 1} must be a lambda")
    *names, body = node.arguments
    spelled = []
    for name in names:
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            raise invalid("lambda", "the names of its variables must be string literals")
        spelled.append(name.value.lower())
    if len(spelled) > most:
        raise invalid(call.name, f"the lambda takes at most {most} argument(s)")
    return Lambda(tuple(spelled), body, frame)


@function("lambda", 1, UNBOUNDED, lazy=True, render=render_plainly)
def lambda_(frame: "Frame", call: Call) -> Any:  # The functions that take one evaluate it.
    raise ExpressionError("The template function 'lambda' is not expected at this location.")


@function("lambdaVariables", 1, wants_frame=True, render=render_named)
def lambda_variables(frame: "Frame", name: Any) -> Any:
    found = frame.lambdas.get(str(name).lower(), frame)
    if found is frame:
        raise invalid("lambdaVariables", f"there is no lambda variable '{name}'")
    return found


def _source(frame: "Frame", call: Call, kind: type) -> Any:
    """The collection a call works on; an Unknown when it is not known yet."""
    value = call.arguments[0].evaluate(frame)
    if isinstance(value, Unknown) and frame.runtime is not None:
        value = settle(value, frame.runtime)
    value = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(value, kind | Unknown):
        wanted = "an array" if kind is list else "an object"
        raise invalid(call.name, f"the first argument must be {wanted} but is of type '{type_name(value)}'")
    return value


def _over(frame: "Frame", call: Call, kind: type, work: Callable[[Any], Any]) -> Any:
    source = _source(frame, call, kind)
    if isinstance(source, Unknown):
        return unknown_at(call, frame, reason=source.reason, secure=source.secure)
    try:
        result = work(source)
    except Undecided as waiting:
        return unknown_at(call, frame, reason=waiting.value.reason, secure=waiting.value.secure)
    return frame.ledger.admit(result)


def _decided(frame: "Frame", value: Any) -> Any:
    if isinstance(value, Unknown):
        if frame.runtime is None:
            raise Undecided(value)
        value = settle(value, frame.runtime)
    return reveal(value)


@function("map", 2, lazy=True)
def map_(frame: "Frame", call: Call) -> Any:
    work = _lambda(frame, call, 1, most=2)
    return _over(frame, call, list, lambda values: [work(value, place) for place, value in enumerate(values)])


@function("filter", 2, lazy=True)
def filter_(frame: "Frame", call: Call) -> Any:
    keep = _lambda(frame, call, 1, most=2)

    def kept(place: int, value: Any) -> bool:
        answer = _decided(frame, keep(value, place))
        if not isinstance(answer, bool):
            raise invalid("filter", "the lambda must return true or false")
        return answer

    return _over(frame, call, list, lambda values: [value for place, value in enumerate(values) if kept(place, value)])


@function("reduce", 3, lazy=True)
def reduce_(frame: "Frame", call: Call) -> Any:
    work = _lambda(frame, call, 2, most=3)

    def run(values: list[Any]) -> Any:
        result = call.arguments[1].evaluate(frame)
        for place, value in enumerate(values):
            result = work(result, value, place)
        return result

    return _over(frame, call, list, run)


@function("sort", 2, lazy=True)
def sort_(frame: "Frame", call: Call) -> Any:
    before = _lambda(frame, call, 1, most=2)

    def compare(left: Any, right: Any) -> int:
        if _decided(frame, before(left, right)) is True:
            return -1
        return 1 if _decided(frame, before(right, left)) is True else 0

    return _over(frame, call, list, lambda values: sorted(values, key=cmp_to_key(compare)))


@function("toObject", 2, 3, lazy=True)
def to_object(frame: "Frame", call: Call) -> Any:
    key_of = _lambda(frame, call, 1, most=1)
    value_of = _lambda(frame, call, 2, most=1) if len(call.arguments) == 3 else None

    def run(values: list[Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for value in values:
            made[_key(frame, "toObject", key_of(value))] = value_of(value) if value_of else value
        return made

    return _over(frame, call, list, run)


def _key(frame: "Frame", name: str, value: Any) -> str:
    key = _decided(frame, value)
    if not isinstance(key, str):
        if isinstance(key, int) and not isinstance(key, bool):
            return to_text(key)
        raise invalid(name, f"the key lambda must return a string but returned '{type_name(key)}'")
    return key


@function("groupBy", 2, lazy=True)
def group_by(frame: "Frame", call: Call) -> Any:
    key_of = _lambda(frame, call, 1, most=1)

    def run(values: list[Any]) -> dict[str, list[Any]]:
        groups: dict[str, list[Any]] = {}
        for value in values:
            groups.setdefault(_key(frame, "groupBy", key_of(value)), []).append(value)
        return groups

    return _over(frame, call, list, run)


@function("mapValues", 2, lazy=True)
def map_values(frame: "Frame", call: Call) -> Any:
    work = _lambda(frame, call, 1, most=1)
    return _over(frame, call, dict, lambda value: {key: work(item) for key, item in value.items()})
