"""JSON values the way the template language sees them: type names, equality, case-blind keys, text."""

import json
import re
from typing import Any

from arm.errors import ExpressionError
from arm.opaque import Secret, Unknown

MISSING: Any = object()


def type_name(value: Any) -> str:
    """Azure's name for the type of a value, as its error messages write it."""
    match value:
        case None:
            return "Null"
        case bool():
            return "Boolean"
        case int():
            return "Integer"
        case float():
            return "Float"
        case str():
            return "String"
        case list():
            return "Array"
        case Secret():
            return type_name(value.reveal())
        case _:
            return "Object"


def look_up(container: dict[str, Any], name: str) -> Any:
    """The value of a property whatever the case of its name, or MISSING."""
    value = container.get(name, MISSING)
    if value is not MISSING:
        return value
    lowered = name.lower()
    for key, candidate in container.items():
        if key.lower() == lowered:
            return candidate
    return MISSING


def get(container: Any, name: str, default: Any = None) -> Any:
    """The value of a property whatever the case of its name; `default` when missing or not an object."""
    if not isinstance(container, dict):
        return default
    value = look_up(container, name)
    return default if value is MISSING else value


def same(left: Any, right: Any) -> bool:
    """Deep equality with types: 1 differs from '1' and from true; object keys compare without case."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return len(left) == len(right) and all(_has_same(right, key, item) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    return type(left) is type(right) and bool(left == right)


def _has_same(container: dict[str, Any], key: str, item: Any) -> bool:
    other = look_up(container, key)
    return other is not MISSING and same(item, other)


def compact_json(value: Any) -> str:
    """JSON text without spaces, as `string()` gives it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical_json(value: Any) -> str:
    """JSON text that is equal for equal values: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def number_text(value: float) -> str:
    """A float as .NET prints it: shortest round-trip form, no trailing `.0`."""
    text = repr(value)
    if text.endswith(".0"):
        return text[:-2]
    return text.replace("e", "E")


def to_text(value: Any) -> str:
    """What `string()` and `concat` make of a value."""
    match value:
        case str():
            return value
        case bool():
            return "True" if value else "False"
        case int():
            return str(value)
        case float():
            return number_text(value)
        case None:
            return ""
        case _:
            return compact_json(value)


def quoted(value: Any) -> str:
    """The spelling of a value inside an expression."""
    match value:
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list():
            return f"createArray({', '.join(map(quoted, value))})"
        case dict():
            parts = [part for key, item in value.items() for part in (quoted(key), quoted(item))]
            return f"createObject({', '.join(parts)})"
        case Unknown():
            return value.inner
        case Secret():
            return "secret()"
        case _:
            return _quoted_scalar(value)


def _quoted_scalar(value: float | None) -> str:
    if value is None:
        return "null()"
    if isinstance(value, bool):
        return "true()" if value else "false()"
    return str(value) if isinstance(value, int) else f"json('{number_text(value)}')"


_RELAXED = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|\'[^\'\\]*(?:\\.[^\'\\]*)*\'|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])|'
    r"(?<![\w.])-?\.\d+|[A-Za-z_$][\w$]*(?=\s*:)",
    re.DOTALL,
)


def parse_json(text: str) -> Any:
    """Read JSON text; what Azure's reader forgives is forgiven too, the rest is an ExpressionError."""
    try:
        return _load(text)
    except (ValueError, RecursionError):
        pass
    try:
        return _load(_RELAXED.sub(_strict, text))
    except (ValueError, RecursionError) as error:
        shown = text if len(text) <= 100 else f"{text[:100]}..."
        raise ExpressionError(
            f"The template language function 'json' parameter is not valid. The provided value '{shown}' "
            "cannot be converted to the specified type 'JToken'"
        ) from error


def _load(text: str) -> Any:
    return json.loads(text, strict=False, parse_constant=_refuse_constant, parse_float=parse_decimal)


def _strict(match: re.Match[str]) -> str:
    """The strict spelling of a comment, a single-quoted text, a bare name, `.5` or a trailing comma."""
    found = match[0]
    if found[0] == '"':
        return found
    if found[0] == "'":
        inner = found[1:-1].replace("\\'", "'")
        return '"' + inner.replace('"', '\\"') + '"'
    if found[0] in "-.":
        return found.replace(".", "0.")
    return " " if found[0] in "/," else f'"{found}"'


def parse_decimal(text: str) -> float:
    """A JSON number with a fraction or exponent; one that overflows is refused."""
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"The number {text[:40]} is too large.")
    return number


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON.")
