"""Logical and comparison functions."""

from typing import TYPE_CHECKING, Any

from arm.functions.arguments import boolean, wrong_type
from arm.nodes import Call, render_plainly, unknown_at
from arm.opaque import Secret, Unknown, reveal, settle
from arm.registry import UNBOUNDED, function
from arm.values import same

if TYPE_CHECKING:
    from arm.frames import Frame


def _known(value: Any, frame: "Frame") -> Any:
    if isinstance(value, Unknown) and frame.runtime is not None:
        return settle(value, frame.runtime)
    return value.reveal() if isinstance(value, Secret) else value


@function("if", 3, lazy=True, render=render_plainly)
def if_(frame: "Frame", call: Call) -> Any:
    test = _known(call.arguments[0].evaluate(frame), frame)
    if isinstance(test, Unknown):
        return unknown_at(call, frame, reason=test.reason, secure=test.secure)
    chosen = call.arguments[1] if boolean("if", test) else call.arguments[2]
    return chosen.evaluate(frame)


def _decide(frame: "Frame", call: Call, *, stop: bool) -> Any:
    waiting: Unknown | None = None
    for argument in call.arguments:
        value = _known(argument.evaluate(frame), frame)
        if isinstance(value, Unknown):
            waiting = waiting or value
        elif boolean(call.name, value) is stop:
            return stop
    if waiting is not None:
        return unknown_at(call, frame, reason=waiting.reason, secure=waiting.secure)
    return not stop


@function("and", 2, UNBOUNDED, lazy=True)
def and_(frame: "Frame", call: Call) -> Any:
    return _decide(frame, call, stop=False)


@function("or", 2, UNBOUNDED, lazy=True)
def or_(frame: "Frame", call: Call) -> Any:
    return _decide(frame, call, stop=True)


@function("coalesce", 1, UNBOUNDED, lazy=True)
def coalesce(frame: "Frame", call: Call) -> Any:
    for argument in call.arguments:
        value = argument.evaluate(frame)
        if isinstance(value, Unknown):
            if frame.runtime is None:
                return unknown_at(call, frame, reason=value.reason, secure=value.secure)
            value = settle(value, frame.runtime)
        if reveal(value) is not None:
            return value
    return None


@function("not", 1)
def not_(value: Any) -> bool:
    return not boolean("not", value)


@function("true", 0)
def true_() -> bool:
    return True


@function("false", 0)
def false_() -> bool:
    return False


@function("null", 0)
def null_() -> None:
    return None


@function("bool", 1)
def bool_(value: Any) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value != 0
    return boolean("bool", value)


@function("equals", 2, deep=True)
def equals(left: Any, right: Any) -> bool:
    return same(left, right)


def _order(name: str, left: Any, right: Any) -> int:
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    for value in (left, right):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(name, value, "an integer or a string, like the other one")
    return int(left > right) - int(left < right)


@function("less", 2)
def less(left: Any, right: Any) -> bool:
    return _order("less", left, right) < 0


@function("lessOrEquals", 2)
def less_or_equals(left: Any, right: Any) -> bool:
    return _order("lessOrEquals", left, right) <= 0


@function("greater", 2)
def greater(left: Any, right: Any) -> bool:
    return _order("greater", left, right) > 0


@function("greaterOrEquals", 2)
def greater_or_equals(left: Any, right: Any) -> bool:
    return _order("greaterOrEquals", left, right) >= 0
