"""Moving an environment or request from one status to another: only declared moves, each an audit event."""

from typing import Any

from accounts.models import User
from audit import trail
from common.states import ForbiddenMove, check_move
from environments.models import Environment, EnvironmentRequest, EnvironmentStatus, Operation, RequestStatus
from environments.models.environment import ENVIRONMENT_MOVES
from environments.models.request import REQUEST_MOVES


def move_environment(
    environment: Environment,
    status: EnvironmentStatus,
    *,
    actor: User,
    operation: Operation | None = None,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Change the status (and the named fields) if the row still has the status this decision was based on."""
    source = environment.status
    check_move(ENVIRONMENT_MOVES, source=source, target=status)
    if not Environment.objects.filter(pk=environment.pk, status=source).update(status=status, **changes):
        raise ForbiddenMove(f"environment {environment.pk} is no longer {source}")
    environment.status = status
    for name, value in changes.items():
        setattr(environment, name, value)
    trail.record(
        f"environment.{status}",
        actor=actor,
        subject=environment,
        project_id=environment.project_id,
        environment_id=environment.pk,
        operation_id=operation.pk if operation else None,
        details={"from": source, **(details or {})},
    )


def move_request(request: EnvironmentRequest, status: RequestStatus, *, actor: User, **changes: Any) -> bool:
    """Change the request's status; False when somebody else decided it in the meantime."""
    source = request.status
    check_move(REQUEST_MOVES, source=source, target=status)
    if not EnvironmentRequest.objects.filter(pk=request.pk, status=source).update(status=status, **changes):
        return False
    request.status = status
    for name, value in changes.items():
        setattr(request, name, value)
    trail.record(
        f"request.{status}",
        actor=actor,
        subject=request,
        project_id=request.project_id,
        environment_id=request.environment_id,
        details={"from": source, "note": request.decision_note},
    )
    return True
