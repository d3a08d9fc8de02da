"""Starting operations: one open operation per environment, its steps planned, the worker woken after commit."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import trail
from common.errors import DomainError
from environments import hints
from environments.models import Environment, EnvironmentStatus, Operation, OperationKind, Step
from environments.moving import move_environment
from environments.plans import DEADLINES, PLANS

# What the environment becomes while an operation of the kind is open; other kinds leave it as it is.
STATUS_WHILE: dict[OperationKind, EnvironmentStatus] = {
    OperationKind.PROVISION: EnvironmentStatus.BUILDING,
    OperationKind.UPDATE: EnvironmentStatus.UPDATING,
    OperationKind.DELETE: EnvironmentStatus.DELETING,
}


def start_operation(
    environment: Environment,
    *,
    kind: OperationKind,
    actor: User,
    payload: dict[str, Any] | None = None,
    retry_of: Operation | None = None,
    run_at: datetime | None = None,
) -> Operation:
    """Write the operation with its steps and wake a worker once the transaction is in. Call inside a transaction."""
    now = timezone.now()
    operation = _insert(
        Operation(
            environment=environment,
            kind=kind,
            generation=environment.generation,
            payload=payload or {},
            requested_by=actor,
            retry_of=retry_of,
            deadline_at=now + DEADLINES[kind],
            run_at=run_at or now,
            lease_until=now,
            hinted_until=now,
        )
    )
    names = PLANS[kind]
    Step.objects.bulk_create(
        Step(operation=operation, position=position, name=name) for position, name in enumerate(names, start=1)
    )
    trail.record(
        "operation.started",
        actor=actor,
        subject=operation,
        project_id=environment.project_id,
        environment_id=environment.pk,
        operation_id=operation.pk,
        details={"kind": kind, "generation": operation.generation},
    )
    if kind in STATUS_WHILE and environment.status != STATUS_WHILE[kind]:
        move_environment(environment, STATUS_WHILE[kind], actor=actor, operation=operation)
    hints.wake_after_commit(operation.pk)
    return operation


def _insert(operation: Operation) -> Operation:
    """The database allows one open operation per environment; the second of two at once is told so."""
    try:
        with transaction.atomic():
            operation.save(force_insert=True)
    except IntegrityError as error:
        raise busy() from error
    return operation


def busy() -> DomainError:
    """What a command says while another operation is open."""
    return DomainError(_("Something else is being done to this environment. Wait until it has ended, then try again."))
