"""The pages about projects, through the portal's own URLs."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Project, ProjectRole
from tests.costs.factories import a_member, a_project, a_type, a_user

pytestmark = pytest.mark.django_db


def opened_by(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.EntraBackend")
    return client


@pytest.fixture
def project() -> Project:
    project = a_project("Apollo", slug="apollo", group_name="Team Apollo")
    a_type(project)
    a_member(project, a_user("Tanaka Ren"), ProjectRole.LEAD)
    return project


@pytest.fixture
def lead(project: Project) -> User:
    return project.memberships.get(role=ProjectRole.LEAD).user


def test_the_list_holds_my_projects_and_what_i_am_in_them(project: Project, lead: User):
    a_project("Hidden")
    text = opened_by(lead).get(reverse("projects:list")).content.decode()
    assert "Apollo" in text
    assert "Lead" in text
    assert "Hidden" not in text


def test_without_a_project_the_list_says_what_to_do():
    text = opened_by(a_user()).get(reverse("projects:list")).content.decode()
    assert "You are in no project yet" in text


def test_a_projects_page_shows_the_rules_of_its_types_and_its_people(project: Project, lead: User):
    text = opened_by(lead).get(project.get_absolute_url()).content.decode()
    for expected in ("Develop", "Sandbox", "No approval", "Tanaka Ren", "Manage members", "Team Apollo"):
        assert expected in text


def test_somebody_elses_project_does_not_exist(project: Project):
    client = opened_by(a_user())
    assert client.get(project.get_absolute_url()).status_code == 404
    assert client.get(reverse("projects:members", args=["apollo"])).status_code == 404


def test_a_lead_adds_changes_and_removes_somebody(project: Project, lead: User):
    client, user = opened_by(lead), a_user("Sato Yui")
    page = reverse("projects:members", args=["apollo"])
    assert client.post(page, {"user": user.pk, "role": "developer"}).status_code == 302
    membership = project.memberships.get(user=user)
    client.post(reverse("projects:change_role", args=["apollo", membership.pk]), {"role": "lead"})
    membership.refresh_from_db()
    assert membership.role == ProjectRole.LEAD
    client.post(reverse("projects:remove_member", args=["apollo", membership.pk]))
    assert not project.memberships.filter(user=user).exists()


def test_a_developer_sees_the_members_but_no_way_to_change_them(project: Project):
    user = a_user("Sato Yui")
    membership = a_member(project, user)
    client = opened_by(user)
    text = client.get(reverse("projects:members", args=["apollo"])).content.decode()
    assert "Tanaka Ren" in text
    assert "Add somebody" not in text
    assert "Make lead" not in text
    refused = client.post(reverse("projects:change_role", args=["apollo", membership.pk]), {"role": "lead"})
    assert refused.status_code == 403
    other = a_user("Other")
    added = client.post(reverse("projects:members", args=["apollo"]), {"user": other.pk, "role": "lead"})
    assert added.status_code == 403


def test_who_leaves_lands_on_their_list(project: Project):
    membership = a_member(project, a_user())
    client = opened_by(membership.user)
    answer = client.post(reverse("projects:remove_member", args=["apollo", membership.pk]))
    assert answer["Location"] == reverse("projects:list")


def test_a_membership_of_another_project_cannot_be_reached_through_this_one(project: Project, lead: User):
    foreign = a_member(a_project("Other"), a_user())
    for name in ("projects:change_role", "projects:remove_member"):
        assert opened_by(lead).post(reverse(name, args=["apollo", foreign.pk]), {"role": "lead"}).status_code == 404


def test_a_form_without_a_person_comes_back_with_what_to_mend(project: Project, lead: User):
    answer = opened_by(lead).post(reverse("projects:members", args=["apollo"]), {"user": "999999", "role": "lead"})
    assert answer.status_code == 422
    assert "to mend" in answer.content.decode()


def test_the_last_lead_is_told_why_they_cannot_leave(project: Project, lead: User):
    membership = project.memberships.get(user=lead)
    answer = opened_by(lead).post(reverse("projects:remove_member", args=["apollo", membership.pk]))
    assert answer.status_code == 409
    assert "at least one lead" in answer.content.decode()


def test_reading_never_changes_anything(project: Project, lead: User):
    membership = a_member(project, a_user())
    for name in ("projects:change_role", "projects:remove_member"):
        assert opened_by(lead).get(reverse(name, args=["apollo", membership.pk])).status_code == 405


@pytest.mark.parametrize("count", [2, 40])
def test_lists_ask_the_same_number_of_questions_however_long_they_are(
    count: int, lead: User, project: Project, django_assert_max_num_queries
):
    for number in range(count):
        a_member(a_project(f"P{number}"), lead)
        a_member(project, a_user(f"Person {number}"))
    client = opened_by(lead)
    with django_assert_max_num_queries(9):
        assert client.get(reverse("projects:list")).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(reverse("projects:members", args=["apollo"])).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(project.get_absolute_url()).status_code == 200
