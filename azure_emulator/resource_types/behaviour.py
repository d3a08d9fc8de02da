"""How described types behave: refuse what Azure refuses, fill in what the service fills in, answer list actions."""

import re
from typing import TYPE_CHECKING, Any

from azure_emulator.behaviour import ResourceBehaviour, ResourceWrite
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import ResourceId, parse_resource_id
from azure_emulator.resource_types import regions, registry, reservations, soft_delete
from azure_emulator.resource_types.kinds import WRITE_ONLY, Placement, ResourceType, Values, filled, merged
from azure_emulator.resources import public

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]
STATE_ACTIONS = frozenset(
    "start stop restart powerOff deallocate redeploy regenerateKey regenerateKeys sync".lower().split()
)
_GENERIC_KEYS = {"primaryKey": "{key_1}", "secondaryKey": "{key_2}", "key1": "{key_1}", "key2": "{key_2}"}


class DescribedTypes(ResourceBehaviour):
    """The behaviour of the types in this package; installed when the package is imported."""

    def check(self, world: "World", write: ResourceWrite) -> None:
        """Raise AzureError when Azure would refuse the write before doing anything."""
        kind = registry.find(write.identifier.type)
        placement = _placement(world, write)
        registry.check_version(kind.name, write.api_version, location=placement.location)
        _check_name(kind, write.identifier)
        _check_location(kind, placement)
        _check_required(kind, placement)
        reservations.check(kind, placement)
        soft_delete.check_twin(kind, placement)
        if kind.check is not None:
            kind.check(placement)
        _check_parent(world, write.identifier)

    def complete(self, world: "World", write: ResourceWrite) -> Document:
        """The resource as Azure would return it; reserves the names it takes."""
        placement = _placement(world, write)
        document = self.described(world, write)
        kind = registry.find(write.identifier.type)
        if kind.name == "Microsoft.KeyVault/vaults/secrets":
            properties = {key: value for key, value in document["properties"].items() if key != "value"}
            document = {**document, "properties": properties, "_value": placement.properties.get("value", "")}
        reservations.take(kind, placement)
        soft_delete.recovered(kind, placement)
        return document

    def described(self, world: "World", write: ResourceWrite) -> Document:
        """The resource as Azure would return it, without any effect: what a preview compares with."""
        kind = registry.find(write.identifier.type)
        placement = _placement(world, write)
        values = Values(placement, tenant=world.tenant)
        body = {key: value for key, value in write.body.items() if key not in {"id", "name", "type", "apiVersion"}}
        properties = merged(merged(filled(kind.usual, values), placement.properties), filled(kind.always, values))
        if kind.has_state:
            properties["provisioningState"] = "Succeeded"
        if kind.adjust is not None:
            kind.adjust(placement, properties)
        body["properties"] = _without_secrets(properties)
        if kind.usual_sku is not None and not body.get("sku"):
            body["sku"] = dict(kind.usual_sku)
        if kind.usual_kind and not body.get("kind"):
            body["kind"] = kind.usual_kind
        if isinstance(body.get("location"), str):
            body["location"] = regions.normalise(body["location"])
        if isinstance(body.get("identity"), dict):
            body["identity"] = _identity(body["identity"], values)
        return body

    def create_seconds(self, resource_type: str) -> float:
        """How long Azure usually takes to create one."""
        return registry.find(resource_type).seconds

    def delete_seconds(self, resource_type: str) -> float:
        """How long Azure usually takes to delete one."""
        return registry.find(resource_type).delete_seconds

    def released(self, world: "World", document: Document) -> None:
        """Give names back, or keep them with the soft-deleted twin."""
        identifier = parse_resource_id(document["id"])
        if identifier is None:
            return
        kind = registry.find(identifier.type)
        reservations.give_back(world, kind, identifier, document)
        soft_delete.keep(world, kind, identifier, document)

    def act(self, request: Request, document: Document, action: str) -> Answer | None:
        """Answer a POST action on a resource; None when the type has no such action."""
        identifier = parse_resource_id(document["id"])
        if identifier is None:
            return None
        answer = self.list_answer(request.world, identifier, document, action)
        if answer is not None:
            return Answer(200, answer)
        return Answer(200) if action.lower() in STATE_ACTIONS else None

    def list_answer(
        self, world: "World", identifier: ResourceId, document: Document | None, action: str
    ) -> Document | None:
        """What ``listKeys`` and its kin answer, in a template as well as over the wire; None for an unknown action."""
        kind = registry.find(identifier.type)
        lists = {name.lower(): answer for name, answer in kind.lists.items()}
        answer = lists.get(action.lower())
        if action.lower() == "list" and document is not None:
            return {**public(document), "properties": document.get("_secrets") or document.get("properties", {})}
        if answer is None and kind.name.lower() not in registry.TYPES and action.lower() == "listkeys":
            answer = _GENERIC_KEYS
        if answer is None:
            return None
        placement = Placement(world, identifier, document or {}, document)
        found: Document = filled(answer, Values(placement, tenant=world.tenant))
        return found

    def providers(self) -> dict[str, list[str]]:
        """Provider namespaces in their proper casing, each with its resource types."""
        return registry.providers()


