"""Functions that build resource ids."""

import re
from typing import TYPE_CHECKING, Any

from arm.context import DeploymentContext, Target
from arm.errors import ExpressionError
from arm.functions.arguments import invalid, text, wrong_type
from arm.registry import UNBOUNDED, function

if TYPE_CHECKING:
    from arm.frames import Frame

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_HELP = "Please see https://aka.ms/arm-resource-functions/#{name} for usage details."


def interleave(function_name: str, resource_type: str, names: list[str]) -> str:
    """`ns/a/b` and `x, y` make `ns/a/x/b/y`."""
    namespace, *kinds = resource_type.strip("/").split("/")
    if len(kinds) != len(names) or not kinds:
        raise ExpressionError(
            f"Unable to evaluate template language function '{function_name}': the type '{resource_type}' requires "
            f"'{len(kinds)}' resource name argument(s). {_HELP.format(name=function_name.lower())}"
        )
    return "/".join([namespace, *(part for pair in zip(kinds, names, strict=True) for part in pair)])


def _texts(name: str, values: tuple[Any, ...]) -> list[str]:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise wrong_type(name, value, "a string")
    return [str(value) for value in values]


def _split(name: str, values: tuple[Any, ...]) -> tuple[list[str], str, list[str]]:
    """What stands before the resource type, the type, and the names after it."""
    parts = _texts(name, values)
    for place, part in enumerate(parts):
        if "/" in part:
            return parts[:place], part, parts[place + 1 :]
    shown = ",".join(parts)
    raise ExpressionError(
        f"Unable to evaluate template language function '{name}': function requires fully qualified resource type "
        f"'{shown[:200]}' as one of first 3 arguments. {_HELP.format(name=name.lower())}"
    )


@function("resourceId", 2, UNBOUNDED, wants_frame=True)
def resource_id(frame: "Frame", *values: Any) -> str:
    leading, resource_type, names = _split("resourceId", values)
    path = interleave("resourceId", resource_type, names)
    return f"{_leading_scope(frame, leading)}/providers/{path}"


def _leading_scope(frame: "Frame", leading: list[str]) -> str:
    context, scope = frame.scope.context, frame.scope.evaluation_target
    match leading:
        case []:
            return scope.id if scope.scope in {"resourceGroup", "subscription"} else ""
        case [only] if _GUID.match(only):
            return _subscription_part(only, context, scope)
        case [group]:
            return f"/subscriptions/{context.subscription_id}/resourceGroups/{group}"
        case [subscription, group]:
            return f"/subscriptions/{subscription}/resourceGroups/{group}"
        case _:
            raise invalid("resourceId", "at most a subscription and a resource group may precede the resource type")


def _subscription_part(subscription: str, context: DeploymentContext, scope: Target) -> str:
    if scope.scope == "resourceGroup" and context.resource_group is not None:
        return f"/subscriptions/{context.subscription_id}/resourceGroups/{subscription}"
    return f"/subscriptions/{subscription}"


@function("subscriptionResourceId", 2, UNBOUNDED, wants_frame=True)
def subscription_resource_id(frame: "Frame", *values: Any) -> str:
    leading, resource_type, names = _split("subscriptionResourceId", values)
    if len(leading) > 1:
        raise invalid("subscriptionResourceId", "at most a subscription may precede the resource type")
    subscription = leading[0] if leading else frame.scope.context.subscription_id
    return f"/subscriptions/{subscription}/providers/{interleave('subscriptionResourceId', resource_type, names)}"


@function("tenantResourceId", 2, UNBOUNDED)
def tenant_resource_id(*values: Any) -> str:
    leading, resource_type, names = _split("tenantResourceId", values)
    if leading:
        raise invalid("tenantResourceId", "nothing may precede the resource type")
    return f"/providers/{interleave('tenantResourceId', resource_type, names)}"


@function("managementGroupResourceId", 2, UNBOUNDED, wants_frame=True)
def management_group_resource_id(frame: "Frame", *values: Any) -> str:
    leading, resource_type, names = _split("managementGroupResourceId", values)
    group = leading[0] if leading else frame.scope.context.management_group
    path = interleave("managementGroupResourceId", resource_type, names)
    return f"/providers/Microsoft.Management/managementGroups/{group}/providers/{path}"


@function("extensionResourceId", 3, UNBOUNDED)
def extension_resource_id(base: Any, resource_type: Any, *names: Any) -> str:
    start = text("extensionResourceId", base).rstrip("/")
    kind = text("extensionResourceId", resource_type)
    return f"{start}/providers/{interleave('extensionResourceId', kind, _texts('extensionResourceId', names))}"
