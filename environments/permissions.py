"""Who may do what: checked in the commands, asked by pages to show or hide what they offer."""

from uuid import UUID

from accounts.models import User
from environments.models import (
    Environment,
    EnvironmentRequest,
    EnvironmentStatus,
    Operation,
    OperationKind,
    RequestStatus,
)
from projects.models import ProjectRole


def is_lead(user: User, project_id: UUID) -> bool:
    """True for the project's leads."""
    return user.memberships.filter(project_id=project_id, role=ProjectRole.LEAD).exists()


def is_member(user: User, project_id: UUID) -> bool:
    """True for everybody of the project."""
    return user.memberships.filter(project_id=project_id).exists()


def _may_manage(user: User, environment: Environment) -> bool:
    if user.is_system or user.is_platform_admin:
        return True
    if environment.owner_id == user.pk:
        return is_member(user, environment.project_id)
    return is_lead(user, environment.project_id)


def can_delete(user: User, environment: Environment) -> bool:
    """The owner, the project's leads, platform admins; anything that is not proven deleted."""
    return environment.is_live and _may_manage(user, environment)


def can_extend(user: User, environment: Environment) -> bool:
    """Whoever may delete it, while it is in use."""
    in_use = environment.status in {EnvironmentStatus.READY, EnvironmentStatus.FAILED, EnvironmentStatus.BUILDING}
    return in_use and _may_manage(user, environment)


def can_share(user: User, environment: Environment) -> bool:
    """Whoever may delete it, once it is there."""
    return environment.status == EnvironmentStatus.READY and _may_manage(user, environment)


def can_update(user: User, environment: Environment) -> bool:
    """Whoever may delete it, when it is there, its last change failed, or Azure has lost it."""
    settled = {EnvironmentStatus.READY, EnvironmentStatus.FAILED, EnvironmentStatus.MISSING}
    return environment.status in settled and _may_manage(user, environment)


def can_read_secrets(user: User, environment: Environment) -> bool:
    """The owner and people it is shared with while they are members; not leads or admins by their office."""
    if environment.status != EnvironmentStatus.READY or not is_member(user, environment.project_id):
        return False
    return environment.owner_id == user.pk or environment.grants.filter(user=user, status="active").exists()


def can_cancel(user: User, operation: Operation) -> bool:
    """Builds and updates that are under way and not cancelled yet."""
    is_build = operation.kind in {OperationKind.PROVISION, OperationKind.UPDATE}
    return (
        is_build
        and operation.is_open
        and operation.cancel_requested_at is None
        and _may_manage(user, operation.environment)
    )


def can_retry(user: User, operation: Operation) -> bool:
    """The last operation of an environment that failed, is missing, or could not be deleted."""
    environment = operation.environment
    retryable = {EnvironmentStatus.FAILED, EnvironmentStatus.MISSING, EnvironmentStatus.BLOCKED}
    return not operation.is_open and environment.status in retryable and _may_manage(user, environment)


def can_approve(user: User, request: EnvironmentRequest) -> bool:
    """A lead of the project or a platform admin, who is not the requester and has not decided yet."""
    return (
        request.status == RequestStatus.PENDING
        and request.recheck_id is None
        and request.requester_id != user.pk
        and (user.is_platform_admin or is_lead(user, request.project_id))
        and not request.approvals.filter(approver=user).exists()
    )


def can_withdraw(user: User, request: EnvironmentRequest) -> bool:
    """The requester, while it waits."""
    return request.status == RequestStatus.PENDING and request.requester_id == user.pk


def can_see_orphans(user: User) -> bool:
    """Platform admins."""
    return user.is_platform_admin
