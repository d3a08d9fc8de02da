"""What Azure checks before a deployment starts: the caller's rights and each provider's own validation."""

from typing import TYPE_CHECKING, Any

from arm import ExpandedResource, Expansion, Unknown, plain
from azure_emulator import policies
from azure_emulator.behaviour import ResourceWrite
from azure_emulator.deployments.access import attributes_of
from azure_emulator.deployments.records import revealed
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import ResourceId, group_id, parse_resource_id

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
GROUPS = "microsoft.resources/resourcegroups"
HANDLED_ELSEWHERE = frozenset({GROUPS, "microsoft.resources/deployments"})
# Found again when the resource is written; before that the template may still create what is missing.
NOT_YET = frozenset({"ParentResourceNotFound", "NotFound", "ManagedEnvironmentNotFound", "ResourceNotFound"})


def check(
    world: "World",
    expansion: Expansion,
    *,
    principal: "Principal",
    name: str,
    tracking: str,
    level: str = "Provider",
) -> None:
    """Raise InvalidTemplateDeployment with every reason found.

    The level Template checks nothing more than the template, ProviderNoRbac leaves the rights out.
    """
    if level == "Template":
        return
    resources = [
        item for item in expansion.all_resources() if not item.existing and not item.id.startswith("extension/")
    ]
    if level != "ProviderNoRbac":
        _check_access(world, resources, principal)
    planned = {item.id.lower(): item for item in resources}
    errors = [error for item in resources if (error := _problem(world, item, principal, planned)) is not None]
    if errors:
        raise AzureError(
            400,
            "InvalidTemplateDeployment",
            f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is "
            f"'{tracking}'. See inner errors for details.",
            details=[error.error() for error in errors],
        )


def write_action(resource: ExpandedResource) -> str:
    """The action that creating the resource needs."""
    if resource.type.lower() == GROUPS:
        return "Microsoft.Resources/subscriptions/resourceGroups/write"
    return f"{resource.type}/write"


def _check_access(world: "World", resources: list[ExpandedResource], principal: "Principal") -> None:
    refused: list[Document] = []
    text = ""
    for resource in resources:
        action = write_action(resource)
        if world.access.allows(principal, action, resource.id, attributes=attributes_of(resource.type, resource.body)):
            continue
        reason = (
            f"Authorization failed for template resource '{resource.name}' of type '{resource.type}'. The client "
            f"'{principal.name}' with object id '{principal.object_id}' does not have permission to perform action "
            f"'{action}' at scope '{resource.id}'."
        )
        text = text or reason
        refused.append({"code": "AuthorizationFailed", "target": resource.id, "message": reason})
    if refused:
        raise AzureError(
            403,
            "InvalidTemplateDeployment",
            f"The template deployment failed with error: '{text}'.",
            details=refused,
        )


def check_denials(world: "World", expansion: Expansion, *, principal: "Principal") -> None:
    """Raise Azure's 403 when a deployment writes what a stack protects; stacks' own deployments may do that."""
    for resource in expansion.all_resources():
        if resource.existing or resource.is_deployment or not is_named(resource):
            continue
        try:
            world.denials.check(principal, write_action(resource), resource.id)
        except AzureError as error:
            raise AzureError(
                403,
                "InvalidTemplateDeployment",
                f"The template deployment failed with error: '{error.message}'.",
                details=[{**error.error(), "target": resource.id}],
            ) from error


def _problem(
    world: "World", resource: ExpandedResource, principal: "Principal", planned: dict[str, ExpandedResource]
) -> AzureError | None:
    if resource.type.lower() in HANDLED_ELSEWHERE or not is_named(resource):
        return None
    identifier = parse_resource_id(resource.id)
    if identifier is None:
        return None
    missing = _missing_group(world, identifier, planned) or _unregistered(world, identifier, principal)
    if missing is not None:
        return missing
    body = known_body(resource)
    parent = planned.get(identifier.parent.lower())
    if parent is not None and "location" not in body and resource.type.lower().endswith("/accounts/deployments"):
        body = {**body, "location": plain(parent.location)}
    write = ResourceWrite(identifier, resource.api_version, body, world.resources.get(resource.id), principal)
    try:
        policies.check(world, identifier=resource.id, resource_type=resource.type, name=resource.name, body=write.body)
        world.behaviour.check(world, write)
    except AzureError as error:
        if error.code in NOT_YET or (resource.unknowns and error.code != "NoRegisteredProviderFound"):
            return None
        error.target = error.target or resource.name
        return error
    return None


def is_named(resource: ExpandedResource) -> bool:
    """Whether the id is known before the deployment runs."""
    return "[" not in resource.id


def is_open(resource: ExpandedResource) -> bool:
    """Whether a nested deployment holds something that could not be checked before it runs."""
    return resource.nested is None or not all(is_named(item) for item in resource.nested.all_resources())


def _missing_group(world: "World", identifier: ResourceId, planned: dict[str, ExpandedResource]) -> AzureError | None:
    if not identifier.group or group_id(identifier.subscription, identifier.group).lower() in planned:
        return None
    if world.resources.group(identifier.subscription, identifier.group) is not None:
        return None
    return AzureError(404, "ResourceGroupNotFound", f"Resource group '{identifier.group}' could not be found.")


def _unregistered(world: "World", identifier: ResourceId, principal: "Principal") -> AzureError | None:
    """A deployment registers the providers it needs when its caller may do that."""
    key = f"{identifier.subscription}/{identifier.namespace}"
    known = world.store.get("provider-registration", key)
    if known is None or known.get("state") == "Registered":
        return None
    action = f"{identifier.namespace}/register/action"
    if world.access.allows(principal, action, f"/subscriptions/{identifier.subscription}"):
        world.store.put("provider-registration", key, {**known, "state": "Registered"})
        return None
    return AzureError(
        409,
        "MissingSubscriptionRegistration",
        f"The subscription is not registered to use namespace '{identifier.namespace}'. See "
        "https://aka.ms/rps-not-found for how to register subscriptions.",
    )


def known_body(resource: ExpandedResource) -> Document:
    """The body as far as it is known before the deployment runs, secrets opened."""
    opened: Document = revealed(plain_unknowns(resource.body))
    return opened


def plain_unknowns(value: Any) -> Any:
    """A value whose unknown parts are replaced by their expressions."""
    if isinstance(value, dict):
        return {key: plain_unknowns(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_unknowns(item) for item in value]
    return plain(value) if isinstance(value, Unknown) else value
