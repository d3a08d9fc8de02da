"""What each resource cost on each day: seeded history, and what follows from the resources that existed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from azure_emulator.metering import moment

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

MICRO = 1_000_000
DAY_SECONDS = 86_400
DEFAULT_CURRENCY = "JPY"
SERVICES = {
    "microsoft.apimanagement": "API Management",
    "microsoft.app": "Azure Container Apps",
    "microsoft.cache": "Redis Cache",
    "microsoft.cognitiveservices": "Cognitive Services",
    "microsoft.compute": "Virtual Machines",
    "microsoft.containerregistry": "Container Registry",
    "microsoft.dbforpostgresql": "Azure Database for PostgreSQL",
    "microsoft.documentdb": "Azure Cosmos DB",
    "microsoft.eventhub": "Event Hubs",
    "microsoft.insights": "Azure Monitor",
    "microsoft.keyvault": "Key Vault",
    "microsoft.network": "Virtual Network",
    "microsoft.operationalinsights": "Log Analytics",
    "microsoft.search": "Azure AI Search",
    "microsoft.servicebus": "Service Bus",
    "microsoft.sql": "SQL Database",
    "microsoft.storage": "Storage",
    "microsoft.web": "Azure App Service",
}
PER_DAY = {
    "microsoft.apimanagement/service": 240,
    "microsoft.app/containerapps": 95,
    "microsoft.app/managedenvironments": 36,
    "microsoft.app/sessionpools": 120,
    "microsoft.cache/redis": 85,
    "microsoft.cognitiveservices/accounts": 210,
    "microsoft.compute/disks": 25,
    "microsoft.compute/virtualmachines": 620,
    "microsoft.containerregistry/registries": 26,
    "microsoft.dbforpostgresql/flexibleservers": 260,
    "microsoft.documentdb/databaseaccounts": 125,
    "microsoft.eventhub/namespaces": 55,
    "microsoft.insights/components": 12,
    "microsoft.keyvault/vaults": 1,
    "microsoft.network/bastionhosts": 700,
    "microsoft.network/privateendpoints": 36,
    "microsoft.network/publicipaddresses": 18,
    "microsoft.operationalinsights/workspaces": 40,
    "microsoft.search/searchservices": 360,
    "microsoft.servicebus/namespaces": 48,
    "microsoft.sql/servers/databases": 75,
    "microsoft.storage/storageaccounts": 8,
    "microsoft.web/serverfarms": 270,
}
SKU_FACTORS = {
    "f1": 0,
    "d1": 1,
    "free": 0,
    "y1": 0,
    "standard_lrs": 1,
    "p1v3": 6,
    "p2v3": 12,
    "s1": 3,
    "premium": 8,
    "basic": 1,
}


@dataclass(slots=True)
class CostRecord:
    """One resource's cost on one day, in millionths of the currency."""

    day: date
    micro: int
    dimensions: dict[str, str]
    tags: dict[str, str] = field(default_factory=dict)


def currency(world: "World") -> str:
    """The currency everything is billed in."""
    return str((world.store.get("emulator", "prices") or {}).get("currency", DEFAULT_CURRENCY))


def records(world: "World", subscription: str, *, first: date, last: date) -> Iterator[CostRecord]:
    """Every record of a subscription in a span of days, both ends included."""
    yield from _history(world, subscription, first, last)
    prices = {**PER_DAY, **(world.store.get("emulator", "prices") or {}).get("perDay", {})}
    now = world.clock.now()
    for life in world.meter.lives(subscription):
        per_day = int(Decimal(str(prices.get(life["type"].lower(), 0))) * MICRO * _factor(life))
        if per_day:
            yield from _life(world, life, per_day, first=first, last=last, now=now)


def _factor(life: Document) -> int:
    return SKU_FACTORS.get(life["sku"].lower(), 1)


def _history(world: "World", subscription: str, first: date, last: date) -> Iterator[CostRecord]:
    for entry in world.store.list("cost-history", prefix=f"{subscription}/"):
        start = date.fromisoformat(entry["date"])
        end = min(date.fromisoformat(entry.get("to") or entry["date"]), last)
        micro = int(Decimal(entry["cost"]) * MICRO)
        dimensions = _dimensions(
            subscription,
            group=entry.get("resourceGroup", ""),
            resource_id=entry.get("resourceId", ""),
            resource_type=entry.get("resourceType", ""),
            location=entry.get("location", ""),
        )
        dimensions |= {
            key: entry[name] for key, name in (("servicename", "service"), ("meter", "meter")) if entry.get(name)
        }
        day = max(start, first)
        while day <= end:
            yield CostRecord(day, micro, dimensions, entry.get("tags") or {})
            day += timedelta(days=1)


def _life(
    world: "World", life: Document, per_day: int, *, first: date, last: date, now: datetime
) -> Iterator[CostRecord]:
    start, end = moment(life["start"]), moment(life["end"]) if life["end"] else now
    document = None if life["end"] else world.resources.get(life["resourceId"])
    group = world.resources.group(life["subscription"], life["group"]) if life["group"] else None
    tags = life.get("tags") or (document or {}).get("tags") or (group or {}).get("tags") or {}
    dimensions = _dimensions(
        life["subscription"],
        group=life["group"],
        resource_id=life["resourceId"],
        resource_type=life["type"],
        location=life["location"],
    )
    day = max(start.date(), first)
    while day <= min(end.date(), last):
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        begin, finish = max(start, midnight), min(end, midnight + timedelta(days=1))
        micro = int(per_day * (finish - begin).total_seconds() / DAY_SECONDS)
        if micro > 0:
            yield CostRecord(day, micro, dimensions, tags)
        day += timedelta(days=1)


def _dimensions(
    subscription: str, *, group: str, resource_id: str, resource_type: str, location: str
) -> dict[str, str]:
    service = SERVICES.get(resource_type.lower().split("/")[0], "Other")
    return {
        "subscriptionid": subscription,
        "resourcegroup": group.lower(),
        "resourcegroupname": group.lower(),
        "resourceid": resource_id.lower(),
        "resourcetype": resource_type.lower(),
        "resourcelocation": location,
        "servicename": service,
        "servicefamily": "Compute",
        "metercategory": service,
        "metersubcategory": "",
        "meter": "Standard",
        "chargetype": "Usage",
        "publishertype": "Azure",
        "pricingmodel": "OnDemand",
    }