def _placement(world: "World", write: ResourceWrite) -> Placement:
    return Placement(world, write.identifier, write.body, write.existing, write.api_version)


def _check_name(kind: ResourceType, identifier: ResourceId) -> None:
    if len(identifier.names) != len(identifier.types):
        raise AzureError(
            400, "InvalidResourceName", f"The resource name '{identifier.name}' has the wrong number of segments."
        )
    name = identifier.names[-1]
    if kind.name_pattern and re.fullmatch(kind.name_pattern, name) is None:
        code = "AccountNameInvalid" if kind.name == "Microsoft.Storage/storageAccounts" else "InvalidResourceName"
        message = (
            f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in "
            "length "
            "and use numbers and lower-case letters only."
            if code == "AccountNameInvalid"
            else f"The resource name '{name}' is invalid. It must match the pattern '{kind.name_pattern}'."
        )
        raise AzureError(400, code, message, target=name)
    if kind.unique is not None and not kind.unique.property and _is_reserved(name):
        raise AzureError(
            400,
            "ReservedResourceName",
            f"The resource name '{name}' or a part of the name is a trademarked or reserved word.",
        )


_RESERVED_WORDS = frozenset("azure office xbox visualstudio o365 bizspark access".split())


def _is_reserved(name: str) -> bool:
    lowered = name.lower()
    return lowered in _RESERVED_WORDS or "microsoft" in lowered or "windows" in lowered or lowered.startswith("login")


def _check_location(kind: ResourceType, placement: Placement) -> None:
    location = placement.location
    if kind.tracked and not location and placement.existing is None:
        raise AzureError(400, "LocationRequired", "The location property is required for this definition.")
    if location and kind.tracked and not regions.is_known(location):
        raise AzureError(
            400,
            "LocationNotAvailableForResourceType",
            f"The provided location '{location}' is not available for resource type '{kind.name}'. List of available "
            "regions "
            f"for the resource type is '{','.join(regions.NAMES)}'.",
        )
    standing = regions.normalise(str((placement.existing or {}).get("location") or ""))
    if kind.tracked and location and standing and standing != location:
        raise AzureError(
            409,
            "InvalidResourceLocation",
            f"The resource '{placement.id.names[-1]}' already exists in location '{standing}' in resource group "
            f"'{placement.id.group}'. A resource with the same name cannot be created in location '{location}'. "
            "Please select a new resource name.",
        )


def _check_parent(world: "World", identifier: ResourceId) -> None:
    if len(identifier.names) < 2 or identifier.type.lower().startswith(
        ("microsoft.resources/", "microsoft.authorization/")
    ):
        return
    parent = parse_resource_id(identifier.parent)
    if parent is None or parent.type.lower() not in registry.TYPES or parent.type.lower().endswith("services"):
        return
    if not world.resources.exists(identifier.parent):
        raise AzureError(
            404,
            "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type '{'/'.join(identifier.types)}', because the parent "
            "resource "
            f"'{identifier.parent}' could not be found.",
        )


def _check_required(kind: ResourceType, placement: Placement) -> None:
    if placement.existing is not None:
        return
    for path in kind.required:
        value: Any = placement.body
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value in (None, ""):
            raise AzureError(
                400,
                "InvalidRequestContent",
                f"The required property '{path}' is missing from the request.",
                target=path,
            )


def _identity(identity: Document, values: Values) -> Document:
    kind = str(identity.get("type", ""))
    found: Document = {"type": kind}
    if "systemassigned" in kind.lower():
        found |= {"principalId": values["guid_system"], "tenantId": values["tenant"]}
    assigned = identity.get("userAssignedIdentities")
    if isinstance(assigned, dict):
        found["userAssignedIdentities"] = {key: _assigned(key) for key in assigned}
    return found


def _assigned(identifier: str) -> Document:
    parsed = parse_resource_id(identifier)
    if parsed is None:
        return {}
    ids = Values(Placement(world=None, id=parsed, body={}, existing=None), tenant="")  # type: ignore[arg-type]  # Only the id is read.
    return {"principalId": ids["guid_principal"], "clientId": ids["guid_client"]}


def _without_secrets(value: Any) -> Any:
    """What services take and never show again is left out."""
    if isinstance(value, dict):
        return {key: _without_secrets(item) for key, item in value.items() if key.lower() not in WRITE_ONLY}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return value
