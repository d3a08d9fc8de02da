"""Quotas and what is used of them, per region."""

from typing import Any

from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.locations import need_location, normal
from azure_emulator.models import MODELS, quota_name
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

COMPUTE = {
    "cores": ("Total Regional vCPUs", 100),
    "virtualMachines": ("Virtual Machines", 25000),
    "standardBSFamily": ("Standard BS Family vCPUs", 20),
    "standardDSv5Family": ("Standard DSv5 Family vCPUs", 50),
    "standardDDSv5Family": ("Standard DDSv5 Family vCPUs", 50),
    "standardESv5Family": ("Standard ESv5 Family vCPUs", 20),
    "standardNCADSA100v4Family": ("Standard NCADS_A100_v4 Family vCPUs", 0),
}
COGNITIVE = {
    "AccountCount": ("Account Count", 200),
    **{
        quota_name(model, sku): (f"One Thousand Tokens Per Minute - {model} - {sku}", limit)
        for sku in ("Standard", "GlobalStandard", "DataZoneStandard")
        for model, (_, _, limit) in MODELS.items()
    },
}


def _limits(world: World, subscription: str, defaults: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int, int]]:
    """Limit and seeded use by name: the subscription's own quotas over the usual ones."""
    own = (world.resources.need_subscription(subscription)).get("quotas", {})
    known = {name: (shown, limit, 0) for name, (shown, limit) in defaults.items()}
    for name, entry in own.items():
        if name in known:
            known[name] = (known[name][0], int(entry.get("limit", known[name][1])), int(entry.get("used", 0)))
    return known


def _usage(name: str, shown: str, limit: int, used: int) -> Document:
    return {
        "unit": "Count",
        "currentValue": used,
        "limit": limit,
        "name": {"value": name, "localizedValue": shown},
    }


def _located(world: World, subscription: str, resource_type: str, location: str) -> list[Document]:
    return [
        item
        for item in world.resources.list(f"/subscriptions/{subscription}")
        if item["type"].lower() == resource_type and normal(str(item.get("location") or "")) == location
    ]


@route(
    "GET",
    "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages",
    action="Microsoft.Compute/locations/usages/read",
)
def compute_usages(request: Request) -> Answer:
    """vCPU quotas: what is used follows from the virtual machines that exist."""
    world, subscription = request.world, request.parameters["subscription"]
    location = need_location(request.parameters["location"])
    machines = _located(world, subscription, "microsoft.compute/virtualmachines", location)
    cores = sum(_cores(item) for item in machines)
    used = {"cores": cores, "virtualMachines": len(machines)}
    limits = _limits(world, subscription, COMPUTE)
    return Answer(
        200,
        {
            "value": [
                _usage(name, shown, limit, base + used.get(name, 0)) for name, (shown, limit, base) in limits.items()
            ]
        },
    )


def _cores(machine: Document) -> int:
    size = str(((machine.get("properties") or {}).get("hardwareProfile") or {}).get("vmSize", ""))
    digits = "".join(character if character.isdigit() else " " for character in size.partition("_")[2]).split()
    return int(digits[0]) if digits else 2


@route(
    "GET",
    "/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}/usages",
    action="Microsoft.CognitiveServices/locations/usages/read",
)
def cognitive_usages(request: Request) -> Answer:
    """Model quotas: what is used follows from the model deployments that exist."""
    world, subscription = request.world, request.parameters["subscription"]
    location = need_location(request.parameters["location"])
    used: dict[str, int] = {}
    accounts = _located(world, subscription, "microsoft.cognitiveservices/accounts", location)
    used["AccountCount"] = len(accounts)
    for account in accounts:
        for child in world.resources.list(account["id"]):
            parsed = parse_resource_id(child["id"])
            if parsed is not None and parsed.types[-1].lower() == "deployments":
                name, capacity = _model_use(child)
                used[name] = used.get(name, 0) + capacity
    limits = _limits(world, subscription, COGNITIVE)
    return Answer(
        200,
        {
            "value": [
                _usage(name, shown, limit, base + used.get(name, 0)) for name, (shown, limit, base) in limits.items()
            ]
        },
    )


def _model_use(deployment: Document) -> tuple[str, int]:
    sku = deployment.get("sku") or {}
    model = ((deployment.get("properties") or {}).get("model") or {}).get("name", "")
    return quota_name(model, sku.get("name", "Standard")), int(sku.get("capacity", 1))
