"""What ``reference()`` and ``list*()`` answer while a deployment runs, with the rights of its caller."""

from typing import TYPE_CHECKING, Any

from arm import ArmError
from azure_emulator.errors import AzureError
from azure_emulator.identifiers import ResourceId, group_id, parse_resource_id
from azure_emulator.resource_types import DESCRIBED

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
DEPLOYMENT = "deployment"


class DeployedState:
    """Answers the template language from what stands in the world."""

    def __init__(self, world: "World", principal: "Principal") -> None:
        self._world = world
        self._principal = principal

    def reference(self, resource_id: str, api_version: str | None = None, full: bool = False) -> Any:  # noqa: FBT001, FBT002  # The signature is the template language's.
        """The properties of a resource, or with ``full`` the whole of it."""
        document = self._find(resource_id)
        properties = document.get("properties") or {}
        if not full:
            return properties
        parsed = parse_resource_id(resource_id)
        shown = {key: value for key, value in document.items() if key not in {"id", "name", "type"} and key[0] != "_"}
        return {
            **shown,
            "apiVersion": api_version or "",
            "resourceId": document["id"].lstrip("/").split("/", 2)[-1],
            "subscriptionId": parsed.subscription if parsed else "",
            "resourceGroupName": parsed.group if parsed else "",
            "scope": parsed.parent_scope if parsed else "",
        }

    def list_function(
        self, name: str, resource_id: str, api_version: str | None, argument: Any = None
    ) -> Any:  # The signature is the template language's.
        """The answer of an action such as ``listKeys``, when the caller may call it."""
        parsed = parse_resource_id(resource_id)
        if parsed is None:
            raise ArmError(f"The resource id '{resource_id}' is invalid.", code="InvalidResourceId")
        action = f"{parsed.type}/{name}/action"
        try:
            self._world.access.check(self._principal, action, resource_id)
        except AzureError as error:
            raise ArmError(error.message, code=error.code) from error
        document = self._world.resources.get(resource_id)
        if document is None and not self._may_be_implicit(parsed):
            raise _missing(resource_id)
        answer = DESCRIBED.list_answer(self._world, parsed, document, name)
        if answer is None:
            raise ArmError(
                f"The action '{name}' is not supported for the resource type '{parsed.type}'.",
                code="InvalidResourceAction",
            )
        return answer

    def _may_be_implicit(self, identifier: ResourceId) -> bool:
        """Services make some children by themselves, such as a namespace's root rule: their parent is enough."""
        parent = identifier.parent
        return len(identifier.names) > 1 and (
            self._world.resources.exists(parent) or self._world.resources.exists(parent.rsplit("/", 2)[0])
        )

    def _find(self, resource_id: str) -> Document:
        store = self._world.store
        document = self._world.resources.get(resource_id) or store.get(DEPLOYMENT, resource_id)
        document = document or store.get("role-assignment", resource_id) or store.get("group", resource_id)
        if document is None and "/resourcegroups/" in resource_id.lower() and "/providers/" not in resource_id.lower():
            parts = resource_id.split("/")
            document = store.get("group", group_id(parts[2], parts[4]))
        if document is None:
            raise _missing(resource_id)
        return document


def _missing(resource_id: str) -> ArmError:
    parsed = parse_resource_id(resource_id)
    if parsed is None:
        return ArmError(f"The resource '{resource_id}' could not be found.", code="NotFound")
    return ArmError(
        f"The Resource '{parsed.type}/{parsed.name}' under resource group '{parsed.group or '<null>'}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
        code="ResourceNotFound",
    )
