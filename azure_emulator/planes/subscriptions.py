"""Tenants, subscriptions and their regions."""

from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.locations import REGIONS
from azure_emulator.paging import page
from azure_emulator.resources import SUBSCRIPTION
from azure_emulator.routing import route

Document = dict[str, Any]

PATH = "/subscriptions/{subscription}"


def _shown(request: Request, document: Document) -> Document:
    return {
        "id": f"/subscriptions/{document['id']}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": document["id"],
        "tenantId": request.world.tenant,
        "displayName": document["displayName"],
        "state": document["state"],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
        **({"tags": document["tags"]} if document.get("tags") else {}),
    }


@route("GET", "/tenants")
def list_tenants(request: Request) -> Answer:
    """The one tenant."""
    world = request.world
    tenant = world.store.get("emulator", "tenant") or {}
    domain = tenant.get("domain", "contoso.example")
    shown = {
        "id": f"/tenants/{world.tenant}",
        "tenantId": world.tenant,
        "countryCode": "JP",
        "displayName": tenant.get("displayName", "Contoso"),
        "domains": [domain],
        "defaultDomain": domain,
        "tenantCategory": "Home",
        "tenantType": "AAD",
    }
    return page(request, [shown])


@route("GET", "/subscriptions")
def list_subscriptions(request: Request) -> Answer:
    """The subscriptions in which the caller has any role."""
    world = request.world
    seen = [
        item
        for item in world.store.items(SUBSCRIPTION)
        if world.access.sees_below(request.principal, f"/subscriptions/{item['id']}")
    ]
    return page(request, [_shown(request, item) for item in seen])


def _need_visible(request: Request) -> Document:
    subscription = request.parameters["subscription"]
    document = request.world.store.get(SUBSCRIPTION, subscription)
    if document is None:
        raise AzureError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
    if not request.world.access.sees_below(request.principal, f"/subscriptions/{subscription}"):
        request.world.access.check(request.principal, "Microsoft.Resources/subscriptions/read", request.path)
    return document


@route("GET", PATH)
def read_subscription(request: Request) -> Answer:
    """One subscription."""
    return Answer(200, _shown(request, _need_visible(request)))


@route("GET", f"{PATH}/locations")
def list_locations(request: Request) -> Answer:
    """The regions a subscription may use."""
    document = _need_visible(request)
    locations = [
        {
            "id": f"/subscriptions/{document['id']}/locations/{name}",
            "name": name,
            "type": "Region",
            "displayName": display,
            "regionalDisplayName": f"({area}) {display}",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geographyGroup": area,
                "latitude": latitude,
                "longitude": longitude,
                "physicalLocation": display,
                "pairedRegion": [],
            },
        }
        for name, (display, area, latitude, longitude) in REGIONS.items()
    ]
    return Answer(200, {"value": locations})
