"""Resource groups through the SDK and over plain HTTP."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.azure_emulator.conftest import SUBSCRIPTION, code

pytestmark = pytest.mark.emulator


def test_a_group_is_created_with_tags_read_in_any_casing_and_deleted(clients):
    client = clients.build(ResourceManagementClient)

    created = client.resource_groups.create_or_update("Env-One", {"location": "Japan East", "tags": {"owner": "yui"}})
    read = client.resource_groups.get("ENV-ONE")
    client.resource_groups.begin_delete("env-one").result()

    assert created.location == "japaneast"
    assert (read.name, read.tags) == ("Env-One", {"owner": "yui"})
    assert client.resource_groups.check_existence("Env-One") is False
    with pytest.raises(ResourceNotFoundError) as caught:
        client.resource_groups.get("Env-One")
    assert code(caught.value) == "ResourceGroupNotFound"


def test_groups_are_found_by_tag_and_paged_by_next_link(clients):
    client = clients.build(ResourceManagementClient)
    for number in range(5):
        client.resource_groups.create_or_update(
            f"env-{number}", {"location": "japaneast", "tags": {"envid": str(number % 2)}}
        )

    tagged = client.resource_groups.list(filter="tagName eq 'envid' and tagValue eq '1'")
    everything = client.resource_groups.list(top=2).by_page()

    assert [group.name for group in tagged] == ["env-1", "env-3"]
    assert [len(list(page)) for page in everything] == [2, 2, 1]


def test_a_group_cannot_move_to_another_region(clients):
    client = clients.build(ResourceManagementClient)
    client.resource_groups.create_or_update("env", {"location": "japaneast"})

    with pytest.raises(HttpResponseError) as caught:
        client.resource_groups.create_or_update("env", {"location": "westeurope"})

    assert (caught.value.status_code, code(caught.value)) == (409, "InvalidResourceGroupLocation")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/subscriptions/{SUBSCRIPTION}/resourcegroups/gone", 404, "ResourceGroupNotFound"),
        ("/subscriptions/00000000-0000-4000-8000-000000000000/resourcegroups/x", 403, "AuthorizationFailed"),
        (f"/subscriptions/{SUBSCRIPTION}/resourcegroups/x?api-version=nonsense", 400, "InvalidApiVersionParameter"),
        ("/nothing/here", 404, "NotFound"),
    ],
)
def test_mistakes_get_azures_errors(clients, path, status, code):
    with clients.http() as http:
        answer = http.get(path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
