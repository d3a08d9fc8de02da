"""Access and tags stay what the portal says: a removed member loses access, a missing grant or tag returns."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from audit import trail
from cloud import grants as azure_grants
from environments.models import (
    Environment,
    EnvironmentStatus,
    Grant,
    GrantStatus,
    Operation,
    OperationKind,
)
from environments.starting import start_operation
from projects.models import Membership

_BATCH = 50


def due_for_grant_check() -> list[UUID]:
    """Ready environments that were not looked at for the drift interval, longest ago first; marked as looked at."""
    now = timezone.now()
    before = now - timedelta(seconds=settings.ENGINE_DRIFT_SECONDS)
    due = Environment.objects.filter(status=EnvironmentStatus.READY).filter(
        Q(checked_at__lte=before) | Q(checked_at=None)
    )
    ids = list(due.order_by("checked_at").values_list("pk", flat=True)[:_BATCH])
    Environment.objects.filter(pk__in=ids).update(checked_at=now)
    return ids


def check_grants(environment: Environment) -> None:
    """Read Azure's list; plan again what is missing and repair."""
    listed = azure_grants.list_assignments(scope=environment.group_id)
    triples = {(found.principal_id.lower(), found.role_id.lower()) for found in listed}
    active = environment.grants.filter(status=GrantStatus.ACTIVE)
    missing = [grant for grant in active if (grant.principal_id.lower(), grant.role_id.lower()) not in triples]
    if missing:
        details = {"missing": [f"{grant.role_name}: {grant.principal_name}" for grant in missing]}
        repair(environment, details=details, plan_again=[grant.pk for grant in missing])


@transaction.atomic
def repair(
    environment: Environment,
    *,
    details: Mapping[str, object],
    plan_again: Iterable[int] = (),
    end: Iterable[int] = (),
) -> Operation | None:
    """Start a repair unless something else is being done to the environment (the next sweep looks again)."""
    environment = Environment.objects.select_for_update(of=("self",)).select_related("project").get(pk=environment.pk)
    if environment.status != EnvironmentStatus.READY or environment.operations.open().exists():
        return None
    system = User.objects.system()
    environment.grants.filter(pk__in=list(plan_again), status=GrantStatus.ACTIVE).update(status=GrantStatus.PLANNED)
    environment.grants.filter(pk__in=list(end)).update(status=GrantStatus.ENDING)
    trail.record(
        "environment.drift",
        actor=system,
        subject=environment,
        project_id=environment.project_id,
        environment_id=environment.pk,
        details=dict(details),
    )
    return start_operation(environment, kind=OperationKind.REPAIR, actor=system)


def end_access_of_leavers() -> int:
    """People who are no longer members (or no longer active) lose what they hold. Returns how many environments."""
    still_member = Membership.objects.filter(
        project=OuterRef("environment__project"), user=OuterRef("user"), user__is_active=True
    )
    left = (
        Grant.objects.filter(status__in=[GrantStatus.ACTIVE, GrantStatus.PLANNED], user__isnull=False)
        .filter(environment__status=EnvironmentStatus.READY)
        .exclude(Exists(still_member))
        .select_related("environment")
    )
    held: dict[UUID, list[Grant]] = {}
    for grant in left:
        held.setdefault(grant.environment_id, []).append(grant)
    count = 0
    for grants in held.values():
        details = {"left": sorted({grant.principal_name for grant in grants})}
        if repair(grants[0].environment, details=details, end=[grant.pk for grant in grants]):
            count += 1
    return count
