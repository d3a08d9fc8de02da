"""Platform admins set projects up through the portal's pages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEvent
from cloud.roles import ROLES
from common.errors import InputRefused, PermissionRefused
from projects import setup
from projects.models import EnvironmentType, Project, ProjectRole
from projects.setup_forms import TypeForm
from tests.costs.factories import a_project, a_type, a_user

pytestmark = pytest.mark.django_db
PROJECT = {
    "slug": "apollo",
    "name": "Apollo",
    "cost_centre": "4010",
    "business_unit": "Research",
    "extra_tags": "team=Blue = green\n\nshift=night",
    "is_active": "on",
}
TYPE = {
    "slug": "develop",
    "name": "Develop",
    "subscription_id": "AAAAAAAA-1111-1111-1111-111111111111",
    "subscription_name": "Sandbox",
    "regions": "JapanEast, eastus2\njapaneast",
    "creator_roles": ["Contributor"],
    "member_roles": ["Reader"],
    "default_lifetime_days": "7",
    "max_lifetime_days": "14",
    "quota": "3",
    "approval": "lead",
    "is_open": "on",
}


@pytest.fixture
def admin() -> User:
    return a_user("Kobayashi Kenji", is_platform_admin=True)


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin, backend="accounts.backends.EntraBackend")
    return client


def test_a_project_is_set_up_with_its_first_lead_and_its_tags(client: Client, admin: User):
    lead = a_user("Tanaka Ren")
    answer = client.post(reverse("projects:new"), {**PROJECT, "lead": lead.pk})
    assert answer["Location"] == reverse("projects:new_type", args=["apollo"])
    project = Project.objects.get(slug="apollo")
    assert project.extra_tags == {"team": "Blue = green", "shift": "night"}
    assert project.memberships.get().role == ProjectRole.LEAD
    assert AuditEvent.objects.get(action="project.created").details == {"slug": "apollo", "lead": "Tanaka Ren"}


def test_a_type_is_added_with_its_rules(client: Client):
    project = a_project(slug="apollo")
    assert client.post(reverse("projects:new_type", args=["apollo"]), TYPE).status_code == 302
    kind = project.environment_types.get()
    assert kind.subscription_id == str(TYPE["subscription_id"]).lower()
    assert (kind.regions, kind.creator_roles, kind.member_roles) == (
        ["japaneast", "eastus2"],
        ["Contributor"],
        ["Reader"],
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"slug": "new"},
        {"slug": "Apollo"},
        {"slug": "a--b"},
        {"group_object_id": "not-a-guid"},
        {"extra_tags": "no equals sign"},
        {"extra_tags": "a<b=c"},
        {"extra_tags": "adminPassword=hunter2"},
        {"name": ""},
        {"lead": "999999"},
    ],
)
def test_a_project_that_makes_no_sense_comes_back(bad: dict[str, str], client: Client):
    answer = client.post(reverse("projects:new"), {**PROJECT, "lead": a_user().pk, **bad})
    assert answer.status_code == 422
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"subscription_id": "sandbox"},
        {"regions": ""},
        {"regions": "japan east!"},
        {"creator_roles": ["Owner"]},
        {"creator_roles": ["Made Up"]},
        {"default_lifetime_days": "15"},
        {"default_lifetime_days": "0"},
        {"quota": "-1"},
        {"approval": "maybe"},
    ],
)
def test_a_type_that_makes_no_sense_comes_back(bad: dict[str, Any], client: Client):
    a_project(slug="apollo")
    answer = client.post(reverse("projects:new_type", args=["apollo"]), {**TYPE, **bad})
    assert answer.status_code == 422
    assert not EnvironmentType.objects.exists()


def test_a_short_name_is_given_once(client: Client, admin: User):
    project = a_project(slug="apollo")
    a_type(project, slug="develop")
    assert client.post(reverse("projects:new"), {**PROJECT, "lead": a_user().pk}).status_code == 422
    assert client.post(reverse("projects:new_type", args=["apollo"]), TYPE).status_code == 422
    with pytest.raises(InputRefused):
        setup.create_project(actor=admin, lead=admin, slug="apollo", name="A", cost_centre="1", business_unit="B")


def test_changes_are_kept_with_what_was_before_and_names_stay(client: Client):
    project = a_project("Apollo", slug="apollo", cost_centre="1")
    kind = a_type(project, slug="develop")
    client.post(reverse("projects:edit", args=["apollo"]), {**PROJECT, "slug": "other", "cost_centre": "2"})
    client.post(
        reverse("projects:edit_type", args=["apollo", "develop"]),
        {**TYPE, "slug": "other", "subscription_id": "bbbbbbbb-1111-1111-1111-111111111111", "quota": "9"},
    )
    project.refresh_from_db()
    before = kind.subscription_id
    kind.refresh_from_db()
    assert (project.slug, project.cost_centre) == ("apollo", "2")
    assert (kind.slug, kind.subscription_id, kind.quota) == ("develop", before, 9)
    details = AuditEvent.objects.get(action="project.changed").details
    assert details["cost_centre"] == {"from": "1", "to": "2"}
    assert AuditEvent.objects.get(action="environment_type.changed").details["quota"] == {"from": 5, "to": 9}


def test_saving_without_a_change_writes_nothing(client: Client):
    a_project("Apollo", slug="apollo", cost_centre="4010", business_unit="Research")
    shown = {**PROJECT, "extra_tags": ""}
    client.post(reverse("projects:edit", args=["apollo"]), shown)
    assert not AuditEvent.objects.filter(action="project.changed").exists()


def test_the_form_of_a_type_shows_what_it_is_now(client: Client):
    kind = a_type(a_project(slug="apollo"))
    kind.regions, kind.creator_roles = ["japaneast", "eastus2"], ["Contributor"]
    kind.save()
    text = client.get(reverse("projects:edit_type", args=["apollo", "develop"])).content.decode()
    assert "japaneast, eastus2" in text
    assert 'value="Contributor"' in text
    assert "checked" in text


def test_nobody_else_sets_projects_up():
    lead = a_user()
    with pytest.raises(PermissionRefused):
        setup.create_project(actor=lead, lead=lead, slug="a1", name="A", cost_centre="1", business_unit="B")


def test_every_offered_role_is_one_the_gateway_knows(client: Client):
    kind = a_type(a_project(slug="apollo"))
    form: Any = TypeForm(instance=kind)
    offered = {value for name in ("creator_roles", "member_roles") for value, _ in form.fields[name].choices}
    assert offered <= set(ROLES)


def test_a_role_the_type_has_already_can_be_kept(client: Client):
    kind = a_type(a_project(slug="apollo"))
    kind.creator_roles = ["Website Contributor"]
    kind.save()
    address = reverse("projects:edit_type", args=["apollo", "develop"])
    assert client.post(address, {**TYPE, "creator_roles": ["Website Contributor"]}).status_code == 302
