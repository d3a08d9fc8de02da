"""The sample company's rows in the portal; running it again changes nothing that is already there."""

from datetime import date

from django.db import transaction

from accounts.models import User, subject_of
from catalog import sync
from costs.models import Budget
from portal.company import tenant
from projects.models import EnvironmentType, Membership, Project, ProjectRole


@transaction.atomic
def write(today: date) -> None:
    """People, projects, types and this and the next month's budgets; then the catalog."""
    users = {person.key: _user(person) for person in tenant.PEOPLE}
    for team in tenant.TEAMS:
        project = _project(team)
        for key in team.members:
            role = ProjectRole.LEAD if key in team.leads else ProjectRole.DEVELOPER
            Membership.objects.get_or_create(project=project, user=users[key], defaults={"role": role})
        for kind in team.kinds:
            _environment_type(project, kind)
        for month in _months(today):
            Budget.objects.get_or_create(
                project=project, month=month, defaults={"amount": team.monthly_budget, "currency": "JPY"}
            )
    sync.sync_built_in(User.objects.system())


def _user(person: tenant.Person) -> User:
    """The row that the person's first sign-in would make, roles included."""
    return User.objects.get_or_create(
        subject=subject_of(tenant.TENANT_ID, person.object_id),
        defaults={
            "tenant_id": tenant.TENANT_ID,
            "object_id": person.object_id,
            "email": person.email,
            "display_name": person.name,
            "is_developer": tenant.DEVELOPER in person.app_roles,
            "is_catalog_admin": tenant.CATALOG_ADMIN in person.app_roles,
            "is_finance": tenant.FINANCE in person.app_roles,
            "is_platform_admin": tenant.PLATFORM_ADMIN in person.app_roles,
        },
    )[0]


def _project(team: tenant.Team) -> Project:
    return Project.objects.get_or_create(
        slug=team.slug,
        defaults={
            "name": team.name,
            "description": team.description,
            "cost_centre": team.cost_centre,
            "business_unit": team.business_unit,
            "group_object_id": team.group_id,
            "group_name": team.group_name,
        },
    )[0]


def _environment_type(project: Project, kind: tenant.Kind) -> None:
    EnvironmentType.objects.get_or_create(
        project=project,
        slug=kind.slug,
        defaults={
            "name": kind.name,
            "subscription_id": kind.subscription.id,
            "subscription_name": kind.subscription.name,
            "regions": list(kind.regions),
            "creator_roles": list(kind.creator_roles),
            "member_roles": list(kind.member_roles),
            "default_lifetime_days": kind.default_days,
            "max_lifetime_days": kind.longest_days,
            "quota": kind.quota,
            "approval": kind.approval,
        },
    )


def _months(today: date) -> list[date]:
    """The first days of this month, the three before and the two after it."""
    index = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(index - 3, index + 3)]
