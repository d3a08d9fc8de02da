"""Stacks, deployments, what-if, keys and soft deletion against the local Azure."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from azure_emulator import launcher
from cloud import deployments, groups, resources, soft_deleted, stacks
from cloud.deployments import Pending, Validation, WhatIf
from cloud.errors import PermanentCloudError
from portal.company import tenant

pytestmark = pytest.mark.emulator
SUBSCRIPTION = tenant.DEVELOP.id
GROUP = "rg-deployments"
ACCOUNT = "stgatewaytests01"


def template(*resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"accountName": {"type": "string"}},
        "resources": list(resources),
        "outputs": outputs or {},
    }


STORAGE = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2023-05-01",
    "name": "[parameters('accountName')]",
    "location": "japaneast",
    "sku": {"name": "Standard_LRS"},
    "kind": "StorageV2",
    "properties": {},
}
BLOB = {"AZURE_BLOB": {"type": "string", "value": "[reference(parameters('accountName')).primaryEndpoints.blob]"}}


def at_subscription_scope(inner: dict[str, Any]) -> dict[str, Any]:
    """The group and the template in it, as one template at subscription scope."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": inner["parameters"],
        "resources": [
            {
                "type": "Microsoft.Resources/resourceGroups",
                "apiVersion": "2024-11-01",
                "name": GROUP,
                "location": "japaneast",
            },
            {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2024-11-01",
                "name": "inside",
                "resourceGroup": GROUP,
                "dependsOn": [f"[resourceId('Microsoft.Resources/resourceGroups', '{GROUP}')]"],
                "properties": {
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "parameters": {"accountName": {"value": "[parameters('accountName')]"}},
                    "template": inner,
                },
            },
        ],
    }


@pytest.fixture
def group(azure: launcher.Emulator) -> groups.ResourceGroup:
    return groups.write_group(subscription_id=SUBSCRIPTION, name=GROUP, location="japaneast", tags={"envid": "e1"})


def write(name: str = "genkan-1", account: str = ACCOUNT, **options: Any) -> stacks.Stack:
    return stacks.write_stack(
        subscription_id=SUBSCRIPTION,
        group=GROUP,
        name=name,
        template=options.pop("template", None) or template(STORAGE, outputs=BLOB),
        parameters={"accountName": {"value": account}},
        tags={"generation": "1"},
        description="for the tests",
    )


def read(name: str = "genkan-1") -> stacks.Stack | None:
    return stacks.read_stack(subscription_id=SUBSCRIPTION, group=GROUP, name=name)


def settled(azure: launcher.Emulator, name: str = "genkan-1") -> stacks.Stack:
    """The stack when nothing more happens."""
    for _ in range(60):
        stack = read(name)
        assert stack is not None
        if stack.is_final:
            return stack
        azure.control.clock(advance=60)
    raise AssertionError("the stack never became final")


def ended(azure: launcher.Emulator, answer: Any, ask: Callable[..., Any]) -> Any:
    """The last answer of something asynchronous."""
    for _ in range(60):
        if not isinstance(answer, Pending):
            return answer
        azure.control.clock(advance=10)
        answer = ask(status_url=answer.status_url)
    raise AssertionError("the operation never ended")


def test_a_stack_is_submitted_watched_and_gives_its_outputs(azure: launcher.Emulator, group: groups.ResourceGroup):
    first = write()
    assert not first.is_final
    assert first.tags == {"generation": "1"}
    stack = settled(azure)
    assert (stack.succeeded, stack.problem) == (True, None)
    assert [resource.status for resource in stack.resources] == ["managed"]
    outputs = {name.lower(): output for name, output in stack.outputs.items()}
    assert outputs["azure_blob"]["value"].startswith(f"https://{ACCOUNT}.blob.")
    assert "/deployments/" in stack.deployment_id.lower()


def test_the_deployment_of_a_stack_lists_its_resources(azure: launcher.Emulator, group: groups.ResourceGroup):
    write()
    stack = settled(azure)
    operations = deployments.list_operations(
        subscription_id=SUBSCRIPTION, group=GROUP, deployment=stack.deployment_id.rpartition("/")[2]
    )
    (storage,) = [one for one in operations if one.resource_name == ACCOUNT]
    assert (storage.state, storage.resource_type) == ("Succeeded", "Microsoft.Storage/storageAccounts")
    assert storage.problem is None
    assert storage.duration_seconds is not None


def test_a_deployment_that_is_not_there_has_no_operations(group: groups.ResourceGroup):
    assert deployments.list_operations(subscription_id=SUBSCRIPTION, group=GROUP, deployment="nobody") == ()


def test_a_failed_resource_is_named_down_to_its_own_error(azure: launcher.Emulator, group: groups.ResourceGroup):
    azure.control.add_fault(
        action={"kind": "fail-resource", "type": "storageAccounts", "code": "SkuNotAvailable", "message": "Not here."}
    )
    write()
    stack = settled(azure)
    assert stack.state == "failed"
    assert stack.problem is not None
    assert (stack.problem.code, stack.problem.message) == ("SkuNotAvailable", "Not here.")
    operations = deployments.list_operations(
        subscription_id=SUBSCRIPTION, group=GROUP, deployment=stack.deployment_id.rpartition("/")[2]
    )
    assert "SkuNotAvailable" in {one.problem.code for one in operations if one.problem}


