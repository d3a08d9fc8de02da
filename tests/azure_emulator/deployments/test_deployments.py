"""Deployments: from the accepted template to the last resource, with every way they can end."""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.azure_emulator.conftest import SUBSCRIPTION
from tests.azure_emulator.deployments.conftest import (
    GROUP,
    Plain,
    code_of,
    contributor_of_the_group,
    deployment,
    storage,
    template,
)

pytestmark = pytest.mark.emulator

ACCOUNT = {
    "type": "Microsoft.CognitiveServices/accounts",
    "apiVersion": "2024-10-01",
    "name": "oai-one",
    "location": "eastus2",
    "kind": "OpenAI",
    "sku": {"name": "S0"},
    "properties": {"customSubDomainName": "oai-one"},
}
MODEL = {
    "type": "Microsoft.CognitiveServices/accounts/deployments",
    "apiVersion": "2024-10-01",
    "name": "oai-one/gpt-4o",
    "dependsOn": ["[resourceId('Microsoft.CognitiveServices/accounts', 'oai-one')]"],
    "sku": {"name": "GlobalStandard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
}
POOL = {
    "type": "Microsoft.App/sessionPools",
    "apiVersion": "2025-01-01",
    "name": "pool",
    "location": "eastus2",
    "properties": {"poolManagementType": "Dynamic", "containerType": "PythonLTS"},
}
OUTPUTS = {
    "AZURE_OPENAI_ENDPOINT": {"type": "string", "value": "[reference('oai-one').endpoint]"},
    "POOL_ENDPOINT": {"type": "string", "value": "[reference('pool').poolManagementEndpoint]"},
    "apiKey": {
        "type": "securestring",
        "value": "[listKeys(resourceId('Microsoft.CognitiveServices/accounts', 'oai-one'), '2024-10-01').key1]",
    },
}


def test_the_sdk_deploys_three_resources_and_reads_outputs_and_operations(clients):
    clients.build(ResourceManagementClient).resource_groups.create_or_update("env", {"location": "eastus2"})
    client = clients.build(DeploymentsMgmtClient)

    done = client.deployments.begin_create_or_update(
        "env", "main", deployment(template(ACCOUNT, MODEL, POOL, outputs=OUTPUTS))
    ).result()
    operations = list(client.deployment_operations.list("env", "main"))

    assert done.properties.provisioning_state == "Succeeded"
    assert done.properties.outputs["azurE_OPENAI_ENDPOINT"] == {
        "type": "String",
        "value": "https://oai-one.openai.azure.com/",
    }
    assert "dynamicsessions.io" in done.properties.outputs["pooL_ENDPOINT"]["value"]
    assert done.properties.outputs["apiKey"] == {"type": "SecureString"}
    assert len(done.properties.output_resources) == 3
    assert {row.properties.provisioning_state for row in operations} == {"Succeeded"}
    assert sorted(
        row.properties.target_resource.resource_type for row in operations if row.properties.target_resource
    ) == [
        "Microsoft.App/sessionPools",
        "Microsoft.CognitiveServices/accounts",
        "Microsoft.CognitiveServices/accounts/deployments",
    ]


def test_a_submitted_deployment_is_followed_by_reading_its_name(clients, arm):
    client = clients.build(DeploymentsMgmtClient)

    client.deployments.begin_create_or_update("env", "main", deployment(template(storage("one111"))), polling=False)
    before = client.deployments.get("env", "main").properties.provisioning_state
    arm.pass_seconds(60)
    after = client.deployments.get("env", "main").properties.provisioning_state

    assert (before, after) == ("Accepted", "Succeeded")
    assert client.deployments.check_existence("env", "main") is True
    assert [
        item.name
        for item in client.deployments.list_by_resource_group("env", filter="provisioningState eq 'Succeeded'")
    ] == ["main"]


def test_resources_without_dependencies_run_at_once_and_dependents_wait(arm):
    second = storage("two222", dependsOn=["[resourceId('Microsoft.Storage/storageAccounts', 'one111')]"])
    arm.deploy("main", deployment(template(storage("one111"), second, POOL)))

    arm.pass_seconds(10)
    running = {name: row["provisioningState"] for name, row in arm.operations("main").items()}
    arm.pass_seconds(15)

    assert running == {"one111": "Running", "pool": "Running"}
    assert arm.operations("main")["two222"]["provisioningState"] == "Running"


def test_status_addresses_follow_the_deployment_to_its_end(arm):
    accepted = arm.deploy("main", deployment(template(storage("one111"))))
    waiting = arm.follow(accepted)
    arm.pass_seconds(60)
    status = arm.http.get(accepted.headers["Azure-AsyncOperation"])

    assert accepted.status_code == 201
    assert int(accepted.headers["Retry-After"]) >= 1
    assert waiting.status_code == 202
    assert status.json()["status"] == "Succeeded"
    assert arm.follow(accepted).json()["properties"]["provisioningState"] == "Succeeded"
    assert arm.deploy("main", deployment(template(storage("one111")))).status_code == 200


def test_a_running_deployment_cannot_be_replaced(arm):
    arm.deploy("main", deployment(template(storage("one111"))))

    again = arm.deploy("main", deployment(template(storage("one111"))))

    assert (again.status_code, again.json()["error"]["code"]) == (409, "DeploymentActive")


def test_a_failed_resource_stops_its_dependents_and_nothing_else(arm):
    arm.control.add_fault(
        action={
            "kind": "fail-resource",
            "type": "storageAccounts",
            "name": "^bad",
            "code": "Conflict",
            "message": "No room.",
        }
    )
    dependent = storage("later1", dependsOn=["[resourceId('Microsoft.Storage/storageAccounts', 'bad111')]"])

    arm.deploy("main", deployment(template(storage("bad111"), dependent, POOL)))
    arm.pass_seconds(200)
    properties = arm.deployed("main")["properties"]

    assert properties["provisioningState"] == "Failed"
    error = properties["error"]
    assert (error["code"], error["details"][0]["code"]) == ("DeploymentFailed", "ResourceDeploymentFailure")
    assert error["details"][0]["details"][0] == {"code": "Conflict", "message": "No room."}
    operations = arm.operations("main")
    assert operations["bad111"]["statusMessage"]["error"]["code"] == "ResourceDeploymentFailure"
    assert operations["pool"]["provisioningState"] == "Succeeded"
    assert "later1" not in operations
    assert (
        arm.call("GET", f"{GROUP}/providers/Microsoft.App/sessionPools/pool", version="2025-01-01").status_code == 200
    )


def test_a_cancelled_deployment_starts_nothing_more(arm):
    second = storage("two222", dependsOn=["one111"])
    arm.deploy("main", deployment(template(storage("one111"), second)))
    arm.pass_seconds(5)

    cancelled = arm.call("POST", f"{GROUP}/providers/Microsoft.Resources/deployments/main/cancel")
    arm.pass_seconds(100)
    again = arm.call("POST", f"{GROUP}/providers/Microsoft.Resources/deployments/main/cancel")

    assert cancelled.status_code == 204
    assert arm.deployed("main")["properties"]["provisioningState"] == "Canceled"
    assert (again.status_code, again.json()["error"]["code"]) == (409, "DeploymentCannotBeCancelled")
    names = {row["name"] for row in arm.call("GET", f"{GROUP}/resources").json()["value"]}
    assert names == {"one111"}


def test_a_subscription_deployment_creates_a_group_and_deploys_into_it(arm):
    inner = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "resourceGroup": "made",
        "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'made')]"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": template(
                storage("inner1"), outputs={"id": {"type": "string", "value": "[resourceGroup().location]"}}
            ),
        },
    }
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "made",
        "location": "japaneast",
        "tags": {"a": "b"},
    }
    scope = f"/subscriptions/{SUBSCRIPTION}"
    outputs = {"where": {"type": "string", "value": "[reference('inner').outputs.id.value]"}}

    body = deployment(template(group, inner, scope="subscription", outputs=outputs)) | {"location": "japaneast"}
    accepted = arm.deploy("whole", body, scope=scope)
    arm.pass_seconds(100)
    done = arm.deployed("whole", scope=scope)
    moved = arm.deploy("whole", body | {"location": "westeurope"}, scope=scope)

    assert accepted.status_code == 201
    assert done["properties"]["provisioningState"] == "Succeeded", done["properties"].get("error")
    assert done["properties"]["outputs"]["where"]["value"] == "japaneast"
    assert arm.call("GET", f"{scope}/resourcegroups/made").json()["tags"] == {"a": "b"}
    assert (moved.status_code, moved.json()["error"]["code"]) == (409, "InvalidDeploymentLocation")


