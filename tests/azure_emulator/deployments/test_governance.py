"""What refuses writes above every role: deny settings of stacks, and policies."""

import pytest

from tests.azure_emulator.conftest import SUBSCRIPTION
from tests.azure_emulator.deployments.conftest import (
    GROUP,
    contributor_of_the_group,
    deployment,
    stack,
    storage,
    template,
)

pytestmark = pytest.mark.emulator

ONE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/one111"
NOBODY = "dddddddd-0000-4000-8000-000000000003"
OWNER = "dddddddd-0000-4000-8000-000000000001"
BODY = {"location": "eastus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
REGIONS = {
    "id": "allowed-regions",
    "displayName": "Allowed regions",
    "scope": f"/subscriptions/{SUBSCRIPTION}",
    "deny": {"type": "Microsoft.Storage/*", "locationNotIn": ["japaneast"]},
}


def protect(arm, mode: str, **settings) -> None:
    body = stack(template(storage("one111")), deny=mode)
    body["properties"]["denySettings"] |= settings
    arm.stack(body=body, method="PUT")
    arm.pass_seconds(60)
    assert arm.stack().json()["properties"]["provisioningState"] == "succeeded"


def outcome(answer) -> tuple[int, str]:
    return answer.status_code, (answer.json().get("error", {}).get("code", "") if answer.content else "")


DENIED = (403, "DenyAssignmentAuthorizationFailed")


@pytest.mark.parametrize(("mode", "write"), [("denyDelete", (200, "")), ("denyWriteAndDelete", DENIED)])
def test_deny_settings_hold_back_even_the_owner_of_the_subscription(arm, mode, write):
    protect(arm, mode)

    assert outcome(arm.call("PUT", ONE, BODY, version="2023-05-01")) == write
    assert outcome(arm.call("DELETE", ONE, version="2023-05-01")) == DENIED
    assert arm.call("GET", ONE, version="2023-05-01").status_code == 200


def test_excluded_principals_and_actions_may_go_on(arm):
    protect(arm, "denyWriteAndDelete", excludedPrincipals=[OWNER])
    assert outcome(arm.call("PUT", ONE, BODY, version="2023-05-01")) == (200, "")

    protect(arm, "denyWriteAndDelete", excludedActions=["Microsoft.Storage/storageAccounts/write"])
    assert outcome(arm.call("PUT", ONE, BODY, version="2023-05-01")) == (200, "")
    assert outcome(arm.call("DELETE", ONE, version="2023-05-01")) == DENIED


@pytest.mark.parametrize(("covers_children", "expected"), [(False, 201), (True, 403)])
def test_children_are_covered_only_when_asked_for(arm, covers_children, expected):
    protect(arm, "denyWriteAndDelete", applyToChildScopes=covers_children)
    child = f"{ONE}/managementPolicies/default"

    answer = arm.call("PUT", child, {"properties": {"policy": {"rules": []}}}, version="2023-05-01")

    assert answer.status_code == expected


def test_another_deployment_cannot_change_what_a_stack_protects_but_the_stack_can(arm):
    protect(arm, "denyWriteAndDelete")

    refused = arm.deploy("other", deployment(template(storage("one111"))))
    arm.stack(body=stack(template(storage("two222")), deny="denyWriteAndDelete"), method="PUT")
    arm.pass_seconds(60)

    assert outcome(refused) == (403, "InvalidTemplateDeployment")
    assert refused.json()["error"]["details"][0]["code"] == "DenyAssignmentAuthorizationFailed"
    assert [row["name"] for row in arm.call("GET", f"{GROUP}/resources").json()["value"]] == ["two222"]


def test_protection_ends_with_the_stack(arm):
    protect(arm, "denyDelete")
    arm.stack(method="DELETE", **{"unmanageAction.Resources": "detach"})
    arm.pass_seconds(60)

    assert arm.call("DELETE", ONE, version="2023-05-01").status_code == 202


def test_a_contributor_may_not_write_deny_settings(arm, clients):
    contributor_of_the_group(arm)
    with clients.http("nobody") as http:
        answer = http.put(
            f"{GROUP}/providers/Microsoft.Resources/deploymentStacks/env",
            params={"api-version": "2025-07-01"},
            json=stack(template(storage("one111")), deny="denyDelete"),
        )
    assert outcome(answer) == (403, "AuthorizationFailed")


def test_a_policy_refuses_a_write_and_names_its_assignment(arm):
    arm.control.seed({"policies": [REGIONS]})

    refused = arm.call("PUT", ONE, BODY, version="2023-05-01")
    allowed = arm.call("PUT", ONE, {**BODY, "location": "japaneast"}, version="2023-05-01")

    assert outcome(refused) == (403, "RequestDisallowedByPolicy")
    violation = refused.json()["error"]["additionalInfo"][0]
    assert violation["type"] == "PolicyViolation"
    assert violation["info"]["policyAssignmentDisplayName"] == "Allowed regions"
    assert violation["info"]["evaluationDetails"]["evaluatedExpressions"][1]["expressionValue"] == "eastus2"
    assert allowed.status_code in {200, 201, 202}


def test_a_policy_refuses_a_template_before_anything_is_made(arm):
    arm.control.seed({"policies": [REGIONS]})

    refused = arm.deploy("main", deployment(template(storage("one111"))))

    assert outcome(refused) == (400, "InvalidTemplateDeployment")
    assert refused.json()["error"]["details"][0]["code"] == "RequestDisallowedByPolicy"


def test_a_policy_asks_groups_for_a_tag(arm):
    rule = {"type": "Microsoft.Resources/subscriptions/resourceGroups", "withoutTag": "owner"}
    arm.control.seed({"policies": [{**REGIONS, "id": "owner", "deny": rule}]})
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/other"

    assert outcome(arm.call("PUT", path, {"location": "eastus2"})) == (403, "RequestDisallowedByPolicy")
    assert arm.call("PUT", path, {"location": "eastus2", "tags": {"Owner": "yui"}}).status_code == 201
