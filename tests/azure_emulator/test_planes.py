"""Resources, tags, lists, quotas, Graph and cost."""

from decimal import Decimal

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.costmanagement import CostManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.azure_emulator.conftest import SUBSCRIPTION, YUI, code

pytestmark = pytest.mark.emulator

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
IDENTITY = f"{SCOPE}/resourceGroups/env/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-one"
VERSION = "2023-01-31"


@pytest.fixture
def client(clients) -> ResourceManagementClient:
    client: ResourceManagementClient = clients.build(ResourceManagementClient)
    client.resource_groups.create_or_update("env", {"location": "japaneast"})
    return client


def test_a_resource_is_made_read_in_any_casing_changed_listed_and_deleted(clients, client):
    made = client.resources.begin_create_or_update_by_id(
        IDENTITY, api_version=VERSION, parameters={"location": "japaneast", "tags": {"a": "1"}}
    ).result()
    read = client.resources.get_by_id(IDENTITY.upper(), api_version=VERSION)
    by_parts = client.resources.get(
        "env", "Microsoft.ManagedIdentity", "", "userAssignedIdentities", "id-one", api_version=VERSION
    )
    listed = list(client.resources.list_by_resource_group("env", filter="tagName eq 'a' and tagValue eq '1'"))
    by_type = list(client.resources.list(filter="resourceType eq 'Microsoft.ManagedIdentity/userAssignedIdentities'"))
    client.resources.begin_delete_by_id(IDENTITY, api_version=VERSION).result()

    assert made.id == read.id == by_parts.id == IDENTITY
    assert [item.id for item in listed] == [item.id for item in by_type] == [IDENTITY]
    with pytest.raises(HttpResponseError) as caught:
        client.resources.get_by_id(IDENTITY, api_version=VERSION)
    assert (caught.value.status_code, code(caught.value)) == (404, "ResourceNotFound")


def test_tags_are_merged_replaced_and_taken_away_at_a_scope(client):
    def change(operation: str, tags: dict[str, str]) -> dict[str, str]:
        body = {"operation": operation, "properties": {"tags": tags}}
        answer = client.tags.begin_update_at_scope(f"{SCOPE}/resourceGroups/env", body).result()
        return dict(answer.properties.tags)

    assert change("Merge", {"Owner": "yui", "project": "apollo"}) == {"Owner": "yui", "project": "apollo"}
    assert change("Merge", {"owner": "ken"}) == {"Owner": "ken", "project": "apollo"}
    assert change("Delete", {"project": "apollo"}) == {"Owner": "ken"}
    assert change("Replace", {"x": "y"}) == {"x": "y"}
    assert client.resource_groups.get("env").tags == {"x": "y"}


def test_subscriptions_and_regions_are_listed(clients):
    client = clients.build(SubscriptionClient, subscription=False)

    assert [item.display_name for item in client.subscriptions.list()] == ["Develop", "Staging"]
    assert "japaneast" in [item.name for item in client.subscriptions.list_locations(SUBSCRIPTION)]


def test_graph_tells_people_and_nested_groups_page_by_page(clients):
    with clients.http("portal") as http:
        first = http.get("/v1.0/users", params={"$top": 2, "$select": "id,displayName"}).json()
        second = http.get(first["@odata.nextLink"]).json()
        groups = http.get(f"/v1.0/users/{YUI}/transitiveMemberOf").json()["value"]
    with clients.http("nobody") as http:
        refused = http.get("/v1.0/users")

    assert [item["displayName"] for item in first["value"] + second["value"]] == [
        "Sato Yui",
        "Ken Mori",
        "Aiko Overage",
    ]
    assert [group["displayName"] for group in groups] == ["Apollo developers", "All developers"]
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "Authorization_RequestDenied")


DATASET = {
    "granularity": "Daily",
    "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
    "grouping": [{"type": "Dimension", "name": "ResourceGroupName"}],
}
QUERY = {
    "type": "ActualCost",
    "timeframe": "Custom",
    "timePeriod": {"from": "2026-10-01T00:00:00Z", "to": "2026-10-31T00:00:00Z"},
    "dataset": DATASET,
}


def test_a_cost_query_is_paged_by_posting_its_next_link(clients):
    client = clients.build(CostManagementClient, subscription=False)
    whole = client.query.usage(SCOPE, QUERY)

    rows, pages = [], 0
    with clients.http() as http:
        link = f"{SCOPE}/providers/Microsoft.CostManagement/query?api-version=2025-03-01&$top=10"
        while link:
            properties = http.post(link, json=QUERY).json()["properties"]
            rows += properties["rows"]
            link, pages = properties["nextLink"], pages + 1

    assert [column.name for column in whole.columns] == ["Cost", "UsageDate", "ResourceGroupName", "Currency"]
    assert pages == 4
    assert sum(Decimal(str(row[0])) for row in rows) == Decimal("123.45") * 31
    assert rows == whole.rows