def test_a_template_grants_roles_only_within_the_condition_of_its_caller(arm, portal):
    def grant(role: str):
        return {
            "type": "Microsoft.Authorization/roleAssignments",
            "apiVersion": "2022-04-01",
            "name": "[guid(resourceGroup().id)]",
            "properties": {
                "roleDefinitionId": f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{role}')]",
                "principalId": "aaaaaaaa-0000-4000-8000-000000000001",
                "principalType": "User",
            },
        }

    refused = portal.deploy("owner", deployment(template(grant("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"))))
    granted = portal.deploy("reader", deployment(template(grant("acdd72a7-3385-48ef-bd42-f606fba81ae7"))))
    arm.pass_seconds(60)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "InvalidTemplateDeployment")
    assert granted.status_code == 201
    assert arm.deployed("reader")["properties"]["provisioningState"] == "Succeeded"


def test_a_caller_without_the_right_to_a_type_is_refused_before_anything_starts(portal):
    answer = portal.deploy("main", deployment(template(ACCOUNT)))

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "InvalidTemplateDeployment")
    assert "'Microsoft.CognitiveServices/accounts/write'" in error["message"]


def test_validation_answers_with_the_error_of_the_template_or_of_the_provider(clients, arm):
    client = clients.build(DeploymentsMgmtClient)
    missing = template(parameters={"size": {"type": "int"}})
    too_much = MODEL | {"sku": {"name": "GlobalStandard", "capacity": 100_000}}

    good = client.deployments.begin_validate("env", "main", deployment(template(storage("one111")))).result()
    with pytest.raises(HttpResponseError) as incomplete:
        client.deployments.begin_validate("env", "main", deployment(missing)).result()
    quota = arm.call(
        "POST",
        f"{GROUP}/providers/Microsoft.Resources/deployments/main/validate",
        deployment(template(ACCOUNT, too_much)),
    )

    assert good.properties.provisioning_state == "Succeeded"
    assert code_of(incomplete.value) == "InvalidTemplate"
    assert quota.status_code == 400
    assert quota.json()["error"]["code"] == "InvalidTemplateDeployment"
    assert quota.json()["error"]["details"][0]["code"] == "InsufficientQuota"


