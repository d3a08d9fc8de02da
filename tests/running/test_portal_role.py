"""The role and condition that the README recommends: enough for the journeys, and no more than they need."""

import re
import uuid

import pytest

from catalog.blueprint import blueprint
from catalog.models import TemplateVersion
from cloud import grants, groups
from cloud.errors import PermanentCloudError
from cloud.roles import ROLES
from environments.services.environments import SHAREABLE_ROLES
from portal.company import portal_role, tenant

GROUP = "rg-role-check"


@pytest.fixture
def group(azure):
    return groups.write_group(subscription_id=tenant.DEVELOP.id, name=GROUP, location="japaneast", tags={"a": "b"})


def assign(group, role: str, *, principal_type: str = "User") -> None:
    grants.write_assignment(
        scope=group.id,
        assignment_id=str(uuid.uuid4()),
        role_id=ROLES[role],
        principal_id=tenant.person("sato.yui").object_id,
        principal_type=principal_type,
        description="check",
    )


def test_it_may_hand_out_what_environments_need(group):
    assign(group, "Contributor")
    assert len(grants.list_assignments(scope=group.id)) == 1


@pytest.mark.parametrize(
    "role", ["Owner", "User Access Administrator", "Role Based Access Control Administrator", "Key Vault Administrator"]
)
def test_it_may_not_hand_out_power_over_access(group, role):
    with pytest.raises(PermanentCloudError) as refused:
        assign(group, role)
    assert refused.value.code == "AuthorizationFailed"
    assert not grants.list_assignments(scope=group.id)


def test_it_may_not_act_outside_the_companys_sandboxes(azure):
    with pytest.raises(PermanentCloudError):
        groups.write_group(subscription_id=str(uuid.uuid4()), name=GROUP, location="japaneast", tags={})


@pytest.mark.django_db
def test_the_condition_names_exactly_the_roles_that_types_templates_and_sharing_use(company):
    wanted = {role for team in tenant.TEAMS for kind in team.kinds for role in kind.creator_roles + kind.member_roles}
    for version in TemplateVersion.objects.select_related("template"):
        wanted |= {wish.role for wish in blueprint(version).roles}
    named = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", portal_role.condition()))
    assert named == {ROLES[role] for role in wanted | set(SHAREABLE_ROLES)}


def test_the_role_never_asks_for_everything():
    actions = portal_role.definition()["Actions"]
    assert "*" not in actions
    assert not any(action.lower().startswith("microsoft.authorization/*/write") for action in actions)
