"""Functions that tell where a template is deployed, and those that read its parameters, variables and loops."""

from typing import TYPE_CHECKING, Any

from arm.errors import ExpressionError
from arm.functions.arguments import integer, invalid, text, wrong_type
from arm.nodes import render_named
from arm.opaque import Unknown
from arm.registry import function

if TYPE_CHECKING:
    from arm.frames import Frame


@function("parameters", 1, wants_frame=True, render=render_named)
def parameters(frame: "Frame", name: Any) -> Any:
    return frame.parameter(text("parameters", name))


@function("variables", 1, wants_frame=True, render=render_named)
def variables(frame: "Frame", name: Any) -> Any:
    if frame.arguments is not None:
        raise ExpressionError("The template function 'variables' is not expected at this location.")
    return frame.scope.variable(text("variables", name))


@function("copyIndex", 0, 2, wants_frame=True, render=render_named)
def copy_index(frame: "Frame", loop: Any = None, offset: Any = None) -> int:
    name = frame.loop
    if isinstance(loop, str):
        name = loop.lower()
    elif loop is not None:
        if offset is not None:
            raise wrong_type("copyIndex", loop, "a string")
        offset = loop
    if name is None or name not in frame.loops:
        shown = f"the copy loop '{loop}' is not found" if isinstance(loop, str) else "it stands in no copy loop"
        raise ExpressionError(
            f"The template function 'copyIndex' is not expected at this location: {shown}. The function can only be "
            "used in a resource, property, variable or output with copy specified. "
            "Please see https://aka.ms/arm-copy for usage details."
        )
    return frame.loops[name] + (0 if offset is None else integer("copyIndex", offset))


def _not_here(name: str) -> ExpressionError:
    return ExpressionError(
        f"The template function '{name}' is not valid at the scope of this deployment. "
        "Please see https://aka.ms/arm-template-expressions for usage details."
    )


@function("resourceGroup", 0, wants_frame=True)
def resource_group(frame: "Frame") -> dict[str, Any]:
    scope = frame.scope
    group = scope.context.resource_group
    if scope.evaluation_target.scope != "resourceGroup" or group is None:
        raise _not_here("resourceGroup")
    return {
        "id": f"/subscriptions/{scope.context.subscription_id}/resourceGroups/{group.name}",
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": group.tags if isinstance(group.tags, Unknown) else dict(group.tags),
        "properties": {"provisioningState": "Succeeded"},
        **({"managedBy": group.managed_by} if group.managed_by else {}),
    }


@function("subscription", 0, wants_frame=True)
def subscription(frame: "Frame") -> dict[str, Any]:
    if frame.scope.evaluation_target.scope not in {"resourceGroup", "subscription"}:
        raise _not_here("subscription")
    context = frame.scope.context
    return {
        "id": f"/subscriptions/{context.subscription_id}",
        "subscriptionId": context.subscription_id,
        "tenantId": context.tenant_id,
        "displayName": context.subscription_name,
    }


@function("tenant", 0, wants_frame=True)
def tenant(frame: "Frame") -> dict[str, Any]:
    tenant_id = frame.scope.context.tenant_id
    return {"tenantId": tenant_id, "id": f"/tenants/{tenant_id}", "countryCode": "US", "displayName": "Tenant"}


@function("managementGroup", 0, wants_frame=True)
def management_group(frame: "Frame") -> dict[str, Any]:
    context = frame.scope.context
    name = context.management_group
    if frame.scope.evaluation_target.scope != "managementGroup" or not name:
        raise _not_here("managementGroup")
    return {
        "id": f"/providers/Microsoft.Management/managementGroups/{name}",
        "name": name,
        "type": "/providers/Microsoft.Management/managementGroups",
        "properties": {
            "details": {
                "parent": {
                    "displayName": "Tenant Root Group",
                    "id": f"/providers/Microsoft.Management/managementGroups/{context.tenant_id}",
                    "name": context.tenant_id,
                },
            },
            "displayName": name,
            "tenantId": context.tenant_id,
        },
    }


@function("deployer", 0, wants_frame=True)
def deployer(frame: "Frame") -> dict[str, Any]:
    context = frame.scope.context
    return {
        "objectId": context.deployer_object_id,
        "tenantId": context.tenant_id,
        "userPrincipalName": context.deployer_name,
    }


@function("environment", 0, wants_frame=True)
def environment(frame: "Frame") -> dict[str, Any]:
    return dict(frame.scope.context.cloud)


@function("deployment", 0, wants_frame=True)
def deployment(frame: "Frame") -> dict[str, Any]:
    scope = frame.scope
    properties: dict[str, Any] = {}
    if scope.context.template_link:
        properties["templateLink"] = {"uri": scope.context.template_link}
    properties["template"] = scope.template.deployment_view
    properties["parameters"] = {}
    properties["mode"] = "Incremental"
    properties["provisioningState"] = "Accepted"
    described = {"name": scope.context.deployment_name, "properties": properties}
    if scope.evaluation_target.scope != "resourceGroup" or scope.context.location:
        described["location"] = scope.context.location
    return described


@function("providers", 1, 2)
def providers(namespace: Any, resource_type: Any = None) -> Any:
    """Kept by Azure for old templates; the regions and versions it would list are not part of the language."""
    if resource_type is None:
        raise invalid("providers", f"the resource types of '{text('providers', namespace)}' are not known here")
    return {"resourceType": text("providers", resource_type), "locations": [], "apiVersions": []}


@function("roleDefinitions", 1)
def role_definitions(name: Any) -> dict[str, str]:
    role = text("roleDefinitions", name)
    known = _ROLES.get(role.lower())
    if known is None:
        raise invalid("roleDefinitions", f"there is no built-in role named '{role}'")
    return {"id": f"/providers/Microsoft.Authorization/roleDefinitions/{known}", "roleDefinitionId": known}


_ROLES = {
    "owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "user access administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "role based access control administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "storage blob data contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "storage blob data owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storage blob data reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "key vault administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "key vault secrets user": "4633458b-17de-408a-b874-0445c86b69e6",
    "key vault secrets officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "acrpull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "acrpush": "8311e382-0749-4cb8-b61a-304f252e45ec",
    "network contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
    "virtual machine contributor": "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
}
