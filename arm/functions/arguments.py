"""Checks on the arguments of built-in functions, in Azure's words."""

from typing import Any

from arm.errors import ExpressionError
from arm.values import type_name

_NAMES = {str: "a string", int: "an integer", list: "an array", dict: "an object", bool: "a boolean"}


def wrong_type(function: str, value: Any, wanted: str) -> ExpressionError:
    """Azure's refusal of an argument of the wrong type."""
    return ExpressionError(
        f"The template language function '{function}' expects its parameter to be {wanted}. The provided value is of "
        f"type '{type_name(value)}'. Please see https://aka.ms/arm-template-expressions#{function.lower()} for usage "
        "details."
    )


def invalid(function: str, reason: str) -> ExpressionError:
    """Azure's refusal of arguments that have the right types but make no sense."""
    return ExpressionError(
        f"Unable to evaluate template language function '{function}': {reason}. "
        f"Please see https://aka.ms/arm-template-expressions/#{function.lower()} for usage details."
    )


def text(function: str, value: Any) -> str:
    if type(value) is not str:
        raise wrong_type(function, value, "a string")
    return value


def integer(function: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(function, value, "an integer")
    if isinstance(value, float):
        if not value.is_integer():
            raise wrong_type(function, value, "an integer")
        return int(value)
    return value


def array(function: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise wrong_type(function, value, "an array")
    return value


def mapping(function: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong_type(function, value, "an object")
    return value


def boolean(function: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise wrong_type(function, value, "a boolean")
