"""String functions."""

import re
from typing import TYPE_CHECKING, Any

from arm.errors import EXPRESSIONS_HELP, ExpressionError
from arm.formatting import format_text
from arm.functions.arguments import array, integer, invalid, text, wrong_type
from arm.hashing import guid, unique_string
from arm.nodes import Call
from arm.registry import UNBOUNDED, function
from arm.values import to_text

if TYPE_CHECKING:
    from arm.frames import Frame

_LONGEST_PAD = 1_000_000


@function("concat", 1, UNBOUNDED, wants_frame=True)
def concat(frame: "Frame", *values: Any) -> Any:
    if isinstance(values[0], list):
        joined: list[Any] = []
        for value in values:
            joined.extend(array("concat", value))
            frame.ledger.spend(len(value) >> 4)
        return joined
    parts = []
    for value in values:
        if isinstance(value, list | dict) or value is None:
            raise wrong_type("concat", value, "a string, or an array when the others are arrays")
        parts.append(to_text(value))
    frame.ledger.room_for(sum(map(len, parts)))
    return "".join(parts)


@function("format", 1, UNBOUNDED, deep=True)
def format_(template: Any, *values: Any) -> str:
    return format_text(text("format", template), values)


@function("toLower", 1)
def to_lower(value: Any) -> str:
    return text("toLower", value).lower()


@function("toUpper", 1)
def to_upper(value: Any) -> str:
    return text("toUpper", value).upper()


@function("trim", 1)
def trim(value: Any) -> str:
    return text("trim", value).strip()


@function("substring", 2, 3)
def substring(value: Any, start: Any, length: Any = None) -> str:
    source, first = text("substring", value), integer("substring", start)
    count = len(source) - first if length is None else integer("substring", length)
    if first < 0 or count < 0 or first + count > len(source):
        raise ExpressionError(
            "The index and length parameters of template language function 'substring' must refer to a location "
            f"within the string. The index parameter: '{first}', the length parameter: '{count}', the length of the "
            f"string parameter: '{len(source)}'. Please see https://aka.ms/arm-template-expressions#substring for "
            "usage details."
        )
    return source[first : first + count]


@function("replace", 3, wants_frame=True)
def replace(frame: "Frame", value: Any, old: Any, new: Any) -> str:
    source, needle, substitute = text("replace", value), text("replace", old), text("replace", new)
    if not needle:
        return source
    frame.ledger.room_for(len(source) + source.count(needle) * max(0, len(substitute) - len(needle)))
    return source.replace(needle, substitute)


@function("split", 2)
def split(value: Any, delimiter: Any) -> list[str]:
    source = text("split", value)
    marks = [delimiter] if isinstance(delimiter, str) else array("split", delimiter)
    marks = [mark for mark in marks if text("split", mark)]
    if not marks:
        return [source]
    longest_first = sorted(set(marks), key=len, reverse=True)
    return re.split("|".join(map(re.escape, longest_first)), source)


@function("join", 2, wants_frame=True, deep=True)
def join(frame: "Frame", values: Any, delimiter: Any) -> str:
    parts = [to_text(value) for value in array("join", values)]
    mark = text("join", delimiter)
    frame.ledger.room_for(sum(map(len, parts)) + len(mark) * len(parts))
    return mark.join(parts)


@function("startsWith", 2)
def starts_with(value: Any, start: Any) -> bool:
    return text("startsWith", value).lower().startswith(text("startsWith", start).lower())


@function("endsWith", 2)
def ends_with(value: Any, end: Any) -> bool:
    return text("endsWith", value).lower().endswith(text("endsWith", end).lower())


@function("padLeft", 2, 3)
def pad_left(value: Any, width: Any, filler: Any = " ") -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise wrong_type("padLeft", value, "a string or an integer")
    wanted, character = integer("padLeft", width), text("padLeft", filler)
    if len(character) != 1:
        raise invalid("padLeft", "the padding must be a single character")
    if not 0 <= wanted <= _LONGEST_PAD:
        raise invalid("padLeft", f"the length '{wanted}' is out of range")
    return to_text(value).rjust(wanted, character)


def _texts(name: str, values: tuple[Any, ...]) -> list[str]:
    for value in values:
        if value is None or isinstance(value, list | dict):
            raise wrong_type(name, value, "a string")
    return [to_text(value) for value in values]


@function("uniqueString", 1, UNBOUNDED, wants_frame=True)
def unique_string_(frame: "Frame", *values: Any) -> str:
    parts = _texts("uniqueString", values)
    frame.ledger.spend(sum(map(len, parts)) >> 2)
    return unique_string(*parts)


@function("guid", 1, UNBOUNDED)
def guid_(*values: Any) -> str:
    return guid(*_texts("guid", values))


@function("newGuid", 0, lazy=True)
def new_guid(frame: "Frame", call: Call) -> str:
    require_default("newGuid", frame, call)
    return str(frame.scope.context.new_guid())


def require_default(name: str, frame: "Frame", call: Call) -> None:  # The node names the place.
    """Refuse a function that is allowed in parameter defaults only."""
    if frame.place.value != "parameter":
        raise ExpressionError(
            f"The template function '{name}' is not expected at this location. The function can only be used as "
            f"a default value of a template parameter. {EXPRESSIONS_HELP}"
        )


@function("fail", 1)
def fail(message: Any) -> Any:
    raise ExpressionError(text("fail", message))
