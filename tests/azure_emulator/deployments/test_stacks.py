"""Deployment stacks: what they manage, what becomes of what leaves them, and how they end."""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.azure_emulator.conftest import SUBSCRIPTION
from tests.azure_emulator.deployments.conftest import (
    GROUP,
    STACKS,
    Plain,
    code_of,
    contributor_of_the_group,
    stack,
    storage,
    template,
)

pytestmark = pytest.mark.emulator

LOCK = "providers/Microsoft.Authorization/locks/keep"


def names_in_group(arm) -> set[str]:
    return {row["name"] for row in arm.call("GET", f"{GROUP}/resources").json()["value"]}


def test_the_sdk_creates_reads_lists_and_deletes_a_stack(clients):
    clients.build(ResourceManagementClient).resource_groups.create_or_update("env", {"location": "eastus2"})
    client = clients.build(DeploymentStacksClient).deployment_stacks
    body = stack(template(storage("one111"), outputs={"ENDPOINT": {"type": "string", "value": "x"}}))

    made = client.begin_create_or_update_at_resource_group("env", "env", {**body, "tags": {"env": "1"}}).result()
    listed = [item.name for item in client.list_at_resource_group("env")]
    exported = client.export_template_at_resource_group("env", "env")
    client.begin_delete_at_resource_group("env", "env", unmanage_action_resources="delete").result()

    assert made.properties.provisioning_state == "succeeded"
    assert [item.id.rsplit("/", 1)[-1] for item in made.properties.resources] == ["one111"]
    assert made.properties.resources[0].status == "managed"
    assert made.properties.outputs["endpoint"]["value"] == "x"
    assert made.tags == {"env": "1"}
    assert listed == ["env"]
    assert exported.template["resources"][0]["name"] == "one111"
    assert list(client.list_at_resource_group("env")) == []


def test_a_stack_walks_through_its_states_and_points_at_a_real_deployment(clients, arm):
    client = clients.build(DeploymentStacksClient).deployment_stacks
    client.begin_create_or_update_at_resource_group("env", "env", stack(template(storage("one111"))), polling=False)
    states = [client.get_at_resource_group("env", "env").properties.provisioning_state]
    while states[-1] not in {"succeeded", "failed"} and len(states) < 60:
        arm.pass_seconds(2)
        states.append(client.get_at_resource_group("env", "env").properties.provisioning_state)

    found = arm.stack().json()["properties"]
    assert list(dict.fromkeys(states)) == ["creating", "deploying", "updatingDenyAssignments", "succeeded"]
    assert arm.call("GET", found["deploymentId"]).json()["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(("action", "left"), [("delete", {"one111"}), ("detach", {"one111", "two222"})])
def test_what_leaves_the_template_is_deleted_or_detached(arm, action, left):
    arm.stack(body=stack(template(storage("one111"), storage("two222"))), method="PUT")
    arm.pass_seconds(60)

    updated = arm.stack(body=stack(template(storage("one111")), resources=action), method="PUT")
    arm.pass_seconds(60)

    properties = arm.stack().json()["properties"]
    assert updated.status_code == 200
    assert properties["provisioningState"] == "succeeded"
    assert [item["id"].rsplit("/", 1)[-1] for item in properties["resources"]] == ["one111"]
    assert [item["id"].rsplit("/", 1)[-1] for item in properties[f"{action.rstrip('e')}edResources"]] == ["two222"]
    assert names_in_group(arm) == left


def test_a_stack_that_is_still_working_cannot_be_changed_or_deleted(arm):
    arm.stack(body=stack(template(storage("one111"))), method="PUT")

    again = arm.stack(body=stack(template(storage("one111"))), method="PUT")
    deleted = arm.stack(method="DELETE")

    assert (again.status_code, again.json()["error"]["code"]) == (409, "DeploymentStackInNonTerminalState")
    assert deleted.status_code == 409


def test_a_failed_resource_fails_the_stack_which_keeps_what_was_created_and_can_be_deleted(arm):
    arm.control.add_fault(
        action={"kind": "fail-resource", "type": "storageAccounts", "name": "^bad", "code": "Conflict"}
    )
    accepted = arm.stack(body=stack(template(storage("one111"), storage("bad222"))), method="PUT")
    arm.pass_seconds(60)
    failed = arm.stack().json()["properties"]
    status = arm.http.get(accepted.headers["Azure-AsyncOperation"]).json()

    deleted = arm.stack(method="DELETE", **{"unmanageAction.Resources": "delete"})
    arm.pass_seconds(60)

    assert failed["provisioningState"] == "failed"
    assert failed["error"]["details"][0]["code"] == "DeploymentFailed"
    assert status["status"] == "Failed"
    assert "one111" in [item["id"].rsplit("/", 1)[-1] for item in failed["resources"]]
    assert arm.follow(deleted).status_code == 200
    assert names_in_group(arm) == set()
    assert arm.stack().status_code == 404


def test_cancelling_the_deployment_ends_the_stack(arm):
    arm.stack(body=stack(template(storage("one111"))), method="PUT")
    arm.pass_seconds(6)
    arm.call("POST", f"{arm.stack().json()['properties']['deploymentId']}/cancel")

    assert arm.stack().json()["properties"]["provisioningState"] == "canceled"


def test_a_cancelled_update_leaves_the_stack_out_of_sync_until_it_is_bypassed_or_repeated(arm):
    arm.stack(body=stack(template(storage("one111"), storage("two222"))), method="PUT")
    arm.pass_seconds(60)
    arm.stack(body=stack(template(storage("one111"))), method="PUT")
    arm.pass_seconds(3)
    arm.call("POST", f"{arm.stack().json()['properties']['deploymentId']}/cancel")

    refused = arm.stack(method="DELETE")
    bypassed = arm.stack(method="DELETE", bypassStackOutOfSyncError="true")

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "DeploymentStackOutOfSync")
    assert bypassed.status_code == 202


