"""Secure parameter values in their own table, and the parameters as a deployment takes them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from catalog.blueprint import blueprint
from catalog.models import TemplateVersion
from common import secrets
from environments.models import Environment, SecretParameter

MASK = "***"
# A shorter value is masked only where it stands alone: inside other text it would be everywhere.
_SHORTEST_WITHIN = 4


def keep(values: Mapping[str, Any], *, holder_id: UUID) -> None:
    """Encrypt secure values for a holder (a request or a preview), replacing what it held."""
    forget(holder_id)
    SecretParameter.objects.bulk_create(
        SecretParameter(
            holder_id=holder_id, name=name, ciphertext=secrets.encrypt(value, bound_to=f"{holder_id}|{name}")
        )
        for name, value in values.items()
    )


def reveal(holder_id: UUID) -> dict[str, Any]:
    """The holder's secure values in clear, for the one call that needs them."""
    return {
        row.name: secrets.decrypt(bytes(row.ciphertext), bound_to=f"{holder_id}|{row.name}")
        for row in SecretParameter.objects.filter(holder_id=holder_id)
    }


def forget(holder_id: UUID) -> None:
    """Erase the holder's secure values."""
    SecretParameter.objects.filter(holder_id=holder_id).delete()


def wrapped(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`{name: {"value": …}}`, the shape of a deployment's parameters."""
    return {name: {"value": value} for name, value in values.items()}


def for_azure(environment: Environment, *, holder_id: str | None) -> dict[str, dict[str, Any]]:
    """Everything the environment's deployment is given, secure values included."""
    hidden = reveal(UUID(holder_id)) if holder_id else {}
    return wrapped({**environment.parameters, **hidden})


def masked(value: Any, *, holder_id: UUID | str | None) -> Any:
    """What Azure said, without the holder's secure values, which messages, plans and outputs may repeat."""
    if not holder_id:
        return value
    try:
        hidden = reveal(UUID(str(holder_id)))
    except secrets.SecretUnreadable:
        # What we cannot open we cannot have sent.
        return value
    return mask(value, hidden=set(_texts(hidden)))


def mask(value: Any, *, hidden: set[str]) -> Any:
    """The value with each of these texts replaced wherever it occurs, longest first."""
    if isinstance(value, Mapping):
        return {mask(name, hidden=hidden): mask(inner, hidden=hidden) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask(inner, hidden=hidden) for inner in value]
    if not isinstance(value, str):
        return MASK if str(value) in hidden and len(str(value)) >= _SHORTEST_WITHIN else value
    if value in hidden:
        return MASK
    for text in sorted(hidden, key=len, reverse=True):
        if len(text) >= _SHORTEST_WITHIN:
            value = value.replace(text, MASK)
    return value


def _texts(value: Any) -> Iterator[str]:
    """Every text in a secure value, also as JSON and addresses would spell it."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
        return
    text = str(value)
    if value is None or isinstance(value, bool) or not text:
        return
    yield from {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], quote(text, safe="")}


def lacking(version: TemplateVersion, *, holder_id: str | None) -> list[str]:
    """Secure parameters the template insists on and that nobody keeps any more."""
    kept = {name.lower() for name in reveal(UUID(holder_id))} if holder_id else set()
    declared = blueprint(version).template.parameters
    return [
        name
        for name, parameter in declared.items()
        if parameter.secure and not parameter.has_default and not parameter.nullable and name.lower() not in kept
    ]
