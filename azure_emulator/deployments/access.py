"""What a role assignment in a template offers to the conditions on its writer's own role."""

from typing import Any

from azure_emulator.conditions import Attributes

ASSIGNMENTS = "microsoft.authorization/roleassignments"


def attributes_of(resource_type: str, body: dict[str, Any]) -> Attributes | None:
    """The request attributes of a resource that is about to be written; None for all but role assignments."""
    if resource_type.lower() != ASSIGNMENTS:
        return None
    properties = body.get("properties") or {}
    found: dict[str, tuple[str, ...]] = {}
    for name in ("roleDefinitionId", "principalId", "principalType"):
        value = properties.get(name)
        if isinstance(value, str) and value:
            text = value.rsplit("/", 1)[-1] if name == "roleDefinitionId" else value
            found[f"microsoft.authorization/roleassignments:{name.lower()}"] = (text,)
    return Attributes(request=found)
