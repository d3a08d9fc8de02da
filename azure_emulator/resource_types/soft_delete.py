"""Deleted resources that linger: their lists, their purge, and the refusal of a twin of the same name."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from azure_emulator.clock import iso
from azure_emulator.errors import AzureError
from azure_emulator.events import handler
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import ResourceId
from azure_emulator.resource_types.kinds import Placement, ResourceType, SoftDelete, part
from azure_emulator.routing import route

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]
KIND = "soft-deleted"
TWIN = "soft-deleted-name"


def _key(identifier: ResourceId) -> str:
    return f"{identifier.type}/{identifier.subscription}/{identifier.names[-1]}"


def keep(world: "World", kind: ResourceType, identifier: ResourceId, document: Document) -> None:
    """Put a removed resource on its deleted list when its kind lingers."""
    rule = kind.soft_delete
    if rule is None or document.get("_force"):
        return
    sku = str(part(document, "sku").get("name", "")).lower()
    properties = part(document, "properties")
    if (rule.skus and sku not in rule.skus) or properties.get("enableSoftDelete") is False:
        return
    asked = properties.get("softDeleteRetentionInDays")
    days = asked if isinstance(asked, int) and 1 <= asked <= 90 else rule.days
    now = world.clock.now()
    purge_at = now + timedelta(days=days)
    entry = {
        "document": {key: value for key, value in document.items() if not key.startswith("_")},
        "type": kind.name,
        "deleted_at": iso(now),
        "purge_at": iso(purge_at),
        "is_protected": bool(rule.protection and properties.get(rule.protection)),
    }
    world.store.put(KIND, _key(identifier), entry)
    world.events.schedule(purge_at, "soft-delete.expire", {"key": _key(identifier), "deleted_at": entry["deleted_at"]})


@handler("soft-delete.expire")
def expire(world: "World", payload: Document) -> None:
    """The end of the retention: the twin is gone for good."""
    entry = world.store.get(KIND, payload["key"])
    if entry is not None and entry["deleted_at"] == payload["deleted_at"]:
        world.store.delete(KIND, payload["key"])


def check_twin(kind: ResourceType, placement: Placement) -> None:
    """Raise the type's own conflict when a soft-deleted resource has the name and the write does not recover it."""
    rule = kind.soft_delete
    if rule is None or not rule.code or placement.existing is not None:
        return
    entry = placement.world.store.get(KIND, _key(placement.id))
    if entry is None or _recovers(rule, placement):
        return
    twin = entry["document"]
    raise AzureError(rule.status, rule.code, rule.message.format(id=twin["id"], name=placement.id.names[-1]))


def recovered(kind: ResourceType, placement: Placement) -> None:
    """Take a recovered resource off its deleted list."""
    rule = kind.soft_delete
    if rule is not None and (not rule.code or _recovers(rule, placement)):
        placement.world.store.delete(KIND, _key(placement.id))


def _recovers(rule: SoftDelete, placement: Placement) -> bool:
    asked = placement.properties
    return any(
        str(asked.get(name, "")).lower() == str(value).lower() and name in asked
        for name, value in rule.restore_flags.items()
    )


def _entries(world: "World", type_name: str, subscription: str) -> list[Document]:
    return world.store.list(KIND, prefix=f"{type_name}/{subscription}/")


def _shown(entry: Document) -> Document:
    document, location = entry["document"], str(entry["document"].get("location", "")).lower()
    subscription = document["id"].split("/")[2]
    group = document["id"].split("/")[4]
    name = document["name"]
    base = f"/subscriptions/{subscription}/providers/{entry['type'].split('/')[0]}/locations/{location}"
    dates = {"deletionDate": entry["deleted_at"], "scheduledPurgeDate": entry["purge_at"]}
    match entry["type"]:
        case "Microsoft.KeyVault/vaults":
            properties = {"vaultId": document["id"], "location": location, "tags": document.get("tags") or {}, **dates}
            properties["purgeProtectionEnabled"] = entry["is_protected"]
            return _row(f"{base}/deletedVaults/{name}", name, "Microsoft.KeyVault/deletedVaults", properties=properties)
        case "Microsoft.CognitiveServices/accounts":
            row = _row(
                f"{base}/resourceGroups/{group}/deletedAccounts/{name}",
                name,
                "Microsoft.CognitiveServices/accounts",
                properties={**(document.get("properties") or {}), **dates},
            )
            return {
                **row,
                "location": location,
                "kind": document.get("kind"),
                "sku": document.get("sku"),
                "tags": document.get("tags"),
            }
        case "Microsoft.AppConfiguration/configurationStores":
            properties = {
                "configurationStoreId": document["id"],
                "location": location,
                "tags": document.get("tags") or {},
                **dates,
            }
            properties["purgeProtectionEnabled"] = entry["is_protected"]
            return _row(
                f"{base}/deletedConfigurationStores/{name}",
                name,
                "Microsoft.AppConfiguration/locations/deletedConfigurationStores",
                properties=properties,
            )
        case "Microsoft.ApiManagement/service":
            row = _row(
                f"{base}/deletedservices/{name}",
                name,
                "Microsoft.ApiManagement/deletedservices",
                properties={"serviceId": document["id"], **dates},
            )
            return {**row, "location": location}
        case _:
            return {**document, "properties": {**(document.get("properties") or {}), **dates}}


def _row(identifier: str, name: str, type_name: str, *, properties: Document) -> Document:
    return {"id": identifier, "name": name, "type": type_name, "properties": properties}


def _listing(request: Request, type_name: str) -> Answer:
    rows = [_shown(entry) for entry in _entries(request.world, type_name, request.parameters["subscription"])]
    return Answer(200, {"value": rows})


