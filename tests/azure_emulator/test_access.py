"""Access control: roles, conditions, and the errors for those without."""

import uuid

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.azure_emulator.conftest import OTHER_SUBSCRIPTION, SUBSCRIPTION, YUI, code

pytestmark = pytest.mark.emulator

READER, OWNER = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"


def body(role: str, principal: str = YUI, kind: str | None = "User") -> dict[str, object]:
    properties = {
        "roleDefinitionId": f"{SCOPE}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        "principalId": principal,
    }
    return {"properties": properties | ({"principalType": kind} if kind else {})}


@pytest.fixture
def group(clients) -> str:
    client = clients.build(ResourceManagementClient)
    return str(client.resource_groups.create_or_update("env", {"location": "japaneast"}).id)


def test_a_caller_without_a_role_gets_403_and_sees_no_subscription(clients):
    client = clients.build(ResourceManagementClient, "nobody")
    subscriptions = clients.build(SubscriptionClient, "nobody", subscription=False)

    with pytest.raises(HttpResponseError) as caught:
        client.resource_groups.create_or_update("env", {"location": "japaneast"})

    assert (caught.value.status_code, code(caught.value)) == (403, "AuthorizationFailed")
    assert "Microsoft.Resources/subscriptions/resourceGroups/write" in caught.value.message
    assert list(subscriptions.subscriptions.list()) == []
    with clients.http("nobody") as http:
        listed = [http.get(f"{SCOPE}/{kind}") for kind in ("resourcegroups", "resources")]
    assert [answer.status_code for answer in listed] == [403, 403]


def test_a_custom_role_reaches_exactly_its_subscription(clients):
    client = clients.build(ResourceManagementClient, "portal")

    created = client.resource_groups.create_or_update("env", {"location": "japaneast"})

    assert created.name == "env"
    with clients.http("portal") as http:
        refused = http.put(f"/subscriptions/{OTHER_SUBSCRIPTION}/resourcegroups/env", json={"location": "japaneast"})
        vault = http.put(f"{created.id}/providers/Microsoft.KeyVault/vaults/kv-1", json={"location": "japaneast"})
    assert refused.status_code == vault.status_code == 403


def test_an_assignment_is_repeatable_and_its_triple_is_unique(clients, group):
    client = clients.build(AuthorizationManagementClient)
    name = str(uuid.uuid4())

    first = client.role_assignments.create(group, name, body(READER))
    second = client.role_assignments.create(group.upper(), name, body(READER))
    with pytest.raises(HttpResponseError) as same_triple:
        client.role_assignments.create(group, str(uuid.uuid4()), body(READER))
    with pytest.raises(HttpResponseError) as other_role:
        client.role_assignments.create(group, name, body(OWNER))

    assert first.id == second.id
    assert code(same_triple.value) == "RoleAssignmentExists"
    assert (other_role.value.status_code, code(other_role.value)) == (400, "RoleAssignmentUpdateNotPermitted")
    listed = client.role_assignments.list_for_scope(group, filter=f"principalId eq '{YUI}'")
    assert [item.name for item in listed] == [name]


def test_an_unknown_principal_needs_its_type(clients, group):
    client = clients.build(AuthorizationManagementClient)
    fresh = str(uuid.uuid4())

    with pytest.raises(HttpResponseError) as caught:
        client.role_assignments.create(group, str(uuid.uuid4()), body(READER, fresh, None))
    made = client.role_assignments.create(group, str(uuid.uuid4()), body(READER, fresh, "ServicePrincipal"))

    assert (caught.value.status_code, code(caught.value)) == (400, "PrincipalNotFound")
    assert made.principal_id == fresh


def test_a_condition_limits_what_may_be_assigned_and_removed(clients, group):
    portal = clients.build(AuthorizationManagementClient, "portal")
    owner = clients.build(AuthorizationManagementClient)
    allowed, forbidden = str(uuid.uuid4()), str(uuid.uuid4())

    portal.role_assignments.create(group, allowed, body(READER))
    for wanted in (body(OWNER), body(READER, "dddddddd-0000-4000-8000-000000000003", "ServicePrincipal")):
        with pytest.raises(HttpResponseError) as caught:
            portal.role_assignments.create(group, str(uuid.uuid4()), wanted)
        assert (caught.value.status_code, code(caught.value)) == (403, "AuthorizationFailed")
        assert "ABAC condition that is not fulfilled" in caught.value.message
    owner.role_assignments.create(group, forbidden, body(OWNER))
    with pytest.raises(HttpResponseError) as caught:
        portal.role_assignments.delete(group, forbidden)
    assert caught.value.status_code == 403
    portal.role_assignments.delete(group, allowed)


def test_a_role_given_to_a_group_reaches_its_members_and_goes_with_the_scope(clients, group):
    client = clients.build(AuthorizationManagementClient)
    parent = "bbbbbbbb-0000-4000-8000-000000000002"
    client.role_assignments.create(group, str(uuid.uuid4()), body(READER, parent, "Group"))

    reached = list(client.role_assignments.list_for_scope(group, filter=f"assignedTo('{YUI}')"))
    clients.build(ResourceManagementClient).resource_groups.begin_delete("env").result()
    left = list(client.role_assignments.list_for_scope(SCOPE, filter=f"assignedTo('{YUI}')"))

    assert [item.principal_id for item in reached] == [parent]
    assert left == []


def test_permissions_and_definitions_tell_what_a_role_gives(clients, group):
    portal = clients.build(AuthorizationManagementClient, "portal")

    actions = {action for entry in portal.permissions.list_for_resource_group("env") for action in entry.actions}
    roles = list(portal.role_definitions.list(SCOPE, filter="roleName eq 'Contributor'"))

    assert "Microsoft.Resources/deploymentStacks/*" in actions
    assert [role.name for role in roles] == ["b24988ac-6180-42a0-ab88-20f7382dd24c"]
    assert roles[0].id.startswith(SCOPE)
