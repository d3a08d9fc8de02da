"""Budgets and the public price list."""

import httpx
import pytest

from azure_emulator import launcher
from tests.azure_emulator.conftest import SUBSCRIPTION

pytestmark = pytest.mark.emulator

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
PERIOD = {"startDate": "2026-10-01T00:00:00Z", "endDate": "2028-10-31T00:00:00Z"}
BUDGET = {"properties": {"category": "Cost", "amount": 5000, "timeGrain": "Monthly", "timePeriod": PERIOD}}


@pytest.mark.parametrize("namespace", ["Microsoft.Consumption", "Microsoft.CostManagement"])
def test_a_budget_is_made_shown_with_its_spend_listed_and_removed(clients, namespace):
    clients.emulator.control.clock(freeze="2026-10-10T12:00:00+00:00")
    path = f"{SCOPE}/providers/{namespace}/budgets"
    with clients.http() as http:
        made = http.put(f"{path}/october", json=BUDGET)
        changed = http.put(f"{path}/October", json={**BUDGET, "eTag": made.json()["eTag"]})
        stale = http.put(f"{path}/october", json={**BUDGET, "eTag": "old"})
        listed = http.get(path).json()["value"]
        gone = http.delete(f"{path}/october")
        missing = http.get(f"{path}/october")

    assert [answer.status_code for answer in (made, changed, stale, gone, missing)] == [201, 200, 409, 200, 404]
    assert made.json()["properties"]["currentSpend"] == {"amount": 1234.5, "unit": "JPY"}
    assert [item["name"] for item in listed] == ["october"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": -1},
        {"timeGrain": "Weekly"},
        {"timePeriod": {"startDate": "2026-10-05T00:00:00Z"}},
        {"timePeriod": None},
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(clients, wrong):
    body = {"properties": {**BUDGET["properties"], **wrong}}
    with clients.http() as http:
        answer = http.put(f"{SCOPE}/providers/Microsoft.Consumption/budgets/b", json=body)
    assert answer.status_code == 400


def prices(azure, **query):
    with httpx.Client(base_url=azure.url, verify=launcher.trusting(azure.ca_path), trust_env=False) as http:
        return http.get("/api/retail/prices", params=query)


def test_prices_need_no_sign_in_and_are_filtered_with_their_casing(azure):
    condition = "serviceName eq 'Azure App Service' and armRegionName eq 'japaneast'"

    found = prices(azure, **{"$filter": condition, "currencyCode": "'JPY'"}).json()
    none = prices(azure, **{"$filter": condition.replace("japaneast", "JapanEast")}).json()

    assert found["BillingCurrency"] == "JPY"
    assert [item["retailPrice"] for item in found["Items"]] == [11.25]
    assert none["Items"] == []
    assert prices(azure, **{"$filter": "nonsense"}).status_code == 400


def test_the_price_list_goes_on_behind_its_next_page_link(azure):
    seen: set[str] = set()
    link, count = f"{azure.url}/api/retail/prices", 0
    with httpx.Client(verify=launcher.trusting(azure.ca_path), trust_env=False) as http:
        while link:
            body = http.get(link).json()
            seen |= {item["meterId"] for item in body["Items"]}
            link, count = body["NextPageLink"], count + body["Count"]
    assert count == len(seen) > 0
