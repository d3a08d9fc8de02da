"""Questions asked before something is created: which models a region has, whether a name is still free."""

import re
from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.resource_types import cognitive, regions, registry
from azure_emulator.resource_types.reservations import HOST
from azure_emulator.routing import route

Document = dict[str, Any]
_ASKED = {
    "storage": "Microsoft.Storage/storageAccounts",
    "keyvault": "Microsoft.KeyVault/vaults",
    "web": "Microsoft.Web/sites",
    "containerregistry": "Microsoft.ContainerRegistry/registries",
    "appconfiguration": "Microsoft.AppConfiguration/configurationStores",
    "apimanagement": "Microsoft.ApiManagement/service",
    "search": "Microsoft.Search/searchServices",
    "servicebus": "Microsoft.ServiceBus/namespaces",
    "eventhub": "Microsoft.EventHub/namespaces",
    "sql": "Microsoft.Sql/servers",
    "cache": "Microsoft.Cache/redis",
}
_MODELS = "Microsoft.CognitiveServices/locations/{location}/models"


@route(
    "GET",
    f"/subscriptions/{{subscription}}/providers/{_MODELS}",
    action="Microsoft.CognitiveServices/locations/models/read",
)
def models_of_a_region(request: Request) -> Answer:
    """The models that accounts in a region can deploy, with their SKUs."""
    request.world.resources.need_subscription(request.parameters["subscription"])
    return Answer(200, {"value": cognitive.models(regions.normalise(request.parameters["location"]))})


@route("POST", "/subscriptions/{subscription}/providers/{namespace}/checkNameAvailability")
def name_availability(request: Request) -> Answer:
    """Whether a name that becomes a host name is free."""
    world, namespace = request.world, request.parameters["namespace"]
    subscription = f"/subscriptions/{request.parameters['subscription']}"
    kind = registry.TYPES.get(_ASKED.get(namespace.lower().removeprefix("microsoft."), "").lower())
    if kind is None or kind.unique is None:
        raise AzureError(404, "InvalidResourceType", f"The provider '{namespace}' has no check of names.")
    world.access.check(request.principal, f"{kind.namespace}/checkNameAvailability/action", subscription)
    name = str(request.json_object().get("name") or "")
    if kind.name_pattern and re.fullmatch(kind.name_pattern, name) is None:
        reason = {"reason": "AccountNameInvalid", "message": f"{name} is not a valid name."}
        return Answer(200, {"nameAvailable": False, **reason})
    if world.store.get(HOST, f"{name}.{kind.unique.domain}") is not None:
        reason = {"reason": "AlreadyExists", "message": kind.unique.message.format(name=name)}
        return Answer(200, {"nameAvailable": False, **reason})
    return Answer(200, {"nameAvailable": True})
