"""Composite formatting of values the way .NET's `string.Format` does it."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from arm.errors import ExpressionError
from arm.values import number_text

_ITEM = re.compile(r"\{\{|\}\}|\{\s*(\d{1,9})\s*(?:,\s*(-?\d{1,9})\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]")
_STANDARD = re.compile(r"([A-Za-z])(\d{0,9})$")
_WIDEST = 100_000


def format_text(template: str, values: tuple[Any, ...]) -> str:
    """Fill `{0}`, `{1,5}`, `{2:D3}` with values; doubled braces stand for themselves."""

    def replace(match: re.Match[str]) -> str:
        whole = match[0]
        if whole in {"{{", "}}"}:
            return whole[0]
        if match[1] is None or int(match[1]) >= len(values):
            raise _invalid(template)
        return _align(_item(values[int(match[1])], match[3] or ""), int(match[2] or 0))

    return _ITEM.sub(replace, template)


def _invalid(template: str) -> ExpressionError:
    return ExpressionError(
        "Unable to evaluate template language function 'format': the format string "
        f"'{template[:200]}' is not valid for the arguments given. Please see "
        "https://aka.ms/arm-template-expressions/#format for usage details."
    )


def _align(text: str, width: int) -> str:
    if abs(width) > _WIDEST:
        raise ExpressionError(
            f"Unable to evaluate template language function 'format': the width '{width}' is too large."
        )
    return text.ljust(-width) if width < 0 else text.rjust(width)


def _item(value: Any, spec: str) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int | float):
        return format_number(value, spec) if spec else number_text(value)
    if value is None:
        return ""
    return value if isinstance(value, str) else single_quoted_json(value)


def single_quoted_json(value: Any) -> str:
    """Arrays and objects as `format` shows them: compact, texts in single quotes."""
    match value:
        case dict():
            return "{" + ",".join(f"{_quote(key)}:{single_quoted_json(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(single_quoted_json, value)) + "]"
        case str():
            return _quote(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return number_text(value)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return "'" + escaped.replace("\t", "\\t") + "'"


def format_number(value: float, spec: str) -> str:
    """A number under a .NET standard or custom numeric format."""
    match = _STANDARD.fullmatch(spec)
    if match is None:
        return _custom(value, spec)
    kind, digits = match[1], int(match[2]) if match[2] else None
    if digits is not None and digits > _WIDEST:
        raise ExpressionError(f"The number format '{spec}' asks for too many digits.")
    return _standard(value, kind, digits)


def _standard(value: float, kind: str, digits: int | None) -> str:
    if isinstance(value, int) and kind in "dDxX":
        return _integer(value, kind, digits or 0)
    sign = "-" if value < 0 else ""
    match kind.upper():
        case "N":
            return f"{_rounded(value, 2 if digits is None else digits):,f}"
        case "F":
            return f"{_rounded(value, 2 if digits is None else digits):f}"
        case "P":
            return f"{_rounded(Decimal(str(value)) * 100, 2 if digits is None else digits):,f}%"
        case "E":
            mantissa, exponent = f"{float(value):.{min(6 if digits is None else digits, 300)}e}".split("e")
            return f"{mantissa}{kind}{exponent[0]}{exponent[1:].rjust(3, '0')}"
        case "C":
            return f"{sign}¤{_rounded(abs(value), 2 if digits is None else digits):,f}"
        case "G" | "R":
            return number_text(value)
        case _:
            raise ExpressionError(f"The number format '{kind}' is not valid.")


def _integer(value: int, kind: str, digits: int) -> str:
    if kind in "dD":
        return ("-" if value < 0 else "") + str(abs(value)).rjust(digits, "0")
    return format(value & 0xFFFFFFFFFFFFFFFF, kind).rjust(digits, "0")


def _rounded(value: float | Decimal, digits: int) -> Decimal:
    if digits > 300:
        raise ExpressionError("The number format asks for too many digits.")
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + 0


def _custom(value: float, spec: str) -> str:
    """A custom format: `0` and `#` are digits, `,` groups thousands, `.` starts the fraction, the rest is text."""
    sections = spec.split(";")
    if len(sections) > 1 and value < 0:
        return _custom(-value, sections[1] or sections[0])
    picture = re.search(r"[0#][0#,.]*", sections[0])
    if picture is None:
        return sections[0]
    whole, _, fraction = picture[0].partition(".")
    number = f"{abs(_rounded(value, len(fraction))):f}"
    integer, _, decimals = number.partition(".")
    integer = integer.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole and integer:
        integer = _grouped(integer)
    decimals = _trimmed(decimals, fraction)
    sign = "-" if value < 0 else ""
    text = f"{sign}{integer}.{decimals}" if decimals else f"{sign}{integer}"
    return sections[0][: picture.start()] + text + sections[0][picture.end() :]


def _grouped(digits: str) -> str:
    head = len(digits) % 3
    parts = [digits[:head]] if head else []
    return ",".join([*parts, *(digits[start : start + 3] for start in range(head, len(digits), 3))])


def _trimmed(decimals: str, picture: str) -> str:
    keep = len(picture.rstrip("#"))
    while len(decimals) > keep and decimals.endswith("0"):
        decimals = decimals[:-1]
    return decimals
