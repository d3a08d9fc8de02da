"""The gateway against the local Azure, over HTTPS, through the real SDKs."""

import threading
import uuid
from collections.abc import Iterator

import pytest
from django.test import override_settings

from azure_emulator import launcher
from cloud import clients, grants, groups, resources, roles, stacks
from cloud.errors import PermanentCloudError, TransientCloudError
from portal.company import tenant

SUBSCRIPTION = tenant.DEVELOP.id
YUI = tenant.person("sato.yui").object_id
pytestmark = pytest.mark.emulator


@pytest.fixture
def group(azure: launcher.Emulator) -> groups.ResourceGroup:
    return groups.write_group(
        subscription_id=SUBSCRIPTION, name="rg-Gateway", location="japaneast", tags={"envid": "e1", "owner": "Sato's"}
    )


def test_a_group_is_made_with_its_tags_read_and_found_by_tag(group: groups.ResourceGroup):
    found = groups.read_group(subscription_id=SUBSCRIPTION, name="rg-gateway")
    assert found is not None
    assert (found.name, found.location, found.state) == ("rg-Gateway", "japaneast", "Succeeded")
    assert found.tags == {"envid": "e1", "owner": "Sato's"}
    tagged = groups.list_groups(subscription_id=SUBSCRIPTION, tag_name="owner", tag_value="Sato's")
    assert [one.name for one in tagged] == ["rg-Gateway"]


def test_a_group_that_is_not_there_reads_as_none(azure: launcher.Emulator):
    assert groups.read_group(subscription_id=SUBSCRIPTION, name="rg-nobody") is None


def test_a_subscription_that_is_not_there_is_an_error_and_never_a_missing_group(azure: launcher.Emulator):
    with pytest.raises(PermanentCloudError):
        groups.read_group(subscription_id=str(uuid.uuid4()), name="rg")


def test_tags_are_merged_and_others_stay(group: groups.ResourceGroup):
    groups.merge_tags(scope=group.id, tags={"project": "apollo"})
    found = groups.read_group(subscription_id=SUBSCRIPTION, name=group.name)
    assert found is not None
    assert found.tags == {"envid": "e1", "owner": "Sato's", "project": "apollo"}


def test_deleting_a_group_is_submitted_and_deleting_it_again_is_fine(
    azure: launcher.Emulator, group: groups.ResourceGroup
):
    groups.delete_group(subscription_id=SUBSCRIPTION, name=group.name)
    azure.control.clock(advance=3600)
    assert groups.read_group(subscription_id=SUBSCRIPTION, name=group.name) is None
    groups.delete_group(subscription_id=SUBSCRIPTION, name=group.name)


def test_an_assignment_is_written_twice_read_listed_and_deleted_twice(group: groups.ResourceGroup):
    name = str(uuid.uuid4())
    for _ in range(2):
        grants.write_assignment(
            scope=group.id,
            assignment_id=name,
            role_id=roles.ROLES["Contributor"],
            principal_id=YUI,
            principal_type="User",
            description="for the test",
        )
    found = grants.read_assignment(scope=group.id, assignment_id=name)
    assert found is not None
    assert (found.name, found.principal_id, found.principal_type) == (name, YUI, "User")
    assert found.role_id == roles.ROLES["Contributor"]
    assert [one.name for one in grants.list_assignments(scope=group.id)] == [name]
    for _ in range(2):
        grants.delete_assignment(scope=group.id, assignment_id=name)
    assert grants.read_assignment(scope=group.id, assignment_id=name) is None


def test_the_same_triple_under_another_name_keeps_azures_code(group: groups.ResourceGroup):
    def write() -> None:
        grants.write_assignment(
            scope=group.id,
            assignment_id=str(uuid.uuid4()),
            role_id=roles.ROLES["Reader"],
            principal_id=YUI,
            principal_type="User",
        )

    write()
    with pytest.raises(PermanentCloudError) as caught:
        write()
    assert caught.value.root.code == "RoleAssignmentExists"


def test_a_role_the_portal_may_not_hand_out_is_refused_by_azure(group: groups.ResourceGroup):
    with pytest.raises(PermanentCloudError) as caught:
        grants.write_assignment(
            scope=group.id,
            assignment_id=str(uuid.uuid4()),
            role_id=roles.ROLES["Owner"],
            principal_id=YUI,
            principal_type="User",
        )
    assert caught.value.code == "AuthorizationFailed"
    assert caught.value.correlation_id


def test_an_empty_group_has_no_resources_and_a_missing_one_neither(group: groups.ResourceGroup):
    assert resources.list_group(subscription_id=SUBSCRIPTION, group=group.name) == []
    assert resources.list_group(subscription_id=SUBSCRIPTION, group="rg-nobody") == []
    assert resources.list_tagged(subscription_id=SUBSCRIPTION, tag_name="envid", tag_value="nothing") == []