def test_a_locked_resource_stays_and_is_named(arm):
    arm.stack(body=stack(template(storage("one111"), storage("two222"))), method="PUT")
    arm.pass_seconds(60)
    target = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/one111"
    arm.call("PUT", f"{target}/{LOCK}", {"properties": {"level": "CanNotDelete"}}, version="2020-05-01")

    deleted = arm.stack(method="DELETE", **{"unmanageAction.Resources": "delete"})
    arm.pass_seconds(60)
    properties = arm.stack().json()["properties"]
    outcome = arm.follow(deleted)

    assert (properties["provisioningState"], properties["error"]["code"]) == (
        "failed",
        "DeploymentStackDeleteResourcesFailed",
    )
    assert properties["failedResources"][0]["error"]["code"] == "ScopeLocked"
    assert [(item["id"], item["status"]) for item in properties["resources"]] == [(target, "deleteFailed")]
    assert outcome.status_code == 409
    assert names_in_group(arm) == {"one111"}


def test_a_stuck_delete_waits_until_the_fault_is_gone(arm):
    arm.stack(body=stack(template(storage("one111"))), method="PUT")
    arm.pass_seconds(60)
    arm.control.add_fault(action={"kind": "stuck-delete", "id": "one111$"})
    deleted = arm.stack(method="DELETE", **{"unmanageAction.Resources": "delete"})
    arm.pass_seconds(200)
    waiting = arm.follow(deleted).status_code, arm.stack().json()["properties"]["provisioningState"]

    arm.control.clear_faults()
    arm.pass_seconds(60)

    assert waiting == (202, "deleting")
    assert arm.follow(deleted).status_code == 200


def test_deny_settings_need_a_right_of_their_own(arm, clients):
    contributor_of_the_group(arm)
    with clients.http("nobody") as http:
        narrow = Plain(http, arm.control)
        refused = narrow.stack(body=stack(template(), deny="denyDelete"), method="PUT")
    allowed = arm.stack(body=stack(template(storage("one111")), deny="denyDelete"), method="PUT")
    arm.pass_seconds(60)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert allowed.status_code == 201
    assert arm.stack().json()["properties"]["resources"][0]["denyStatus"] == "denyDelete"


def test_a_subscription_stack_owns_its_group_and_deletes_it(clients, arm):
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "made",
        "location": "japaneast",
    }
    inner = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "resourceGroup": "made",
        "dependsOn": ["made"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": template(storage("inner1")),
        },
    }
    scope = f"/subscriptions/{SUBSCRIPTION}"
    body = stack(template(group, inner, scope="subscription")) | {"location": "japaneast"}
    arm.stack("whole", body, method="PUT", scope=scope)
    arm.pass_seconds(100)
    made = arm.stack("whole", scope=scope).json()["properties"]

    deleted = arm.stack(
        "whole",
        method="DELETE",
        scope=scope,
        **{"unmanageAction.Resources": "delete", "unmanageAction.ResourceGroups": "delete"},
    )
    arm.pass_seconds(200)

    assert made["provisioningState"] == "succeeded", made.get("error")
    assert {item["id"].rsplit("/", 1)[-1] for item in made["resources"]} == {"made", "inner1"}
    assert arm.follow(deleted).status_code == 200
    assert arm.call("GET", f"{scope}/resourcegroups/made").status_code == 404