def test_what_if_names_what_would_be_created_changed_left_alone_and_deleted(arm):
    arm.deploy("main", deployment(template(storage("one111"), storage("two222"))))
    arm.pass_seconds(60)
    wish = template(storage("one111", tags={"a": "b"}), storage("new333"))

    def changes(mode: str, form: str = "FullResourcePayloads"):
        body = deployment(wish, mode=mode, whatIfSettings={"resultFormat": form})
        answer = arm.call("POST", f"{GROUP}/providers/Microsoft.Resources/deployments/main/whatIf", body)
        arm.pass_seconds(30)
        rows = arm.follow(answer).json()["properties"]["changes"]
        return {row["resourceId"].rsplit("/", 1)[-1]: row for row in rows}

    incremental, complete, short = changes("Incremental"), changes("Complete"), changes("Incremental", "ResourceIdOnly")

    assert {name: row["changeType"] for name, row in incremental.items()} == {
        "one111": "Modify",
        "two222": "Ignore",
        "new333": "Create",
    }
    assert incremental["one111"]["delta"] == [{"path": "tags", "propertyChangeType": "Create", "after": {"a": "b"}}]
    assert complete["two222"]["changeType"] == "Delete"
    assert short["one111"] == {"resourceId": incremental["one111"]["resourceId"], "changeType": "Deploy"}


