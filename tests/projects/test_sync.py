"""Membership follows the projects' Entra groups, as the local Azure's Graph tells them."""

from collections.abc import Callable

import pytest

from accounts.models import User
from azure_emulator import launcher
from portal.company import tenant
from projects import tasks
from projects.models import Membership, Project, ProjectRole

pytestmark = [pytest.mark.emulator, pytest.mark.django_db]
APOLLO = next(team for team in tenant.TEAMS if team.slug == "apollo")


def group(*keys: str) -> dict[str, object]:
    members = [tenant.person(key).object_id for key in keys]
    return {"groups": [{"id": APOLLO.group_id, "displayName": APOLLO.group_name, "members": members}]}


def members() -> dict[str, str]:
    rows = Membership.objects.filter(project__slug="apollo").values_list("user__display_name", "role")
    return dict(rows)


def test_who_joins_or_leaves_the_group_joins_or_leaves_the_project(
    azure: launcher.Emulator, user: Callable[[str], User]
):
    tasks.sync_members()
    assert "Kim Minjun" not in members()
    azure.control.seed(group("tanaka.ren", "emma.wilson", "yamada.mio", "kim.minjun"))
    tasks.sync_members()
    after = members()
    assert after["Kim Minjun"] == ProjectRole.DEVELOPER
    assert "Sato Yui" not in after
    assert after["Tanaka Ren"] == ProjectRole.LEAD


@pytest.mark.parametrize(
    "action", [{"kind": "status", "status": 503}, {"kind": "status", "status": 403}, {"kind": "drop-before"}]
)
def test_a_directory_that_cannot_be_asked_changes_nothing(
    azure: launcher.Emulator, company: None, action: dict[str, object]
):
    tasks.sync_members()
    before = members()
    azure.control.seed(group("tanaka.ren"))
    azure.control.add_fault(action=action, path="/v1.0/groups/")
    tasks.sync_members()
    assert members() == before


def test_a_group_that_does_not_exist_changes_nothing(azure: launcher.Emulator, company: None):
    tasks.sync_members()
    before = members()
    Project.objects.filter(slug="apollo").update(group_object_id="00000000-0000-0000-0000-000000000000")
    tasks.sync_members()
    assert members() == before