def test_deleting_the_group_takes_its_stacks_with_it(arm):
    arm.stack(body=stack(template(storage("one111"))), method="PUT")
    arm.pass_seconds(60)
    arm.call("DELETE", GROUP)
    late = arm.stack("late", stack(template()), method="PUT")
    arm.pass_seconds(200)
    arm.call("PUT", GROUP, {"location": "eastus2"})

    assert (late.status_code, late.json()["error"]["code"]) == (409, "ResourceGroupBeingDeleted")
    assert arm.stack().status_code == 404


def test_a_stack_survives_a_crash_in_the_middle(azure, arm):
    arm.stack(body=stack(template(storage("one111"), storage("two222", dependsOn=["one111"]))), method="PUT")
    arm.pass_seconds(8)
    azure.kill()
    azure.run()
    arm.control = azure.control
    arm.pass_seconds(80)

    assert arm.stack().json()["properties"]["provisioningState"] == "succeeded"
    assert names_in_group(arm) == {"one111", "two222"}


def test_a_preview_tells_what_is_created_changed_and_deleted(clients, arm):
    client = clients.build(DeploymentStacksClient).deployment_stacks_what_if_results_at_resource_group
    arm.stack(body=stack(template(storage("one111"), storage("two222"))), method="PUT")
    arm.pass_seconds(60)
    wish = stack(
        template(storage("one111", tags={"a": "b"}), storage("new333")),
        deploymentStackResourceId=f"{GROUP}/providers/Microsoft.Resources/deploymentStacks/env",
        retentionInterval="PT3H",
    )
    client.begin_create_or_update("env", "look", wish, polling=False)
    arm.pass_seconds(20)
    short = client.get("env", "look").properties
    path = f"{GROUP}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/look"
    answer = arm.call("POST", f"{path}/whatIf", version=STACKS)
    arm.pass_seconds(20)
    full = arm.follow(answer).json()["properties"]["changes"]["resourceChanges"]

    kinds = {row.id.rsplit("/", 1)[-1]: row.change_type for row in short.changes.resource_changes}
    assert kinds == {"one111": "modify", "two222": "delete", "new333": "create"}
    assert short.deployment_stack_last_modified is not None
    assert all(row.resource_configuration_changes is None for row in short.changes.resource_changes)
    changed = next(row for row in full if row["changeType"] == "modify")
    assert changed["resourceConfigurationChanges"]["delta"][0]["path"] == "tags"
    arm.control.clock(advance=3 * 3600)
    assert arm.call("GET", path, version=STACKS).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"actionOnUnmanage": {}}, "InvalidDeploymentStack"),
        ({"denySettings": {"mode": "sometimes"}}, "InvalidDeploymentStack"),
        ({"description": "x" * 5000}, "InvalidDeploymentStackDescription"),
        ({"template": {"$schema": "x", "resources": [{}]}}, "InvalidTemplate"),
    ],
)
def test_a_stack_azure_would_not_take_is_refused(arm, change, code):
    body = stack(template())
    body["properties"] |= change

    answer = arm.stack(body=body, method="PUT")
    validated = arm.stack("env/validate", body, method="POST")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert validated.status_code == 400


def test_the_sdk_raises_the_error_of_a_failed_stack(clients):
    clients.build(ResourceManagementClient).resource_groups.create_or_update("env", {"location": "eastus2"})
    client = clients.build(DeploymentStacksClient).deployment_stacks
    clients.emulator.control.add_fault(
        action={"kind": "fail-resource", "type": "storageAccounts", "code": "QuotaExceeded", "message": "Full."}
    )

    with pytest.raises(HttpResponseError) as caught:
        client.begin_create_or_update_at_resource_group("env", "env", stack(template(storage("one111")))).result()

    assert code_of(caught.value) == "DeploymentStackDeploymentFailed"
