"""The first page of each person."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from environments.models import EnvironmentStatus, OrphanKind
from projects.models import ProjectRole
from tests import factories

pytestmark = pytest.mark.django_db


def page(user):
    client = Client()
    client.force_login(user)
    return client.get("/").content.decode()


@pytest.fixture
def apollo():
    return factories.ProjectFactory.create(name="Apollo", slug="apollo")


@pytest.fixture
def kind(apollo):
    return factories.EnvironmentTypeFactory.create(project=apollo, approval="lead")


@pytest.fixture
def lead(apollo):
    return factories.MembershipFactory.create(project=apollo, role=ProjectRole.LEAD).user


@pytest.fixture
def member(apollo):
    return factories.MembershipFactory.create(project=apollo).user


def test_somebody_with_nothing_is_invited_to_the_catalog(member):
    assert "Look at the catalog" in page(member)


def test_my_environments_are_there_with_state_and_end(member, kind):
    factories.EnvironmentFactory.create(environment_type=kind, owner=member, name="my-box")
    factories.EnvironmentFactory.create(
        environment_type=kind, owner=member, name="old-box", status=EnvironmentStatus.DELETED
    )
    text = page(member)
    assert "my-box" in text
    assert "Ready" in text
    assert "ends" in text
    assert "old-box" not in text


def test_a_request_waits_for_the_lead_and_not_for_its_requester(lead, member, kind):
    factories.RequestFactory.create(environment_type=kind, requester=member, name="wanted-box")
    assert "Waiting for your decision" in page(lead)
    text = page(member)
    assert "Waiting for your decision" not in text
    assert "What I asked for" in text


def test_what_ends_soon_in_my_projects_is_named_and_other_projects_stay_hidden(lead, member, kind):
    soon = timezone.now() + timedelta(days=1)
    factories.EnvironmentFactory.create(environment_type=kind, owner=member, name="ending-box", ends_at=soon)
    factories.EnvironmentFactory.create(name="foreign-box", ends_at=soon)
    text = page(lead)
    assert "ending-box" in text
    assert "foreign-box" not in text


def test_operations_staff_see_what_needs_them(kind):
    admin = factories.UserFactory.create(is_platform_admin=True)
    factories.OrphanFactory.create(kind=OrphanKind.ONLY_IN_AZURE)
    text = page(admin)
    assert "Late operations" in text
    assert "Orphans" in text


def test_the_page_costs_the_same_with_many_environments(member, kind, django_assert_max_num_queries):
    factories.EnvironmentFactory.create_batch(30, environment_type=kind, owner=member)
    client = Client()
    client.force_login(member)
    client.get("/")
    with django_assert_max_num_queries(16):
        client.get("/")