def test_the_sdk_polls_a_preview_to_its_end(clients):
    clients.build(ResourceManagementClient).resource_groups.create_or_update("env", {"location": "eastus2"})
    client = clients.build(DeploymentsMgmtClient)

    result = client.deployments.begin_what_if("env", "main", deployment(template(storage("one111")))).result()

    assert (result.status, result.properties.changes[0].change_type) == ("Succeeded", "Create")


def test_complete_mode_deletes_what_the_template_leaves_out(arm):
    arm.deploy("first", deployment(template(storage("one111"), storage("two222"))))
    arm.pass_seconds(60)
    arm.deploy("second", deployment(template(storage("one111")), mode="Complete"))
    arm.pass_seconds(60)

    assert {row["name"] for row in arm.call("GET", f"{GROUP}/resources").json()["value"]} == {"one111"}


def test_a_deployment_goes_on_after_a_crash_and_runs_each_resource_once(azure, clients):
    with clients.http() as http:
        version = {"api-version": "2025-04-01"}
        http.put(GROUP, json={"location": "eastus2"}, params=version)
        path = f"{GROUP}/providers/Microsoft.Resources/deployments/main"
        names = [f"store{number}" for number in range(5)]
        chain = [storage(name, dependsOn=[names[index - 1]] if index else []) for index, name in enumerate(names)]
        http.put(path, json=deployment(template(*chain)), params=version)
        azure.control.clock(advance=0.3)
        azure.kill()
        azure.run()
        for _ in range(20):
            azure.control.clock(advance=0.2)
        done = http.get(path, params=version).json()["properties"]
        rows = http.get(f"{path}/operations", params=version).json()["value"]

    assert done["provisioningState"] == "Succeeded"
    assert sorted(row["properties"]["targetResource"]["resourceName"] for row in rows) == names


