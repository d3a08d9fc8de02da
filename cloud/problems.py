"""Unwrapping Azure's nested errors: `details`, `innererror`, and errors packed as JSON text into a message."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cloud.errors import CloudProblem

# Nested deployments nest their errors; deeper than this nothing new was ever said (azure-resource-manager errors).
_MAX_DEPTH = 5


def unwrap(error: object) -> tuple[CloudProblem, ...]:
    """The chain from the outermost problem to the first of the deepest ones; empty when there is no error in it."""
    chain: tuple[CloudProblem, ...] = ()
    if isinstance(error, Mapping):
        chain = _deepest_chain(_content(error), 1)
    return chain


def root(error: object) -> CloudProblem | None:
    """The deepest problem, or None when there is no error."""
    chain = unwrap(error)
    return chain[-1] if chain else None


def _content(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """What lies in the envelope `{"error": {…}}`, or the error itself."""
    inner = error.get("error")
    return inner if isinstance(inner, Mapping) else error


def _deepest_chain(error: Mapping[str, Any], depth: int) -> tuple[CloudProblem, ...]:
    code, message = str(error.get("code") or ""), error.get("message")
    packed = _packed(message)
    inner = [*_mappings(error.get("details")), *([packed] if packed else [])]
    longest: tuple[CloudProblem, ...] = ()
    if depth < _MAX_DEPTH:
        chains = [_deepest_chain(_content(child), depth + 1) for child in inner]
        longest = max(chains, key=len, default=())
    if not code and not message:
        return longest
    own = CloudProblem(code=code, message=_text(message, packed, longest), target=str(error.get("target") or ""))
    return (own, *longest)


def _mappings(details: object) -> list[Mapping[str, Any]]:
    if not isinstance(details, Sequence) or isinstance(details, str):
        return []
    return [detail for detail in details if isinstance(detail, Mapping)]


def _packed(message: object) -> Mapping[str, Any] | None:
    """The error that some services put into the message as JSON text."""
    if isinstance(message, Mapping):
        return message
    if not isinstance(message, str) or not message.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(message)
    except ValueError:
        return None
    return value if isinstance(value, Mapping) and ("error" in value or "code" in value) else None


def _text(message: object, packed: Mapping[str, Any] | None, inner: tuple[CloudProblem, ...]) -> str:
    """The message for a person: of packed JSON only what it says."""
    if packed is None:
        return str(message or "")
    return inner[0].message if inner else str(message)
