"""Every call the SDK clients of deployments and stacks offer, each followed to its end."""

import pytest
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.azure_emulator.conftest import SUBSCRIPTION
from tests.azure_emulator.deployments.conftest import GROUP, deployment, stack, storage, template

pytestmark = pytest.mark.emulator

SCOPE = f"subscriptions/{SUBSCRIPTION}"
MADE = {
    "type": "Microsoft.Resources/resourceGroups",
    "apiVersion": "2022-09-01",
    "name": "made",
    "location": "japaneast",
}


@pytest.fixture
def deployments(clients):
    clients.build(ResourceManagementClient).resource_groups.create_or_update("env", {"location": "eastus2"})
    return clients.build(DeploymentsMgmtClient)


@pytest.fixture
def stacks(clients):
    clients.build(ResourceManagementClient).resource_groups.create_or_update("env", {"location": "eastus2"})
    return clients.build(DeploymentStacksClient)


def test_group_deployments(deployments):
    calls, body = deployments.deployments, deployment(template(storage("one111")))

    assert calls.begin_validate("env", "main", body).result().properties.provisioning_state == "Succeeded"
    assert calls.begin_create_or_update("env", "main", body).result().name == "main"
    assert calls.export_template("env", "main").template["resources"][0]["name"] == "one111"
    operation = next(iter(deployments.deployment_operations.list("env", "main", top=1)))
    again = deployments.deployment_operations.get("env", "main", operation.operation_id)
    assert again.properties.provisioning_state == "Succeeded"
    assert calls.calculate_template_hash(template()).template_hash.isdecimal()
    calls.begin_delete("env", "main").result()
    assert calls.check_existence("env", "main") is False


def test_subscription_deployments(deployments):
    calls = deployments.deployments
    body = deployment(template(MADE, scope="subscription")) | {"location": "japaneast"}

    assert (
        calls.begin_validate_at_subscription_scope("whole", body).result().properties.provisioning_state == "Succeeded"
    )
    preview = calls.begin_what_if_at_subscription_scope("whole", body).result()
    assert [change.change_type for change in preview.properties.changes] == ["Create"]
    done = calls.begin_create_or_update_at_subscription_scope("whole", body).result()
    assert (done.location, done.properties.provisioning_state) == ("japaneast", "Succeeded")
    assert [item.name for item in calls.list_at_subscription_scope()] == ["whole"]
    listed = deployments.deployment_operations.list_at_subscription_scope("whole")
    assert [item.properties.target_resource.resource_name for item in listed] == ["made"]
    assert calls.get_at_scope(SCOPE, "whole").name == "whole"
    calls.begin_delete_at_subscription_scope("whole").result()
    assert calls.check_existence_at_subscription_scope("whole") is False


def test_group_stacks_and_their_previews(stacks):
    calls, previews = stacks.deployment_stacks, stacks.deployment_stacks_what_if_results_at_resource_group
    body = stack(template(storage("one111")))
    identifier = f"{GROUP}/providers/Microsoft.Resources/deploymentStacks/env"
    wish = stack(template(storage("one111")), deploymentStackResourceId=identifier, retentionInterval="PT3H")

    valid = calls.begin_validate_stack_at_resource_group("env", "env", body).result()
    assert [item.id.rsplit("/", 1)[-1] for item in valid.properties.validated_resources] == ["one111"]
    kept = previews.begin_create_or_update("env", "look", wish).result()
    assert kept.properties.provisioning_state == "succeeded"
    assert [row.change_type for row in kept.properties.changes.resource_changes] == ["create"]
    full = previews.begin_what_if("env", "look").result()
    assert full.properties.changes.resource_changes[0].resource_configuration_changes is not None
    assert [item.name for item in previews.list("env")] == ["look"]
    previews.delete("env", "look")
    assert list(previews.list("env")) == []
    assert calls.begin_create_or_update_at_resource_group("env", "env", body).result().name == "env"
    calls.begin_delete_at_resource_group("env", "env", unmanage_action_resources="detach").result()
    calls.begin_delete_at_resource_group("env", "env").result()


def test_subscription_stacks(stacks):
    calls = stacks.deployment_stacks
    body = stack(template(MADE, scope="subscription")) | {"location": "japaneast"}

    calls.begin_validate_stack_at_subscription("whole", body).result()
    made = calls.begin_create_or_update_at_subscription("whole", body).result()
    assert [item.id for item in made.properties.resources] == [f"/{SCOPE}/resourceGroups/made"]
    assert [item.name for item in calls.list_at_subscription()] == ["whole"]
    assert calls.export_template_at_subscription("whole").template["resources"]
    calls.begin_delete_at_subscription(
        "whole", unmanage_action_resources="delete", unmanage_action_resource_groups="delete"
    ).result()
    assert list(calls.list_at_subscription()) == []
