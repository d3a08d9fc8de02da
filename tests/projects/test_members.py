"""Who is in a project, who decides it, and what the trail says about it."""

from typing import Any

import pytest

from accounts.models import User
from audit.models import AuditEvent
from common.errors import DomainError, InputRefused, PermissionRefused
from projects import services
from projects.models import Membership, Project, ProjectRole
from tests.costs.factories import a_member, a_project, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return a_project()


@pytest.fixture
def lead(project: Project) -> User:
    user = a_user("Tanaka Ren")
    a_member(project, user, ProjectRole.LEAD)
    return user


def test_a_lead_adds_a_known_person_and_the_trail_says_so(project: Project, lead: User):
    user = a_user("Sato Yui")
    services.add_member(actor=lead, project=project, user=user, role="developer")
    assert project.memberships.get(user=user).role == ProjectRole.DEVELOPER
    event = AuditEvent.objects.get(action="member.added")
    assert (event.actor, event.project_id, event.details["person"]) == (lead, project.pk, "Sato Yui")


def test_a_platform_admin_manages_projects_they_are_not_in(project: Project):
    services.add_member(actor=a_user(is_platform_admin=True), project=project, user=a_user(), role="lead")


@pytest.mark.parametrize("flags", [{}, {"is_finance": True}, {"is_catalog_admin": True}])
def test_nobody_else_manages_members(project: Project, lead: User, flags: dict[str, Any]):
    actor = a_user(**flags)
    a_member(project, actor)
    target = project.memberships.get(user=lead)
    with pytest.raises(PermissionRefused):
        services.add_member(actor=actor, project=project, user=a_user(), role="developer")
    with pytest.raises(PermissionRefused):
        services.change_role(actor=actor, membership=target, role="developer")
    with pytest.raises(PermissionRefused):
        services.remove_member(actor=actor, membership=target)


def test_a_lead_of_another_project_decides_nothing_here(project: Project):
    stranger = a_user()
    a_member(a_project("Other"), stranger, ProjectRole.LEAD)
    with pytest.raises(PermissionRefused):
        services.add_member(actor=stranger, project=project, user=a_user(), role="developer")


def test_a_person_is_added_once(project: Project, lead: User):
    with pytest.raises(DomainError, match="is a member already"):
        services.add_member(actor=lead, project=project, user=lead, role="developer")
    assert not AuditEvent.objects.filter(action="member.added").exists()


@pytest.mark.parametrize("flags", [{"is_active": False}, {"is_system": True}])
def test_only_people_who_can_sign_in_become_members(project: Project, lead: User, flags: dict[str, Any]):
    with pytest.raises(InputRefused):
        services.add_member(actor=lead, project=project, user=a_user(**flags), role="developer")


def test_a_made_up_role_is_refused(project: Project, lead: User):
    with pytest.raises(InputRefused):
        services.add_member(actor=lead, project=project, user=a_user(), role="emperor")


def test_the_last_lead_can_neither_leave_nor_step_down(project: Project, lead: User):
    membership = project.memberships.get(user=lead)
    with pytest.raises(DomainError, match="at least one lead"):
        services.remove_member(actor=lead, membership=membership)
    with pytest.raises(DomainError, match="at least one lead"):
        services.change_role(actor=lead, membership=membership, role="developer")


def test_with_a_second_lead_the_first_may_go(project: Project, lead: User):
    other = a_member(project, a_user())
    services.change_role(actor=lead, membership=other, role="lead")
    services.remove_member(actor=lead, membership=project.memberships.get(user=lead))
    assert [one.user for one in project.memberships.all()] == [other.user]
    assert AuditEvent.objects.get(action="member.changed").details["role"] == {"from": "developer", "to": "lead"}


def test_a_developer_may_leave_by_themselves(project: Project, lead: User):
    membership = a_member(project, a_user())
    services.remove_member(actor=membership.user, membership=membership)
    assert AuditEvent.objects.get(action="member.removed").details["role"] == "developer"


def test_known_people_of_the_group_become_developers_and_leave_with_it(project: Project, lead: User):
    joins, stays, goes = a_user("Joins"), a_user("Stays"), a_user("Goes")
    system = User.objects.system()
    services.follow_group(actor=system, project=project, object_ids=[stays.object_id, goes.object_id])
    ids = [stays.object_id.upper(), joins.object_id, "unknown-person"]
    assert services.follow_group(actor=system, project=project, object_ids=ids) == (1, 1)
    assert {one.user for one in project.memberships.all()} == {lead, joins, stays}
    assert AuditEvent.objects.filter(action="member.removed", details__why="group").count() == 1


def test_people_only_the_portal_knows_as_members_stay(project: Project, lead: User):
    membership = a_member(project, a_user())
    assert services.follow_group(actor=User.objects.system(), project=project, object_ids=[]) == (0, 0)
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_a_member_who_is_in_the_group_follows_it_from_then_on(project: Project, lead: User):
    membership = a_member(project, a_user())
    system = User.objects.system()
    services.follow_group(actor=system, project=project, object_ids=[membership.user.object_id])
    assert services.follow_group(actor=system, project=project, object_ids=[]) == (0, 1)


def test_following_twice_changes_nothing(project: Project, lead: User):
    user = a_user()
    system = User.objects.system()
    for _ in range(2):
        services.follow_group(actor=system, project=project, object_ids=[user.object_id, lead.object_id])
    assert AuditEvent.objects.filter(action="member.added").count() == 1
    assert project.memberships.get(user=lead).role == ProjectRole.LEAD