def test_a_running_deployment_can_be_cancelled_and_a_finished_one_cannot(
    azure: launcher.Emulator, group: groups.ResourceGroup
):
    azure.control.clock(freeze="now")
    name = write().deployment_id.rpartition("/")[2]
    assert deployments.cancel(subscription_id=SUBSCRIPTION, group=GROUP, deployment=name) is True
    stack = settled(azure)
    assert stack.state in {"failed", "canceled"}
    assert deployments.cancel(subscription_id=SUBSCRIPTION, group=GROUP, deployment=name) is False
    assert deployments.cancel(subscription_id=SUBSCRIPTION, group=GROUP, deployment="nobody") is False


def test_deleting_a_stack_takes_its_resources_away(azure: launcher.Emulator, group: groups.ResourceGroup):
    write()
    settled(azure)
    stacks.delete_stack(subscription_id=SUBSCRIPTION, group=GROUP, name="genkan-1")
    for _ in range(60):
        if read() is None:
            break
        azure.control.clock(advance=60)
    assert read() is None
    assert resources.list_group(subscription_id=SUBSCRIPTION, group=GROUP) == []


def test_resources_are_listed_tagged_and_found_by_tag(azure: launcher.Emulator, group: groups.ResourceGroup):
    write()
    settled(azure)
    (account,) = resources.list_group(subscription_id=SUBSCRIPTION, group=GROUP)
    assert (account.type, account.name, account.kind, account.sku) == (
        "Microsoft.Storage/storageAccounts",
        ACCOUNT,
        "StorageV2",
        "Standard_LRS",
    )
    assert account.created_at is not None
    resources.merge_tags(resource_id=account.id, tags={"envid": "e1"})
    found = resources.list_tagged(subscription_id=SUBSCRIPTION, tag_name="envid", tag_value="e1")
    assert [one.name for one in found if one.type != "Microsoft.Resources/deploymentStacks"] == [ACCOUNT]


def test_keys_are_asked_for(azure: launcher.Emulator, group: groups.ResourceGroup):
    write()
    settled(azure)
    (account,) = resources.list_group(subscription_id=SUBSCRIPTION, group=GROUP)
    answer = resources.list_secrets(resource_id=account.id, api_version="2023-05-01", action="listKeys")
    assert answer["keys"][0]["value"]


def test_azure_accepts_a_good_template_and_names_what_it_would_make(azure: launcher.Emulator):
    answer = deployments.submit_validate(
        subscription_id=SUBSCRIPTION,
        name="preview-1",
        location="japaneast",
        template=at_subscription_scope(template(STORAGE)),
        parameters={"accountName": {"value": ACCOUNT}},
    )
    validation = ended(azure, answer, deployments.read_validate)
    assert isinstance(validation, Validation)
    assert (validation.accepted, validation.problem) == (True, None)


def test_azure_refuses_a_bad_template_with_the_deepest_reason(azure: launcher.Emulator):
    nameless = {key: value for key, value in STORAGE.items() if key != "sku"}
    answer = deployments.submit_validate(
        subscription_id=SUBSCRIPTION,
        name="preview-2",
        location="japaneast",
        template=at_subscription_scope(template({**nameless, "name": "[parameters('absent')]"})),
        parameters={"accountName": {"value": ACCOUNT}},
    )
    validation = ended(azure, answer, deployments.read_validate)
    assert isinstance(validation, Validation)
    assert not validation.accepted
    assert validation.problem is not None
    assert validation.problem.code
    assert "absent" in validation.problem.message


def test_a_what_if_names_every_resource_it_would_create(azure: launcher.Emulator):
    answer = deployments.submit_what_if(
        subscription_id=SUBSCRIPTION,
        name="preview-3",
        location="japaneast",
        template=at_subscription_scope(template(STORAGE)),
        parameters={"accountName": {"value": ACCOUNT}},
    )
    found = ended(azure, answer, deployments.read_what_if)
    assert isinstance(found, WhatIf)
    assert found.problem is None
    assert {(change.action, change.name) for change in found.changes} >= {("Create", GROUP), ("Create", ACCOUNT)}


def test_a_status_address_that_leads_elsewhere_is_never_followed(azure: launcher.Emulator):
    for url in ("https://example.org/x", "http://localhost:1/x", f"{azure.url}.example.org/x", "https://u@localhost/x"):
        with pytest.raises(PermanentCloudError) as caught:
            deployments.read_what_if(status_url=url)
        assert caught.value.code == "ForeignAddress"


def test_a_deleted_vault_is_listed_for_its_group_and_purged(azure: launcher.Emulator, group: groups.ResourceGroup):
    vault = {
        "type": "Microsoft.KeyVault/vaults",
        "apiVersion": "2023-07-01",
        "name": "[parameters('accountName')]",
        "location": "japaneast",
        "properties": {
            "tenantId": tenant.TENANT_ID,
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
        },
    }
    name = f"kv-{uuid.uuid4().hex[:12]}"
    write(account=name, template=template(vault))
    assert settled(azure).succeeded
    (made,) = resources.list_group(subscription_id=SUBSCRIPTION, group=GROUP)
    resources.delete_resource(resource_id=made.id, api_version="2023-07-01")
    azure.control.clock(advance=3600)
    resources.delete_resource(resource_id=made.id, api_version="2023-07-01")
    (deleted,) = soft_deleted.list_deleted(subscription_id=SUBSCRIPTION, group=GROUP.upper())
    assert (deleted.kind, deleted.name, deleted.location) == ("key-vault", name, "japaneast")
    assert deleted.purge_protected_until is None
    soft_deleted.purge(deleted)
    azure.control.clock(advance=3600)
    assert soft_deleted.list_deleted(subscription_id=SUBSCRIPTION, group=GROUP) == []
    soft_deleted.purge(deleted)
