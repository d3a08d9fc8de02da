"""Secure parameter values in their own table, and the parameters as a deployment takes them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common import secrets
from environments.models import Environment, SecretParameter


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
