"""Rules of governance that refuse writes, set by the seed: what Azure Policy's effect ``deny`` looks like."""

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError
from azure_emulator.identifiers import contains

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

KIND = "policy"
PREFIX = "/providers/Microsoft.Authorization"


def check(world: "World", *, identifier: str, resource_type: str, name: str, body: Document) -> None:
    """Raise Azure's 403 when a rule at or above the scope refuses the resource."""
    if not world.store.count(KIND):
        return
    shown = {**body, "type": resource_type, "name": name}
    for policy in world.store.items(KIND):
        if contains(policy["scope"], identifier):
            reasons = _reasons(policy["deny"], shown)
            if reasons:
                raise _refusal(policy, name=name, reasons=reasons)


def _reasons(rule: Document, resource: Document) -> list[Document]:
    """The evaluated expressions when every part of the rule holds; nothing when one does not."""
    tags = {str(key).lower(): value for key, value in (resource.get("tags") or {}).items()}
    sku = resource.get("sku")
    location = str(resource.get("location") or "").lower().replace(" ", "")
    found: list[Document | None] = []
    if "type" in rule:
        is_meant = fnmatchcase(resource["type"].lower(), str(rule["type"]).lower())
        found.append(_expression("type", resource["type"], "Like", rule["type"]) if is_meant else None)
    if "locationNotIn" in rule:
        is_meant = location not in {"", "global", *(str(one).lower() for one in rule["locationNotIn"])}
        found.append(_expression("location", location, "NotIn", rule["locationNotIn"]) if is_meant else None)
    if "skuNotIn" in rule:
        given = sku.get("name") if isinstance(sku, dict) else None
        is_meant = given not in (None, *rule["skuNotIn"])
        found.append(_expression("sku.name", given, "NotIn", rule["skuNotIn"]) if is_meant else None)
    if "withoutTag" in rule:
        is_meant = rule["withoutTag"].lower() not in tags
        found.append(_expression(f"tags[{rule['withoutTag']}]", None, "Exists", "false") if is_meant else None)
    return [entry for entry in found if entry is not None] if None not in found else []


def _expression(path: str, value: Any, operator: str, target: Any) -> Document:
    known = {} if value is None else {"expressionValue": value}
    return {
        "result": "True",
        "expressionKind": "Field",
        "expression": path,
        "path": path,
        **known,
        "targetValue": target,
        "operator": operator,
    }


def _refusal(policy: Document, *, name: str, reasons: list[Document]) -> AzureError:
    shown = policy.get("displayName", policy["id"])
    assignment = f"{policy['scope'].rstrip('/')}{PREFIX}/policyAssignments/{policy['id']}"
    definition = f"{PREFIX}/policyDefinitions/{policy['id']}"
    named = [
        {
            "policyAssignment": {"name": shown, "id": assignment},
            "policyDefinition": {"name": shown, "id": definition},
        }
    ]
    info = {
        "evaluationDetails": {"evaluatedExpressions": reasons},
        "policyDefinitionId": definition,
        "policyDefinitionName": policy["id"],
        "policyDefinitionDisplayName": shown,
        "policyDefinitionEffect": "deny",
        "policyAssignmentId": assignment,
        "policyAssignmentName": policy["id"],
        "policyAssignmentDisplayName": shown,
        "policyAssignmentScope": policy["scope"],
        "policyAssignmentParameters": {},
    }
    text = json.dumps(named, separators=(",", ":"))
    return AzureError(
        403,
        "RequestDisallowedByPolicy",
        f"Resource '{name}' was disallowed by policy. Policy identifiers: '{text}'.",
        target=name,
        additional_info=[{"type": "PolicyViolation", "info": info}],
    )
