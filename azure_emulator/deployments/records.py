"""The stored form of deployments and their operations, and the public form of their parts."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from arm import ExpandedResource, Expansion, Secret, Template, plain, reveal
from azure_emulator.clock import iso
from azure_emulator.deployments import pace
from azure_emulator.deployments.submissions import Submission
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.resource_types import regions
from azure_emulator.tokens import Principal

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]
DEPLOYMENT = "deployment"
INPUT = "deployment-input"
RUN = "deployment-run"
OPERATION = "deployment-operation"
TERMINAL = frozenset({"Succeeded", "Failed", "Canceled"})
TYPE = "Microsoft.Resources/deployments"
_TYPES = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}


def principal_of(document: Document) -> Principal:
    """The caller a stored deployment acts for."""
    return Principal(**document)


def moment(text: str) -> datetime:
    """A stored time as a datetime."""
    return datetime.fromisoformat(text[:26] + "+00:00")


def iso_duration(span: timedelta) -> str:
    """``PT1M2.5S`` as Azure writes it."""
    seconds = max(span.total_seconds(), 0.0)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    text = "PT" + (f"{int(hours)}H" if hours else "") + (f"{int(minutes)}M" if minutes else "")
    return f"{text}{seconds:.7f}".rstrip("0").rstrip(".") + "S"


def shown_parameters(expansion: Expansion) -> Document:
    """Parameter values as a deployment shows them: secure ones without a value."""
    shown: Document = {}
    for name, value in expansion.parameters.items():
        definition = expansion.template.parameter(name)
        kind = _TYPES.get(definition.type.lower(), "String") if definition else "String"
        is_secure = (definition is not None and definition.secure) or isinstance(value, Secret)
        shown[name] = {"type": kind} if is_secure else {"type": kind, "value": plain(value)}
    return shown


def template_hash(template: Template) -> str:
    """A stable number for a template, in the form of ``properties.templateHash``."""
    return str(int(template.digest[:16], 16))


def camel_cased(name: str) -> str:
    """Output names as Resource Manager rewrites them: ``AZURE_X`` is ``azurE_X``, ``WebUrl`` is ``webUrl``."""
    letters = list(name)
    for index, letter in enumerate(letters):
        if not letter.isupper():
            break
        if index > 0 and index + 1 < len(letters) and not letters[index + 1].isupper():
            break
        letters[index] = letter.lower()
    return "".join(letters)


def reference(resource: ExpandedResource) -> Document:
    """A resource as ``dependencies`` and operations name it."""
    return {"id": resource.id, "resourceType": resource.type, "resourceName": resource.name}


def dependencies_of(expansion: Expansion) -> list[Document]:
    """The dependency list of a deployment."""
    by_id = {resource.id.lower(): resource for resource in expansion.resources}
    return [
        {
            "dependsOn": [reference(by_id[key.lower()]) for key in resource.depends_on if key.lower() in by_id],
            **reference(resource),
        }
        for resource in expansion.resources
        if resource.depends_on and not resource.existing
    ]


def providers_of(expansion: Expansion) -> list[Document]:
    """Namespaces and types a deployment touches, with their locations."""
    found: dict[str, dict[str, set[str]]] = {}
    for resource in expansion.resources:
        if resource.existing:
            continue
        namespace, _, short = resource.type.partition("/")
        place = regions.normalise(resource.location) if isinstance(resource.location, str) and resource.location else ""
        found.setdefault(namespace, {}).setdefault(short, set()).add(place)
    return [
        {
            "namespace": namespace,
            "resourceTypes": [
                {"resourceType": short, "locations": sorted(places - {""})} for short, places in types.items()
            ],
        }
        for namespace, types in found.items()
    ]


def new_record(world: "World", submission: Submission, expansion: Expansion, *, correlation: str) -> Document:
    """The document of an accepted deployment."""
    stored = submission.stored
    properties: Document = {
        "templateHash": template_hash(expansion.template),
        "parameters": shown_parameters(expansion),
        "mode": stored["mode"],
        "provisioningState": "Accepted",
        "timestamp": iso(pace.now(world)),
        "duration": "PT0S",
        "correlationId": correlation,
        "providers": providers_of(expansion),
        "dependencies": dependencies_of(expansion),
    }
    for key in ("templateLink", "debugSetting", "onErrorDeployment", "validationLevel"):
        if key in stored:
            properties[key] = stored[key]
    record: Document = {
        "id": submission.scope.resource("deployments", submission.name),
        "name": submission.name,
        "type": TYPE,
        "properties": properties,
        "_caller": stored["caller"],
        "_started": iso(pace.now(world)),
        "_serial": hashlib.sha256(f"{stored['seed']}{submission.name}".encode()).hexdigest()[:16].upper(),
    }
    if stored["location"]:
        record["location"] = stored["location"]
    if stored["tags"]:
        record["tags"] = stored["tags"]
    return record


def with_state(world: "World", record: Document, state: str, **changes: Any) -> Document:
    """The record in another state, with its time and duration brought up to date."""
    now = pace.now(world)
    properties = {
        **record["properties"],
        "provisioningState": state,
        "timestamp": iso(now),
        "duration": iso_duration(now - moment(record["_started"])),
        **changes,
    }
    return {**record, "properties": properties}


def operation_id(deployment_id: str, serial: str, resource_id: str) -> str:
    """A stable operation id: sixteen hexadecimal digits."""
    return hashlib.sha256(f"{deployment_id}|{serial}|{resource_id}".lower().encode()).hexdigest()[:16].upper()


def operation_record(
    world: "World", record: Document, resource: ExpandedResource, *, state: str, kind: str = "Create", **more: Any
) -> Document:
    """An operation of a deployment about one resource."""
    name = operation_id(record["id"], record["_serial"], resource.id)
    target = {"id": resource.id, "resourceType": resource.type, "resourceName": resource.name}
    if resource.api_version:
        target["apiVersion"] = resource.api_version
    if resource.symbolic_name:
        target["symbolicName"] = resource.symbolic_name
    now = iso(pace.now(world))
    properties = {
        "provisioningOperation": kind,
        "provisioningState": state,
        "timestamp": now,
        "duration": "PT0S",
        "trackingId": name.lower(),
        "serviceRequestId": name.lower(),
        "statusCode": "Created",
        "targetResource": target,
        **more,
    }
    return {"id": f"{record['id']}/operations/{name}", "operationId": name, "properties": properties, "_started": now}


def operation_key(record: Document, name: str) -> str:
    """Where an operation is stored."""
    return f"{record['id']}/{record['_serial']}/{name}"


def revealed(value: Any) -> Any:
    """A value with its secrets opened, to be written to a resource."""
    return reveal(value)


def group_name(identifier: str) -> str:
    """The resource group an id lies in, or an empty string."""
    parsed = parse_resource_id(identifier)
    return parsed.group if parsed else ""