def test_a_stack_that_is_not_there_reads_as_none_and_can_be_deleted(group: groups.ResourceGroup):
    assert stacks.read_stack(subscription_id=SUBSCRIPTION, group=group.name, name="genkan-x") is None
    stacks.delete_stack(subscription_id=SUBSCRIPTION, group=group.name, name="genkan-x")


@pytest.mark.parametrize(
    ("action", "wait"),
    [
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "7"}}, 7),
        ({"kind": "status", "status": 429, "headers": {"x-ms-retry-after-ms": "2500"}}, 2.5),
        ({"kind": "status", "status": 503, "headers": {}}, None),
    ],
)
def test_azures_busy_answers_are_transient_and_sent_once(
    azure: launcher.Emulator, action: dict[str, object], wait: float | None
):
    azure.control.add_fault(action=action, path="/resourcegroups/rg-busy")
    azure.control.clear_requests()
    with pytest.raises(TransientCloudError) as caught:
        groups.read_group(subscription_id=SUBSCRIPTION, name="rg-busy")
    assert caught.value.retry_after == wait
    assert len(azure.control.requests(path="rg-busy")) == 1


def test_a_dropped_connection_is_transient(azure: launcher.Emulator):
    azure.control.add_fault(action={"kind": "drop-before"}, path="/resourcegroups/rg-gone")
    with pytest.raises(TransientCloudError) as caught:
        groups.read_group(subscription_id=SUBSCRIPTION, name="rg-gone")
    assert caught.value.code in {"NoAnswer", "NotReached"}


def test_an_azure_that_cannot_be_reached_is_transient(azure: launcher.Emulator):
    nobody = "https://localhost:9"
    with override_settings(AZURE_RESOURCE_MANAGER=nobody), pytest.raises(TransientCloudError) as caught:
        groups.read_group(subscription_id=SUBSCRIPTION, name="rg")
    assert caught.value.code == "NotReached"


def test_a_wrong_client_secret_is_permanent_and_says_so(azure: launcher.Emulator):
    with override_settings(AZURE_CLIENT_SECRET="wrong"), pytest.raises(PermanentCloudError) as caught:
        groups.read_group(subscription_id=SUBSCRIPTION, name="rg")
    assert caught.value.code == "AADSTS7000215"


@pytest.mark.parametrize("action", [{"kind": "drop-before"}, {"kind": "status", "status": 503}])
def test_a_sign_in_that_gets_no_answer_is_transient(azure: launcher.Emulator, action: dict[str, object]):
    azure.control.add_fault(action=action, path="/oauth2/v2.0/token")
    with override_settings(AZURE_CLIENT_SECRET=str(uuid.uuid4())), pytest.raises(TransientCloudError):
        groups.read_group(subscription_id=SUBSCRIPTION, name="rg")


def test_a_certificate_of_somebody_else_is_not_trusted(azure: launcher.Emulator):
    with override_settings(AZURE_CA_BUNDLE=""), pytest.raises(TransientCloudError):
        groups.read_group(subscription_id=SUBSCRIPTION, name="rg")


def test_many_threads_share_one_client_one_token_and_few_connections(azure: launcher.Emulator):
    names = [f"rg-{number}" for number in range(64)]
    azure.control.clear_requests()
    failures: list[Exception] = []

    def read(some: Iterator[str]) -> None:
        for name in some:
            try:
                groups.read_group(subscription_id=SUBSCRIPTION, name=name)
            except TransientCloudError as error:
                failures.append(error)

    with override_settings(AZURE_CLIENT_ID=tenant.PORTAL_CLIENT_ID, AZURE_BUDGET_SHARE=0.9):
        threads = [threading.Thread(target=read, args=(iter(names[number::16]),)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(azure.control.requests(path="resourcegroups/rg-", limit=500)) == 64
    assert len(azure.control.requests(path="oauth2/v2.0/token", limit=500)) <= 1
    assert clients.resources(SUBSCRIPTION) is clients.resources(SUBSCRIPTION.upper())


def test_without_a_secret_the_hosts_managed_identity_signs_in(azure: launcher.Emulator, monkeypatch):
    client_id = str(uuid.uuid4())
    identity = {"clientId": client_id, "displayName": "host", "secrets": [], "identityHeader": "from-the-host"}
    assignment = {"scope": f"/subscriptions/{SUBSCRIPTION}", "role": "Reader"}
    azure.control.seed({"applications": [{**identity, "objectId": client_id}]})
    azure.control.seed({"roleAssignments": [{**assignment, "principalId": client_id}]})
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{azure.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "from-the-host")
    with override_settings(AZURE_CLIENT_SECRET="", AZURE_CLIENT_ID=client_id):
        assert groups.read_group(subscription_id=SUBSCRIPTION, name="rg-nobody") is None
        with pytest.raises(PermanentCloudError) as caught:
            groups.write_group(subscription_id=SUBSCRIPTION, name="rg", location="japaneast", tags={})
    assert caught.value.code == "AuthorizationFailed"
