"""What a role assignment in a template offers to the conditions on its writer's own role."""

from typing import Any

from azure_emulator.conditions import Attributes
from azure_emulator.role_assignments import attributes_of as assignment_attributes

ASSIGNMENTS = "microsoft.authorization/roleassignments"


def attributes_of(resource_type: str, body: dict[str, Any]) -> Attributes | None:
    """The request attributes of a resource that is about to be written; None for all but role assignments."""
    properties = body.get("properties")
    if resource_type.lower() != ASSIGNMENTS or not isinstance(properties, dict):
        return None
    known = {name: value for name, value in properties.items() if isinstance(value, str)}
    return Attributes(request=assignment_attributes(known))
