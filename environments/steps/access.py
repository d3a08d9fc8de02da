"""Access: role assignments made, ended and read back, one write a turn."""

from django.utils import timezone

from audit import trail
from cloud import grants as azure_grants
from cloud import groups
from cloud.errors import PermanentCloudError
from environments import tags
from environments.models import Grant, GrantStatus
from environments.steps.base import Done, Result, Turn, Wait

_READ_BACK_LOOKS = 20


def grants(turn: Turn) -> Result:
    """Every planned grant exists in Azure under its deterministic name."""
    waiting = turn.environment.grants.filter(status=GrantStatus.PLANNED).order_by("created_at", "pk")
    grant = waiting.first()
    granted = turn.environment.grants.filter(status=GrantStatus.ACTIVE).count()
    if grant is None:
        return Done({"granted": granted})
    _assign(turn, grant)
    return Wait(
        0,
        "granting",
        about={"role": grant.role_name, "person": grant.principal_name},
        save=lambda: _move(turn, grant, GrantStatus.ACTIVE),
        done=granted + 1,
        total=granted + waiting.count(),
    )


def _assign(turn: Turn, grant: Grant) -> None:
    """PUT the assignment unless it is there; the same triple under another name is as good."""
    name = str(grant.assignment)
    if azure_grants.read_assignment(scope=grant.scope, assignment_id=name) is not None:
        return
    turn.about_to("PUT", _target(grant), role=grant.role_name, principal=grant.principal_id)
    try:
        azure_grants.write_assignment(
            scope=grant.scope,
            assignment_id=name,
            role_id=grant.role_id,
            principal_id=grant.principal_id,
            principal_type=grant.principal_type,
            description=f"Genkan: {grant.environment.name}, {grant.reason}",
        )
    except PermanentCloudError as error:
        if error.root.code != "RoleAssignmentExists":
            raise


def end_grants(turn: Turn) -> Result:
    """No grant that should end is left in Azure."""
    ending = turn.environment.grants.filter(status=GrantStatus.ENDING).order_by("created_at", "pk")
    grant = ending.first()
    if grant is None:
        return Done()
    name = str(grant.assignment)
    if azure_grants.read_assignment(scope=grant.scope, assignment_id=name) is not None:
        turn.about_to("DELETE", _target(grant), role=grant.role_name, principal=grant.principal_id)
        azure_grants.delete_assignment(scope=grant.scope, assignment_id=name)
    return Wait(
        0,
        "ending_grant",
        about={"role": grant.role_name, "person": grant.principal_name},
        save=lambda: _move(turn, grant, GrantStatus.ENDED),
    )


def read_back(turn: Turn) -> Result:
    """Azure itself lists every active grant and every tag; what is missing is done again."""
    environment = turn.environment
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    lacking = tags.missing(tags.for_environment(environment), group.tags if group else {})
    if group is not None and lacking:
        turn.about_to("PATCH", environment.group_id, tags=lacking)
        groups.merge_tags(scope=environment.group_id, tags=lacking)
        return Wait(0, "tagging", about={"resource": environment.resource_group})
    unseen = _unseen(turn)
    if unseen and turn.step.looks < _READ_BACK_LOOKS:
        return _again(turn, unseen[0])
    return Done({"unseen": [grant.role_name for grant in unseen]})


def _unseen(turn: Turn) -> list[Grant]:
    """Active grants that Azure does not list at the group (each may be listed under another name)."""
    listed = azure_grants.list_assignments(scope=turn.environment.group_id)
    triples = {(found.principal_id.lower(), found.role_id.lower()) for found in listed}
    active = turn.environment.grants.filter(status=GrantStatus.ACTIVE)
    return [grant for grant in active if (grant.principal_id.lower(), grant.role_id.lower()) not in triples]


def _again(turn: Turn, grant: Grant) -> Result:
    """Azure's lists lag behind its writes; a repeated PUT under the same name does no harm."""
    _assign(turn, grant)
    return Wait(turn.poll_seconds(), "reading_back", about={"role": grant.role_name, "person": grant.principal_name})


def _target(grant: Grant) -> str:
    return f"{grant.scope}/providers/Microsoft.Authorization/roleAssignments/{grant.assignment}"


def _move(turn: Turn, grant: Grant, status: GrantStatus) -> None:
    now = timezone.now()
    grant.status = status
    if status == GrantStatus.ACTIVE:
        grant.granted_at = now
    else:
        grant.ended_at = now
    grant.save(update_fields=["status", "granted_at", "ended_at"])
    trail.record(
        f"grant.{status}",
        actor=turn.operation.requested_by,
        subject=grant,
        project_id=turn.environment.project_id,
        environment_id=turn.environment.pk,
        operation_id=turn.operation.pk,
        details={"role": grant.role_name, "principal": grant.principal_id, "reason": grant.reason},
    )