def test_a_deployment_can_be_forgotten(arm):
    arm.deploy("main", deployment(template()))
    arm.pass_seconds(20)

    gone = arm.call("DELETE", f"{GROUP}/providers/Microsoft.Resources/deployments/main")
    arm.pass_seconds(20)

    assert gone.status_code == 202
    assert arm.follow(gone).status_code == 204
    missing = arm.call("GET", f"{GROUP}/providers/Microsoft.Resources/deployments/main")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "DeploymentNotFound")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "InvalidRequestContent"),
        (deployment(template(), mode="Sometimes"), "InvalidRequestContent"),
        (deployment(template()) | {"location": "eastus"}, "InvalidDeployment"),
        (
            deployment(template({"type": "Microsoft.Nothing/here", "apiVersion": "2020-01-01", "name": "x"})),
            "InvalidTemplateDeployment",
        ),
        (deployment(template(storage("one111", apiVersion="1999-01-01"))), "InvalidTemplateDeployment"),
        (deployment(template(storage("[unknownFunction()]"))), "InvalidTemplate"),
        (
            {"properties": {"mode": "Incremental", "templateLink": {"uri": "https://example.com/a.json"}}},
            "InvalidContentLink",
        ),
    ],
)
def test_what_cannot_be_deployed_gets_azures_error(arm, body, code):
    answer = arm.deploy("main", body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_everything_that_would_have_happened_has_happened_after_a_long_jump(arm):
    chain = [storage(f"store{number}", dependsOn=[f"store{number - 1}"] if number else []) for number in range(5)]
    arm.deploy("main", deployment(template(*chain)))

    arm.control.clock(advance=3600)

    properties = arm.deployed("main")["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["duration"].startswith("PT1.")


def test_the_oldest_deployments_make_room_for_new_ones(arm):
    arm.control.throttling(enabled=False)
    for number in range(702):
        assert arm.deploy(f"d{number}", deployment(template())).status_code == 201
        if number % 100 == 0:
            arm.pass_seconds(10)
    arm.control.throttling(enabled=True)

    first = f"{GROUP}/providers/Microsoft.Resources/deployments"
    assert arm.call("GET", f"{first}/d0").status_code == 404
    assert arm.call("GET", f"{first}/d701").status_code == 200
    assert len(arm.call("GET", first).json()["value"]) < 700


def test_a_parameter_is_read_from_a_key_vault(arm):
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault-one"
    properties = {
        "tenantId": "11111111-1111-4111-8111-111111111111",
        "sku": {"name": "standard", "family": "A"},
        "accessPolicies": [],
    }
    arm.call("PUT", vault, {"location": "eastus2", "properties": properties}, version="2023-07-01")
    secret = arm.call("PUT", f"{vault}/secrets/word", {"properties": {"value": "mellon"}}, version="2023-07-01")
    reads = template(
        parameters={"word": {"type": "securestring"}},
        outputs={"size": {"type": "int", "value": "[length(parameters('word'))]"}},
    )

    arm.deploy(
        "main", deployment(reads, parameters={"word": {"reference": {"keyVault": {"id": vault}, "secretName": "word"}}})
    )
    arm.pass_seconds(20)

    assert "mellon" not in secret.text
    assert arm.deployed("main")["properties"]["outputs"]["size"]["value"] == 6
    assert arm.deployed("main")["properties"]["parameters"] == {"word": {"type": "SecureString"}}


def test_a_provider_is_registered_by_who_may_and_missing_for_who_may_not(arm, clients):
    path = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Storage"
    arm.call("POST", f"{path}/unregister", version="2021-04-01")
    contributor_of_the_group(arm)
    with clients.http("nobody") as http:
        refused = Plain(http, arm.control).deploy("main", deployment(template(storage("one111"))))
    accepted = arm.deploy("main", deployment(template(storage("one111"))))

    assert refused.json()["error"]["details"][0]["code"] == "MissingSubscriptionRegistration"
    assert accepted.status_code == 201
    assert arm.call("GET", path, version="2021-04-01").json()["registrationState"] == "Registered"


def test_a_validation_can_be_waited_for(arm):
    path = f"{GROUP}/providers/Microsoft.Resources/deployments/main/validate"
    arm.http.headers["Prefer"] = "respond-async"

    accepted = arm.call("POST", path, deployment(template(storage("one111"))))
    arm.pass_seconds(10)

    assert accepted.status_code == 202
    assert arm.follow(accepted).json()["properties"]["provisioningState"] == "Succeeded"


def test_a_name_that_only_the_deployment_knows_is_checked_when_it_is_known(arm):
    def nested(pool: str):
        return {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": "inner",
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {"scope": "inner"},
                "parameters": {"name": {"value": pool}},
                "template": template(POOL | {"name": "[parameters('name')]"}, parameters={"name": {"type": "string"}}),
            },
        }

    wish = deployment(template(storage("one111"), nested("[reference('one111').primaryLocation]")))
    preview = arm.call("POST", f"{GROUP}/providers/Microsoft.Resources/deployments/good/whatIf", wish)
    arm.deploy("good", wish)
    arm.pass_seconds(100)
    arm.deploy("bad", deployment(template(storage("one111"), nested("[reference('one111').primaryEndpoints.blob]"))))
    arm.pass_seconds(100)

    potential = arm.follow(preview).json()["properties"]["potentialChanges"]
    assert [change["changeType"] for change in potential] == ["Unsupported"]
    assert arm.deployed("good")["properties"]["provisioningState"] == "Succeeded"
    assert (
        arm.call("GET", f"{GROUP}/providers/Microsoft.App/sessionPools/eastus2", version="2025-01-01").status_code
        == 200
    )
    assert arm.deployed("bad")["properties"]["provisioningState"] == "Failed"
