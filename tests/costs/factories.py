"""Rows for the tests about money."""

import itertools
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from accounts.models import User
from costs.models import Budget, CostLoad, CostRecord, GroupLifetime, LoadStatus
from projects.models import EnvironmentType, Membership, Project, ProjectRole

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
_numbers = itertools.count(1)


def a_user(name: str = "Sato Yui", **flags: object) -> User:
    key = uuid.uuid4()
    return User.objects.create(subject=f"t:{key}", object_id=str(key), display_name=name, **flags)


def a_project(name: str = "Apollo", **fields: object) -> Project:
    number = next(_numbers)
    defaults = {"slug": f"{name.lower()[:10]}-{number}", "cost_centre": "4010", "business_unit": "Research"}
    return Project.objects.create(name=name, **{**defaults, **fields})


def a_member(project: Project, user: User, role: str = ProjectRole.DEVELOPER) -> Membership:
    return Membership.objects.create(project=project, user=user, role=role)


def a_type(project: Project, subscription_id: str = SUBSCRIPTION, slug: str = "develop") -> EnvironmentType:
    return EnvironmentType.objects.create(
        project=project, slug=slug, name=slug.title(), subscription_id=subscription_id, subscription_name="Sandbox"
    )


def a_load(
    since: date = date(2026, 11, 1),
    until: date = date(2026, 11, 30),
    subscription_id: str = SUBSCRIPTION,
    status: str = LoadStatus.DONE,
    finished_at: datetime | None = datetime(2026, 11, 19, 16, tzinfo=UTC),
) -> CostLoad:
    return CostLoad.objects.create(
        subscription_id=subscription_id, since=since, until=until, status=status, finished_at=finished_at
    )


def a_lifetime(
    project: Project,
    group: str,
    since: date,
    until: date | None = None,
    *,
    environment_id: UUID | None = None,
    subscription_id: str = SUBSCRIPTION,
) -> GroupLifetime:
    return GroupLifetime.objects.create(
        subscription_id=subscription_id,
        resource_group=group,
        project=project,
        environment_id=environment_id or uuid.uuid4(),
        environment_name=f"{project.name}-{group}",
        since=since,
        until=until,
    )


def a_charge(
    load: CostLoad,
    group: str,
    day: date,
    amount: str,
    *,
    currency: str = "JPY",
    service: str = "Storage",
) -> CostRecord:
    return CostRecord.objects.create(
        load=load,
        subscription_id=load.subscription_id,
        resource_group=group,
        day=day,
        service_name=service,
        amount=Decimal(amount),
        currency=currency,
    )


def a_budget(project: Project, amount: str, month: date = date(2026, 11, 1), currency: str = "JPY") -> Budget:
    return Budget.objects.create(project=project, month=month, amount=Decimal(amount), currency=currency)
