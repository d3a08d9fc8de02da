"""Numeric functions; integers are 64-bit and division truncates toward zero."""

from typing import Any

from arm.errors import ExpressionError
from arm.functions.arguments import array, integer, invalid, wrong_type
from arm.registry import UNBOUNDED, function


def _bounded(name: str, value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise invalid(name, "the result does not fit a 64-bit integer")
    return value


@function("add", 2)
def add(left: Any, right: Any) -> int:
    return _bounded("add", integer("add", left) + integer("add", right))


@function("sub", 2)
def sub(left: Any, right: Any) -> int:
    return _bounded("sub", integer("sub", left) - integer("sub", right))


@function("mul", 2)
def mul(left: Any, right: Any) -> int:
    return _bounded("mul", integer("mul", left) * integer("mul", right))


def _divide(name: str, left: Any, right: Any) -> tuple[int, int]:
    top, bottom = integer(name, left), integer(name, right)
    if bottom == 0:
        raise invalid(name, "the divisor is zero")
    quotient = abs(top) // abs(bottom)
    quotient = quotient if (top < 0) == (bottom < 0) else -quotient
    return quotient, top - quotient * bottom


@function("div", 2)
def div(left: Any, right: Any) -> int:
    return _bounded("div", _divide("div", left, right)[0])


@function("mod", 2)
def mod(left: Any, right: Any) -> int:
    return _divide("mod", left, right)[1]


@function("int", 1)
def int_(value: Any) -> int:
    if isinstance(value, str):
        stripped = value.strip()
        digits = stripped[1:] if stripped[:1] in {"-", "+"} else stripped
        if not digits.isascii() or not digits.isdigit() or len(digits) > 30:
            raise ExpressionError(
                f"The template language function 'int' parameter is not valid. The provided value '{value[:100]}' "
                "cannot be converted to integer value. Please see https://aka.ms/arm-template-expressions#int for "
                "usage details."
            )
        return _bounded("int", int(stripped))
    if isinstance(value, float):
        return _bounded("int", round(value))
    return integer("int", value)


@function("float", 1)
def float_(value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong_type("float", value, "a string or an integer")
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise invalid("float", f"the value '{str(value)[:100]}' is not a number") from error
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124  # Only NaN differs from itself.
        raise invalid("float", f"the value '{str(value)[:100]}' is not a number")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _numbers(name: str, values: tuple[Any, ...]) -> list[int]:
    items = list(values)
    if len(items) == 1 and not isinstance(items[0], int):
        items = array(name, items[0])
    if not items:
        raise invalid(name, "the array is empty")
    return [integer(name, item) for item in items]


@function("min", 1, UNBOUNDED, deep=True)
def min_(*values: Any) -> int:
    return min(_numbers("min", values))


@function("max", 1, UNBOUNDED, deep=True)
def max_(*values: Any) -> int:
    return max(_numbers("max", values))
