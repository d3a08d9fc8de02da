"""The audit page: who sees what, filters, download."""

import csv
import io
import uuid

import pytest
from django.test import Client

from accounts.models import User
from audit import trail
from projects.models import Membership, Project, ProjectRole

pytestmark = pytest.mark.django_db


def person(key, **roles):
    return User.objects.create(subject=key, object_id=key, display_name=key.title(), **roles)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def world():
    """Two projects, a lead and a member of the first, a member of the second; three events in the first."""
    apollo = Project.objects.create(slug="apollo", name="Apollo", cost_centre="1", business_unit="x")
    hikari = Project.objects.create(slug="hikari", name="Hikari", cost_centre="2", business_unit="x")
    lead, member, stranger = (person(key, is_developer=True) for key in ("lead", "member", "stranger"))
    Membership.objects.create(project=apollo, user=lead, role=ProjectRole.LEAD)
    Membership.objects.create(project=apollo, user=member)
    Membership.objects.create(project=hikari, user=stranger)
    admin = person("admin", is_platform_admin=True)
    environment = uuid.uuid4()
    trail.record("project.changed", actor=admin, subject=apollo, project_id=apollo.pk)
    trail.record("environment.ready", actor=lead, subject=apollo, project_id=apollo.pk, environment_id=environment)
    trail.record("user.signed_in", actor=stranger, subject=stranger, details={"note": "=1+1"})
    return {"lead": lead, "member": member, "stranger": stranger, "admin": admin, "environment": environment}


def actions(client, query=""):
    response = client.get(f"/audit/export.csv{query}")
    return [row["action"] for row in csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("admin", ["project.changed", "environment.ready", "user.signed_in"]),
        ("lead", ["project.changed", "environment.ready"]),
        ("member", ["environment.ready"]),
        ("stranger", ["user.signed_in"]),
    ],
)
def test_people_see_the_events_of_what_is_theirs(world, who, seen):
    client = browser(world[who])
    assert actions(client) == seen
    page = client.get("/audit/").content.decode()
    assert [action for action in ("project.changed", "environment.ready", "user.signed_in") if action in page] == seen


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("?person=lead", ["environment.ready"]),
        ("?action=environment", ["environment.ready"]),
        ("?environment={environment}", ["environment.ready"]),
        ("?environment=apollo", ["environment.ready"]),
        ("?since=2999-01-01", []),
        ("?until=2999-01-01&action=user", ["user.signed_in"]),
        ("?since=nonsense&action=user", ["user.signed_in"]),
    ],
)
def test_filters_are_in_the_address(world, query, seen):
    assert actions(browser(world["admin"]), query.format(environment=world["environment"])) == seen


def test_somebody_elses_project_cannot_be_asked_for(world):
    hidden = Project.objects.get(slug="hikari")
    page = browser(world["member"]).get(f"/audit/?project={hidden.pk}").content.decode()
    assert "Hikari" not in page


def test_the_download_keeps_formulas_harmless_and_particulars_readable(world):
    text = browser(world["admin"]).get("/audit/export.csv").getvalue().decode("utf-8-sig")
    assert '"{""note"": ""=1+1""}"' in text


def test_the_page_costs_the_same_whatever_its_length(world, django_assert_max_num_queries):
    client = browser(world["admin"])
    for _number in range(60):
        trail.record("project.changed", actor=world["admin"], subject=world["lead"])
    with django_assert_max_num_queries(10):
        client.get("/audit/")
