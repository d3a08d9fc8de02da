"""Writing the audit trail: one call per thing that happened, inside the transaction of the change."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from audit.models import AuditEvent
from common import logs

Details = Mapping[str, Any]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SECRET_WORDS = frozenset({"password", "passwd", "pwd", "passphrase", "secret", "token", "credential", "sas", "jwt"})
_SECRET_ENDINGS = frozenset(
    ("access key", "account key", "api key", "primary key", "secondary key", "private key", "shared key", "master key")
) | {"connection string", "encryption key", "storage key", "admin key", "query key"}


class SecretInDetailsError(ValueError):
    """Somebody tried to write what looks like a secret into the trail: always a programming error."""


def record(
    action: str,
    *,
    actor: AbstractBaseUser | None,
    subject: Model,
    project_id: UUID | None = None,
    environment_id: UUID | None = None,
    operation_id: UUID | None = None,
    details: Details | None = None,
) -> AuditEvent:
    """Append one event. Call it in the transaction of the change, so that neither exists without the other.

    `action` is `noun.verb` such as `environment.deleted`. `details` is JSON for people to read later: a change is
    {"from": …, "to": …}. Raises SecretInDetailsError when a name in it says that its value is a secret.
    """
    particulars = dict(details or {})
    for name in _secret_names(particulars):
        raise SecretInDetailsError(f"{action}: the details name {name!r}, which looks like a secret")
    return AuditEvent.objects.create(
        actor=actor,  # type: ignore[misc]  # the trail lies below accounts and knows people only as their base class
        actor_name=str(actor or "")[:200],
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk or ""),
        subject_name=str(subject)[:200],
        project_id=project_id,
        environment_id=environment_id,
        operation_id=operation_id,
        request_id=logs.request_id.get(),
        details=particulars,
    )


def looks_secret(name: str) -> bool:
    """True when a field of this name would hold a secret: `adminPassword` does, `idempotencyKey` does not."""
    words = [word.lower() for word in _WORD.findall(name)]
    return bool(words) and (words[-1] in _SECRET_WORDS or " ".join(words[-2:]) in _SECRET_ENDINGS)


def _secret_names(value: Any) -> Iterator[str]:
    """Names anywhere in the value that look secret and carry text; an empty or redacted value is no secret."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if looks_secret(str(name)) and isinstance(inner, str) and inner:
                yield str(name)
            yield from _secret_names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _secret_names(inner)
