"""Evaluates JSON trees: the expressions in them, their property loops and their expression keys."""

from typing import TYPE_CHECKING, Any

from arm.errors import ExpressionError, LimitExceeded, NotYetKnown
from arm.opaque import Unknown, reveal
from arm.values import get, type_name

if TYPE_CHECKING:
    from arm.frames import Frame


def evaluate(value: Any, frame: "Frame") -> Any:
    """The value of a part of a template, with every expression in it computed."""
    kind = type(value)
    if kind is str:
        return frame.text(value) if value[:1] == "[" else value
    if kind is dict:
        return evaluate_object(value, frame)
    if kind is list:
        frame.ledger.spend(len(value) >> 2)
        return [evaluate(item, frame) for item in value]
    return value


def evaluate_object(value: dict[str, Any], frame: "Frame") -> dict[str, Any]:
    """An object with its keys, values and `copy` loops computed."""
    result: dict[str, Any] = {}
    frame.ledger.spend(1 + (len(value) >> 2))
    for key, item in value.items():
        if key[:1] == "[":
            result[_key(key, frame)] = evaluate(item, frame)
        elif is_property_loop(key, item):
            result.update(run_loops(item, frame))
        else:
            result[key] = evaluate(item, frame)
    return result


def _key(text: str, frame: "Frame") -> str:
    key = reveal(frame.text(text))
    if isinstance(key, Unknown):
        return key.expression
    if not isinstance(key, str):
        raise ExpressionError(f"The property name '{text}' must be a string but is of type '{type_name(key)}'")
    return key


def is_property_loop(key: str, item: Any) -> bool:
    """Whether an object's member is the `copy` array that makes loop properties."""
    return (
        key.lower() == "copy"
        and isinstance(item, list)
        and bool(item)
        and all(isinstance(loop, dict) and get(loop, "name") and get(loop, "count") is not None for loop in item)
    )


def run_loops(loops: list[dict[str, Any]], frame: "Frame") -> dict[str, Any]:
    """The properties that the loops of a `copy` array make, by name."""
    made: dict[str, Any] = {}
    for loop in loops:
        name = evaluate(get(loop, "name"), frame)
        if not isinstance(name, str):
            raise ExpressionError("The name of a copy loop must be a string.")
        made[name] = run_loop(name, loop, frame)
    return made


def run_loop(name: str, loop: dict[str, Any], frame: "Frame") -> Any:
    """The array one property, variable or output loop makes."""
    count = loop_count(name, get(loop, "count"), frame)
    source = get(loop, "input")
    return [evaluate(source, frame.in_loop(name, index, own=True)) for index in range(count)]


def loop_count(name: str, source: Any, frame: "Frame") -> int:
    """How often a loop turns, checked against Azure's limits."""
    count = reveal(evaluate(source, frame))
    if isinstance(count, Unknown):
        if frame.runtime is None:
            raise known_too_late(f"the count of the copy loop '{name}'", count)
        count = count.settle(frame.runtime)
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    if not isinstance(count, int) or isinstance(count, bool):
        raise ExpressionError(
            f"The copy count of '{name}' must be an integer value but is of type '{type_name(count)}'. "
            "Please see https://aka.ms/arm-resource-loops for usage details"
        )
    if count < 0:
        raise ExpressionError(
            f"The copy count of '{name}' must be a non-negative integer value but is '{count}'. "
            "Please see https://aka.ms/arm-resource-loops for usage details"
        )
    if count > frame.ledger.limits.copy_count:
        raise LimitExceeded(
            f"The copy count '{count}' of '{name}' exceeds the maximum of '{frame.ledger.limits.copy_count}'. "
            "Please see https://aka.ms/arm-resource-loops for usage details."
        )
    return count


def known_too_late(what: str, value: Unknown) -> NotYetKnown:
    """The refusal of a run-time value where the shape of the deployment is decided."""
    return NotYetKnown(
        f"{what} depends on {value.reason}, which is not known before the deployment runs: {value.expression}"
    )
