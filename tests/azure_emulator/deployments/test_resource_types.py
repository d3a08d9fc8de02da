"""What services refuse, fill in and keep after a delete."""

import pytest

from azure_emulator.resource_types import registry, versions
from tests.azure_emulator.conftest import SUBSCRIPTION
from tests.azure_emulator.deployments.conftest import GROUP

pytestmark = pytest.mark.emulator

STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
ACCOUNTS = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts"
VAULTS = f"{GROUP}/providers/Microsoft.KeyVault/vaults"
PROVIDERS = f"/subscriptions/{SUBSCRIPTION}/providers"
GOOD_STORAGE = {"location": "eastus2", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
GOOD_ACCOUNT = {"location": "eastus2", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}


def vault(**more):
    properties = {"tenantId": "11111111-1111-4111-8111-111111111111", "sku": {"name": "standard", "family": "A"}}
    return {"location": "eastus2", "properties": {**properties, "accessPolicies": [], **more}}


def put(arm, path, body, version):
    return arm.call("PUT", path, body, version=version)


def test_a_service_fills_in_endpoints_and_answers_its_keys_the_same_each_time(arm):
    made = put(arm, f"{STORAGE}/one111", GOOD_STORAGE, "2023-05-01")
    keys = [arm.call("POST", f"{STORAGE}/one111/listKeys", version="2023-05-01").json()["keys"] for _ in range(2)]

    assert made.json()["properties"]["primaryEndpoints"]["blob"] == "https://one111.blob.core.windows.net/"
    assert made.json()["properties"]["provisioningState"] == "Succeeded"
    assert keys[0] == keys[1]
    assert [key["keyName"] for key in keys[0]] == ["key1", "key2"]


@pytest.mark.parametrize(
    ("path", "body", "version", "code"),
    [
        (f"{STORAGE}/one111", GOOD_STORAGE | {"sku": {}}, "2023-05-01", "InvalidValuesForRequestParameters"),
        (f"{STORAGE}/One_111", GOOD_STORAGE, "2023-05-01", "AccountNameInvalid"),
        (f"{STORAGE}/one111", {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}}, "2023-05-01", "LocationRequired"),
        (
            f"{STORAGE}/one111",
            GOOD_STORAGE | {"location": "atlantis"},
            "2023-05-01",
            "LocationNotAvailableForResourceType",
        ),
        (f"{STORAGE}/one111", GOOD_STORAGE, "2023-05-02", "NoRegisteredProviderFound"),
        (f"{STORAGE}/windowslogs", GOOD_STORAGE, "2023-05-01", "ReservedResourceName"),
        (f"{ACCOUNTS}/oai", GOOD_ACCOUNT | {"kind": "Nothing"}, "2024-10-01", "InvalidApiKind"),
        (f"{ACCOUNTS}/oai", GOOD_ACCOUNT | {"location": "japanwest"}, "2024-10-01", "InvalidResourceProperties"),
        (f"{ACCOUNTS}/oai/deployments/x", {"properties": {}}, "2024-10-01", "ParentResourceNotFound"),
        (f"{GROUP}/providers/Microsoft.Nothing/things/x", {}, "2024-10-01", "InvalidResourceNamespace"),
        (f"{VAULTS}/vault-one", {"location": "eastus2", "properties": {}}, "2023-07-01", "BadRequest"),
        (
            f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/registry1",
            {"location": "eastus2"},
            "2025-04-01",
            "InvalidRequestContent",
        ),
    ],
)
def test_what_a_service_would_not_take_gets_its_own_code(arm, path, body, version, code):
    answer = put(arm, path, body, version)

    assert answer.json()["error"]["code"] == code, answer.text
    assert 400 <= answer.status_code < 500


def test_a_globally_unique_name_is_taken_once(arm):
    other = GROUP.replace("/env", "/other")
    arm.call("PUT", other, {"location": "eastus2"})
    put(arm, f"{STORAGE}/one111", GOOD_STORAGE, "2023-05-01")

    taken = put(arm, f"{other}/providers/Microsoft.Storage/storageAccounts/one111", GOOD_STORAGE, "2023-05-01")
    arm.call("DELETE", f"{STORAGE}/one111", version="2023-05-01")
    arm.pass_seconds(20)
    free = put(arm, f"{other}/providers/Microsoft.Storage/storageAccounts/one111", GOOD_STORAGE, "2023-05-01")

    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "StorageAccountAlreadyTaken")
    assert free.status_code == 201


