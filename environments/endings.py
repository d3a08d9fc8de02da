"""How an operation ends: its own status, the environment's, who is told, what follows. Inside the fenced save."""

from collections.abc import Callable

from django.utils import timezone

from audit import trail
from common.states import check_move
from costs import budgets, lifetimes
from environments import messages, parameters
from environments.models import Environment, EnvironmentStatus, Operation, OperationKind, OperationStatus
from environments.models.operation import OPERATION_MOVES
from environments.moving import move_environment
from environments.starting import start_operation

_BUILDS = frozenset({OperationKind.PROVISION, OperationKind.UPDATE})


def succeed(operation: Operation) -> None:
    """Every step is done."""
    too_late = "too_late" if operation.cancel_requested_at else ""
    _end(operation, OperationStatus.SUCCEEDED, outcome=too_late)
    after: dict[str, Callable[[Operation], None]] = {
        OperationKind.PROVISION: _built,
        OperationKind.UPDATE: _built,
        OperationKind.DELETE: _deleted,
    }
    if operation.kind in after:
        after[operation.kind](operation)
    _follow_up(operation)


def fail(operation: Operation, *, code: str, message: str, correlation_id: str = "", reference: str = "") -> None:
    """A step cannot succeed. What exists stays as it is: it can be retried or deleted."""
    _end(
        operation,
        OperationStatus.FAILED,
        error_code=code[:100],
        error_message=message,
        error_correlation_id=correlation_id[:64],
        reference=reference,
    )
    environment = operation.environment
    if operation.kind in _BUILDS:
        move_environment(
            environment,
            EnvironmentStatus.FAILED,
            actor=operation.requested_by,
            operation=operation,
            details={"code": code},
        )
    elif operation.kind == OperationKind.DELETE:
        move_environment(
            environment,
            EnvironmentStatus.BLOCKED,
            actor=operation.requested_by,
            operation=operation,
            details={"code": code},
        )
    messages.operation_failed(operation)
    _follow_up(operation)


def cancel(operation: Operation, *, outcome: str) -> None:
    """Somebody cancelled it; `outcome` names the sentence that says what that left behind."""
    _end(operation, OperationStatus.CANCELLED, outcome=outcome)
    if operation.kind in _BUILDS:
        move_environment(
            operation.environment,
            EnvironmentStatus.FAILED,
            actor=operation.cancel_requested_by or operation.requested_by,
            operation=operation,
            details={"outcome": outcome},
        )
    _follow_up(operation)


def _end(operation: Operation, status: OperationStatus, **changes: str) -> None:
    check_move(OPERATION_MOVES, source=operation.status, target=status)
    operation.status = status
    operation.finished_at = timezone.now()
    for name, value in changes.items():
        setattr(operation, name, value)
    operation.save(update_fields=["status", "finished_at", *changes])
    trail.record(
        f"operation.{status}",
        actor=operation.requested_by,
        subject=operation,
        project_id=operation.environment.project_id,
        environment_id=operation.environment_id,
        operation_id=operation.pk,
        details={"kind": operation.kind, **{name: value for name, value in changes.items() if value}},
    )


def _built(operation: Operation) -> None:
    environment = operation.environment
    move_environment(
        environment,
        EnvironmentStatus.READY,
        actor=operation.requested_by,
        operation=operation,
        ready_at=timezone.now(),
    )
    _forget_secrets(operation)
    messages.environment_ready(operation)


def _deleted(operation: Operation) -> None:
    """Proven gone: money, names and secrets of the environment are let go."""
    environment = operation.environment
    now = timezone.now()
    move_environment(
        environment, EnvironmentStatus.DELETED, actor=operation.requested_by, operation=operation, deleted_at=now
    )
    lifetimes.close_lifetime(environment_id=environment.pk, until=now.date())
    for request in environment.requests.all():
        budgets.release(request.pk)
        parameters.forget(request.pk)
    messages.environment_deleted(operation)


def _forget_secrets(operation: Operation) -> None:
    for request_id in operation.environment.requests.values_list("pk", flat=True):
        parameters.forget(request_id)


def _follow_up(operation: Operation) -> None:
    """A delete that was asked for while something else was running starts now."""
    if operation.payload.get("then") != OperationKind.DELETE:
        return
    environment = Environment.objects.get(pk=operation.environment_id)
    if environment.is_live:
        end_all_grants(environment)
        start_operation(
            environment,
            kind=OperationKind.DELETE,
            actor=operation.cancel_requested_by or operation.requested_by,
        )


def end_all_grants(environment: Environment) -> None:
    """Mark every grant that exists or may exist for removal."""
    environment.grants.filter(status__in=["planned", "active"]).update(status="ending")
