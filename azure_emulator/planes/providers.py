"""Resource providers of a subscription and their registration."""

from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.locations import REGIONS
from azure_emulator.paging import page
from azure_emulator.resource_types.versions import of_namespace
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

LIST = "/subscriptions/{subscription}/providers"
PATH = f"{LIST}/{{namespace}}"
ALWAYS = ("Microsoft.Authorization", "Microsoft.Resources", "Microsoft.CostManagement", "Microsoft.Features")
USUAL_VERSIONS = ["2025-04-01", "2024-11-01", "2024-07-01", "2023-07-01", "2022-09-01", "2021-04-01"]
READ = "Microsoft.Resources/subscriptions/providers/read"


def _known(world: World) -> dict[str, list[str]]:
    return {name: [] for name in ALWAYS} | world.behaviour.providers()


def _shown(world: World, subscription: str, namespace: str, types: list[str]) -> Document:
    unregistered = world.store.get("provider-registration", f"{subscription}/{namespace}") or {}
    locations = [display for display, *_ in REGIONS.values()]
    versions = list(reversed(of_namespace(namespace))) or USUAL_VERSIONS
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": unregistered.get("state", "Registered"),
        "resourceTypes": [
            {"resourceType": name, "locations": locations, "apiVersions": versions, "capabilities": "None"}
            for name in types
        ],
    }


@route("GET", LIST, action=READ)
def list_providers(request: Request) -> Answer:
    """Every provider known here."""
    world, subscription = request.world, request.parameters["subscription"]
    world.resources.need_subscription(subscription)
    return page(request, [_shown(world, subscription, name, types) for name, types in sorted(_known(world).items())])


def _need(request: Request) -> tuple[str, list[str]]:
    request.world.resources.need_subscription(request.parameters["subscription"])
    wanted = request.parameters["namespace"].lower()
    for name, types in _known(request.world).items():
        if name.lower() == wanted:
            return name, types
    raise AzureError(
        404, "InvalidResourceNamespace", f"The resource namespace '{request.parameters['namespace']}' is invalid."
    )


@route("GET", PATH, action=READ)
def read_provider(request: Request) -> Answer:
    """One provider."""
    name, types = _need(request)
    return Answer(200, _shown(request.world, request.parameters["subscription"], name, types))


def _register(request: Request, state: str) -> Answer:
    name, types = _need(request)
    subscription = request.parameters["subscription"]
    action = f"{name}/{'register' if state == 'Registered' else 'unregister'}/action"
    request.world.access.check(request.principal, action, f"/subscriptions/{subscription}")
    request.world.store.put("provider-registration", f"{subscription}/{name}", {"state": state})
    return Answer(200, _shown(request.world, subscription, name, types))


@route("POST", f"{PATH}/register")
def register(request: Request) -> Answer:
    """Register the subscription with a provider."""
    return _register(request, "Registered")


@route("POST", f"{PATH}/unregister")
def unregister(request: Request) -> Answer:
    """Take the registration back."""
    return _register(request, "NotRegistered")