def _entry(request: Request, type_name: str) -> tuple[str, Document]:
    values = request.parameters
    key = f"{type_name}/{values['subscription']}/{values['name']}"
    entry = request.world.store.get(KIND, key)
    located = (
        entry and str(entry["document"].get("location", "")).lower() == values["location"].replace(" ", "").lower()
    )
    if entry is None or not located:
        raise AzureError(404, "NotFound", f"The soft-deleted resource '{values['name']}' could not be found.")
    return key, entry


def _purge(request: Request, type_name: str) -> Answer:
    key, entry = _entry(request, type_name)
    if entry["is_protected"]:
        raise AzureError(
            405 if type_name == "Microsoft.KeyVault/vaults" else 409,
            "MethodNotAllowed" if type_name == "Microsoft.KeyVault/vaults" else "PurgeProtectionEnabled",
            f'Operation "Purge" is not allowed because purge protection is enabled for this resource. Key '
            f"'{request.parameters['name']}' stays until {entry['purge_at']}.",
        )
    operations = request.world.operations
    subscription = request.parameters["subscription"]
    name = operations.start(
        "soft-delete.purge",
        {"key": key},
        seconds=8,
        subscription=subscription,
        namespace=type_name.split("/", maxsplit=1)[0],
        resource_id=request.path,
    )
    return Answer(202, None, operations.headers(request, name, style="location"))


@handler("soft-delete.purge")
def purge(world: "World", payload: Document) -> None:
    """Remove the twin for good."""
    world.store.delete(KIND, payload["key"])
    world.operations.finish(payload["operation"], status=200)


_S = "/subscriptions/{subscription}/providers"
VAULTS, ACCOUNTS = "Microsoft.KeyVault/vaults", "Microsoft.CognitiveServices/accounts"
STORES, GATEWAYS = "Microsoft.AppConfiguration/configurationStores", "Microsoft.ApiManagement/service"
WORKSPACES = "Microsoft.OperationalInsights/workspaces"


@route("GET", _S + "/Microsoft.KeyVault/deletedVaults", action="Microsoft.KeyVault/deletedVaults/read")
def deleted_vaults(request: Request) -> Answer:
    """Key vaults that can still be recovered."""
    return _listing(request, VAULTS)


@route(
    "GET",
    _S + "/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}",
    action="Microsoft.KeyVault/locations/deletedVaults/read",
)
def deleted_vault(request: Request) -> Answer:
    """One deleted vault."""
    return Answer(200, _shown(_entry(request, VAULTS)[1]))


@route(
    "POST",
    _S + "/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}/purge",
    action="Microsoft.KeyVault/locations/deletedVaults/purge/action",
)
def purge_vault(request: Request) -> Answer:
    """Purge a vault."""
    return _purge(request, VAULTS)


@route(
    "GET",
    _S + "/Microsoft.CognitiveServices/deletedAccounts",
    action="Microsoft.CognitiveServices/deletedAccounts/read",
)
def deleted_accounts(request: Request) -> Answer:
    """AI accounts that can still be recovered."""
    return _listing(request, ACCOUNTS)


_ACCOUNT = _S + "/Microsoft.CognitiveServices/locations/{location}/resourceGroups/{group}/deletedAccounts/{name}"


@route("GET", _ACCOUNT, action="Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read")
def deleted_account(request: Request) -> Answer:
    """One deleted account."""
    return Answer(200, _shown(_entry(request, ACCOUNTS)[1]))


@route("DELETE", _ACCOUNT, action="Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/delete")
def purge_account(request: Request) -> Answer:
    """Purge an account."""
    return _purge(request, ACCOUNTS)


@route(
    "GET",
    _S + "/Microsoft.AppConfiguration/deletedConfigurationStores",
    action="Microsoft.AppConfiguration/deletedConfigurationStores/read",
)
def deleted_stores(request: Request) -> Answer:
    """Configuration stores that can still be recovered."""
    return _listing(request, STORES)


_STORE = _S + "/Microsoft.AppConfiguration/locations/{location}/deletedConfigurationStores/{name}"


@route("GET", _STORE, action="Microsoft.AppConfiguration/locations/deletedConfigurationStores/read")
def deleted_store(request: Request) -> Answer:
    """One deleted store."""
    return Answer(200, _shown(_entry(request, STORES)[1]))


@route("POST", _STORE + "/purge", action="Microsoft.AppConfiguration/locations/deletedConfigurationStores/purge/action")
def purge_store(request: Request) -> Answer:
    """Purge a store."""
    return _purge(request, STORES)


@route("GET", _S + "/Microsoft.ApiManagement/deletedservices", action="Microsoft.ApiManagement/deletedservices/read")
def deleted_services(request: Request) -> Answer:
    """API Management services that can still be recovered."""
    return _listing(request, GATEWAYS)


_GATEWAY = _S + "/Microsoft.ApiManagement/locations/{location}/deletedservices/{name}"


@route("GET", _GATEWAY, action="Microsoft.ApiManagement/locations/deletedservices/read")
def deleted_service(request: Request) -> Answer:
    """One deleted service."""
    return Answer(200, _shown(_entry(request, GATEWAYS)[1]))


@route("DELETE", _GATEWAY, action="Microsoft.ApiManagement/locations/deletedservices/delete")
def purge_service(request: Request) -> Answer:
    """Purge a service."""
    return _purge(request, GATEWAYS)


@route(
    "GET",
    _S + "/Microsoft.OperationalInsights/deletedWorkspaces",
    action="Microsoft.OperationalInsights/deletedWorkspaces/read",
)
def deleted_workspaces(request: Request) -> Answer:
    """Workspaces that can still be recovered."""
    return _listing(request, WORKSPACES)
