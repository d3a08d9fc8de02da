"""Reading JSON that a person typed: bounded, strict, and with an error that names line and column."""

import json
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.errors import Text

MAX_CHARACTERS = 65_536
_MAX_DEPTH = 32
_MAX_DIGITS = 19
_MESSAGES: dict[str, Text] = {
    "Expecting value": _("a value is missing here, or a text has no double quotes"),
    "Expecting ',' delimiter": _("a comma or a closing bracket is missing before this"),
    "Expecting ':' delimiter": _("a colon is missing before this"),
    "Expecting property name enclosed in double quotes": _("a name in double quotes is missing here"),
    "Illegal trailing comma before end of object": _("there is a comma too many"),
    "Illegal trailing comma before end of array": _("there is a comma too many"),
    "Extra data": _("the value ends before this; there is more after it"),
    "Unterminated string starting at": _("the text that starts here has no closing quote"),
    "Invalid control character at": _("a line break or tab stands inside a text; write \\n or \\t"),
}


def read_json(text: str) -> Any:
    """The value, or ValidationError with one sentence on what to mend and where."""
    if len(text) > MAX_CHARACTERS:
        message = _("This is longer than %(limit)d characters. Shorten it.")
        raise ValidationError(message, code="too_long", params={"limit": MAX_CHARACTERS})
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_whole, parse_float=_decimal
        )
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("Not valid JSON in line %(line)d, column %(column)d: %(reason)s."),
            code="json",
            params={
                "line": error.lineno,
                "column": error.colno,
                "reason": _MESSAGES.get(error.msg, _("something is wrong here")),
            },
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise ValidationError(_("The name “%(name)s” stands there twice."), code="doubled", params={"name": name})
        result[name] = value
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValidationError(_("%(name)s is not a number that Azure knows."), code="number", params={"name": name})


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS:
        raise ValidationError(
            _("A number has more than %(limit)d digits."), code="number", params={"limit": _MAX_DIGITS}
        )
    return int(digits)


def _decimal(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        _refuse_constant(digits[:30])
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _depth in range(_MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise _too_deep()


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _too_deep() -> ValidationError:
    message = _("This nests deeper than %(limit)d levels. Flatten it.")
    return ValidationError(message, code="depth", params={"limit": _MAX_DEPTH})