@pytest.mark.parametrize(
    ("model", "sku", "code"),
    [
        (
            {"name": "gpt-4o", "version": "1999-01-01"},
            {"name": "GlobalStandard", "capacity": 1},
            "DeploymentModelNotSupported",
        ),
        ({"name": "o1", "version": "2024-12-17"}, {"name": "Standard", "capacity": 1}, "InvalidResourceProperties"),
        ({"name": "gpt-4o", "version": "2024-11-20"}, {"name": "GlobalStandard", "capacity": 451}, "InsufficientQuota"),
    ],
)
def test_models_have_versions_regions_and_quota(arm, model, sku, code):
    put(arm, f"{ACCOUNTS}/oai", GOOD_ACCOUNT, "2024-10-01")

    answer = put(
        arm,
        f"{ACCOUNTS}/oai/deployments/m",
        {"sku": sku, "properties": {"model": {"format": "OpenAI", **model}}},
        "2024-10-01",
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_deleted_ai_account_lingers_refuses_its_twin_and_is_purged(arm):
    put(arm, f"{ACCOUNTS}/oai", GOOD_ACCOUNT, "2024-10-01")
    arm.call("DELETE", f"{ACCOUNTS}/oai", version="2024-10-01")
    arm.pass_seconds(30)

    listed = arm.call("GET", f"{PROVIDERS}/Microsoft.CognitiveServices/deletedAccounts", version="2024-10-01").json()[
        "value"
    ]
    twin = put(arm, f"{ACCOUNTS}/oai", GOOD_ACCOUNT, "2024-10-01")
    purge = arm.call("DELETE", listed[0]["id"], version="2024-10-01")
    arm.pass_seconds(30)

    assert listed[0]["id"].endswith("/locations/eastus2/resourceGroups/env/deletedAccounts/oai")
    assert (twin.status_code, twin.json()["error"]["code"]) == (409, "FlagMustBeSetForRestore")
    assert purge.status_code == 202
    assert arm.follow(purge).status_code == 200
    assert put(arm, f"{ACCOUNTS}/oai", GOOD_ACCOUNT, "2024-10-01").status_code == 201


def test_a_protected_vault_cannot_be_purged_but_recovered(arm):
    put(arm, f"{VAULTS}/vault-one", vault(enablePurgeProtection=True), "2023-07-01")
    arm.call("DELETE", f"{VAULTS}/vault-one", version="2023-07-01")
    arm.pass_seconds(60)
    deleted = f"{PROVIDERS}/Microsoft.KeyVault/locations/eastus2/deletedVaults/vault-one"

    shown = arm.call("GET", deleted, version="2023-07-01").json()
    purge = arm.call("POST", f"{deleted}/purge", version="2023-07-01")
    twin = put(arm, f"{VAULTS}/vault-one", vault(), "2023-07-01")
    recovered = put(arm, f"{VAULTS}/vault-one", vault(createMode="recover"), "2023-07-01")

    assert shown["properties"]["purgeProtectionEnabled"] is True
    assert (purge.status_code, purge.json()["error"]["code"]) == (405, "MethodNotAllowed")
    assert (twin.status_code, twin.json()["error"]["code"]) == (409, "ConflictError")
    assert recovered.status_code == 201
    assert arm.call("GET", deleted, version="2023-07-01").status_code == 404


def test_the_retention_of_a_soft_deleted_resource_ends(arm):
    put(arm, f"{ACCOUNTS}/oai", GOOD_ACCOUNT, "2024-10-01")
    arm.call("DELETE", f"{ACCOUNTS}/oai", version="2024-10-01")
    arm.pass_seconds(30)
    arm.control.clock(advance=2 * 86400 + 60)

    assert (
        arm.call("GET", f"{PROVIDERS}/Microsoft.CognitiveServices/deletedAccounts", version="2024-10-01").json()[
            "value"
        ]
        == []
    )


def test_a_deleted_group_leaves_its_lingering_resources_on_their_lists(arm):
    put(arm, f"{ACCOUNTS}/oai", GOOD_ACCOUNT, "2024-10-01")
    arm.call("DELETE", GROUP)
    arm.pass_seconds(200)

    listed = arm.call("GET", f"{PROVIDERS}/Microsoft.CognitiveServices/deletedAccounts", version="2024-10-01").json()[
        "value"
    ]
    assert [item["name"] for item in listed] == ["oai"]


def test_models_and_free_names_can_be_asked_for(arm):
    put(arm, f"{STORAGE}/one111", GOOD_STORAGE, "2023-05-01")
    models = arm.call("GET", f"{PROVIDERS}/Microsoft.CognitiveServices/locations/eastus2/models", version="2024-10-01")

    def free(name: str):
        path = f"{PROVIDERS}/Microsoft.Storage/checkNameAvailability"
        return arm.call(
            "POST", path, {"name": name, "type": "Microsoft.Storage/storageAccounts"}, version="2023-05-01"
        ).json()

    assert {"gpt-4o", "text-embedding-3-small"} <= {row["model"]["name"] for row in models.json()["value"]}
    assert free("two222") == {"nameAvailable": True}
    assert (free("one111")["nameAvailable"], free("one111")["reason"]) == (False, "AlreadyExists")
    assert free("NOT VALID")["reason"] == "AccountNameInvalid"


def test_every_described_type_has_api_versions_and_a_duration():
    for kind in registry.TYPES.values():
        assert versions.of_namespace(kind.namespace), kind.name
        assert kind.seconds > 0
    assert len(registry.TYPES) > 200
