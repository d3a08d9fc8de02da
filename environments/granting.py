"""Which grants an environment should have, as rows the engine makes true."""

from datetime import datetime

from accounts.models import User
from cloud.roles import ROLES
from environments import rules
from environments.drafts import RequestDraft
from environments.models import Environment, EnvironmentStatus, Grant, GrantReason, GrantStatus
from environments.models.grant import assignment_id
from environments.rules import PlannedGrant


def plan_grants(environment: Environment) -> None:
    """Rows for the owner's, the project's and the template's roles; ones no longer wanted are marked for removal.

    Grants by sharing stay as they are.
    """
    wanted = {_key(environment, plan): plan for plan in rules.planned_grants(_as_draft(environment))}
    if environment.status == EnvironmentStatus.MISSING:
        # The group went and took its role assignments with it.
        environment.grants.filter(status=GrantStatus.ACTIVE).update(status=GrantStatus.PLANNED)
    for plan in wanted.values():
        plan_grant(environment, plan, until=environment.ends_at)
    kept = {assignment_id(scope=environment.group_id, principal_id=p, role_id=r) for p, r in wanted}
    stale = environment.grants.filter(status__in=[GrantStatus.PLANNED, GrantStatus.ACTIVE]).exclude(
        reason=GrantReason.SHARED
    )
    stale.exclude(assignment__in=kept).update(status=GrantStatus.ENDING)


def _key(environment: Environment, plan: PlannedGrant) -> tuple[str, str]:
    return plan.principal_id.lower(), plan.role_id.lower()


def plan_grant(environment: Environment, plan: PlannedGrant, *, until: datetime) -> Grant:
    """The row of one grant, planned unless it is active already; a removed one is taken up again under its name."""
    scope = environment.group_id
    grant, is_new = Grant.objects.get_or_create(
        assignment=assignment_id(scope=scope, principal_id=plan.principal_id, role_id=plan.role_id),
        defaults={
            "environment": environment,
            "scope": scope,
            "principal_id": plan.principal_id,
            "principal_type": plan.principal_type,
            "principal_name": plan.principal_name,
            "user": plan.user,
            "role_id": plan.role_id,
            "role_name": plan.role_name,
            "reason": plan.reason,
            "until": until,
        },
    )
    if not is_new and grant.status in {GrantStatus.ENDING, GrantStatus.ENDED}:
        grant.status = GrantStatus.PLANNED
        grant.reason = GrantReason(plan.reason)
        grant.until = until
        grant.ended_at = None
        grant.save(update_fields=["status", "reason", "until", "ended_at"])
    return grant


def for_person(user: User, role_name: str, *, reason: GrantReason) -> PlannedGrant:
    """A role for one person."""
    return PlannedGrant(user.object_id, "User", user.display_name, user, role_name, ROLES[role_name], reason)


def _as_draft(environment: Environment) -> RequestDraft:
    """The environment as a draft of itself: what rules.planned_grants reads."""
    return RequestDraft(
        key=environment.pk,
        requester=environment.owner,
        project=environment.project,
        environment_type=environment.environment_type,
        version=environment.version,
        name=environment.name,
        region=environment.region,
        lifetime_days=1,
        environment=environment,
    )
