"""Which environment a group belongs to, from when to when."""

import uuid
from datetime import date

import pytest

from costs import lifetimes
from costs.models import GroupLifetime
from projects.models import Project
from tests.costs.factories import SUBSCRIPTION, a_project

pytestmark = pytest.mark.django_db


def opened(project: Project, environment_id: uuid.UUID, since: date, group: str = "RG-Apollo") -> GroupLifetime:
    return lifetimes.open_lifetime(
        subscription_id=SUBSCRIPTION,
        resource_group=group,
        project=project,
        environment_id=environment_id,
        environment_name="apollo",
        since=since,
    )


def test_opening_again_changes_nothing():
    project, environment_id = a_project(), uuid.uuid4()
    first = opened(project, environment_id, date(2026, 11, 1))
    again = opened(project, environment_id, date(2026, 11, 5), group="rg-apollo")
    assert (again, again.since, again.resource_group) == (first, date(2026, 11, 1), "rg-apollo")


def test_a_group_that_gets_a_new_owner_ends_for_the_old_one():
    project, old, new = a_project(), uuid.uuid4(), uuid.uuid4()
    opened(project, old, date(2026, 11, 1))
    opened(project, new, date(2026, 11, 9))
    assert GroupLifetime.objects.get(environment_id=old).until == date(2026, 11, 9)
    assert GroupLifetime.objects.get(environment_id=new).until is None


def test_closing_ends_what_is_open_and_leaves_the_past_alone():
    project, environment_id = a_project(), uuid.uuid4()
    opened(project, environment_id, date(2026, 11, 1))
    lifetimes.close_lifetime(environment_id=environment_id, until=date(2026, 11, 3))
    lifetimes.close_lifetime(environment_id=environment_id, until=date(2026, 11, 20))
    assert GroupLifetime.objects.get().until == date(2026, 11, 3)