def test_cost_follows_from_what_exists_and_for_how_long(clients, client):
    clients.emulator.control.clock(freeze="2027-03-10T00:00:00+00:00")
    clients.emulator.control.seed(
        {"prices": {"currency": "JPY", "perDay": {"microsoft.managedidentity/userassignedidentities": 10}}}
    )
    client.resources.begin_create_or_update_by_id(
        IDENTITY, api_version=VERSION, parameters={"location": "japaneast"}
    ).result()
    clients.emulator.control.clock(advance=36 * 3600)

    query = {**QUERY, "timeframe": "MonthToDate", "dataset": {**DATASET, "granularity": "None"}}
    found = clients.build(CostManagementClient, subscription=False).query.usage(SCOPE, query)

    assert found.rows == [[15.0, "env", "JPY"]]


def test_the_tenants_query_units_run_out_with_their_own_header(clients):
    client = clients.build(CostManagementClient, subscription=False)
    for _ in range(12):
        client.query.usage(SCOPE, QUERY)

    with pytest.raises(HttpResponseError) as caught:
        client.query.usage(SCOPE, QUERY)

    assert caught.value.status_code == 429
    headers = dict(getattr(caught.value.response, "headers", {}))
    assert int(headers["x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after"]) >= 1
    assert "retry-after" not in headers


def test_the_almost_json_of_the_command_line_is_understood(clients, client):
    body = '{"location": "japaneast", /* why */ "tags": {"a": "x // y",},}'
    with clients.http() as http:
        answer = http.put(f"{SCOPE}/resourcegroups/env", content=body, headers={"Content-Type": "application/json"})
        broken = http.put(f"{SCOPE}/resourcegroups/env", content='{"location": ')

    assert (answer.status_code, answer.json()["tags"]) == (200, {"a": "x // y"})
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "InvalidRequestContent")


def test_resource_graph_finds_groups_by_tag_across_subscriptions(clients, client):
    client.resource_groups.create_or_update("env", {"location": "japaneast", "tags": {"envid": "7"}})
    client.resources.begin_create_or_update_by_id(
        IDENTITY, api_version=VERSION, parameters={"location": "japaneast"}
    ).result()
    query = (
        "ResourceContainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' and tags['envid'] == '7'"
    )

    def ask(text: str, name: str = "owner"):
        with clients.http(name) as http:
            return http.post("/providers/Microsoft.ResourceGraph/resources", json={"query": text})

    assert [row["name"] for row in ask(f"{query} | project name, tags").json()["data"]] == ["env"]
    assert ask("Resources | summarize n = count() by type").json()["data"] == [
        {"type": "microsoft.managedidentity/userassignedidentities", "n": 1}
    ]
    assert ask(query, "nobody").json()["data"] == []
    assert ask("Resources | nonsense").status_code == 400


def test_the_activity_log_tells_who_changed_what(clients, client):
    with clients.http() as http:
        url = f"{SCOPE}/providers/Microsoft.Insights/eventtypes/management/values"
        answer = http.get(
            url, params={"$filter": "eventTimestamp ge '2026-01-01T00:00:00Z' and resourceGroupName eq 'env'"}
        )

    event = answer.json()["value"][0]
    assert event["operationName"]["value"] == "Microsoft.Resources/subscriptions/resourceGroups/write"
    assert event["caller"] == "dddddddd-0000-4000-8000-000000000001"
    assert event["status"]["value"] == "Succeeded"


def test_the_portals_hidden_tags_may_hold_an_id_on_every_way_in(clients, client):
    tags = {f"hidden-link:{SCOPE}/resourceGroups/env/providers/Microsoft.Web/sites/one": "Resource"}

    client.resource_groups.create_or_update("env", {"location": "japaneast", "tags": tags})
    client.tags.begin_create_or_update_at_scope(f"{SCOPE}/resourceGroups/env", {"properties": {"tags": tags}}).result()

    assert client.resource_groups.get("env").tags == tags


def test_a_provider_names_its_own_versions(client):
    web = client.providers.get("Microsoft.Web")
    storage = client.providers.get("Microsoft.Storage")

    assert web.resource_types[0].api_versions != storage.resource_types[0].api_versions
    assert "2023-05-01" in storage.resource_types[0].api_versions


def test_quotas_know_every_model_that_can_be_deployed(clients):
    path = f"{SCOPE}/providers/Microsoft.CognitiveServices/locations/eastus2"
    with clients.http() as http:
        models = http.get(f"{path}/models").json()["value"]
        usages = http.get(f"{path}/usages").json()["value"]

    wanted = {sku["usageName"] for item in models for sku in item["model"]["skus"] if sku["name"] == "GlobalStandard"}
    assert wanted <= {item["name"]["value"] for item in usages}
