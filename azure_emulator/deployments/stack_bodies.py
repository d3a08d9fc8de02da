"""What a caller asks of a deployment stack, read and checked."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure_emulator.deployments.scopes import DeploymentScope
from azure_emulator.deployments.submissions import Submission, read_location, read_submission, refused
from azure_emulator.tag_rules import check_tags

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
NAME = re.compile(r"[-\w._()]{1,90}")
ACTIONS = {"delete": "delete", "detach": "detach"}
MODES = {"none": "none", "denydelete": "denyDelete", "denywriteanddelete": "denyWriteAndDelete"}
DENY_ACTION = "Microsoft.Resources/deploymentStacks/manageDenySetting/action"
_ECHOED = ("templateLink", "parametersLink", "debugSetting", "deploymentScope", "description", "validationLevel")


@dataclass(frozen=True)
class StackRequest:
    """The body of a PUT, validate or preview call."""

    properties: Document
    location: str
    tags: dict[str, str] | None
    actions: Document
    deny: Document

    @property
    def deployment_scope(self) -> str:
        """The scope the stack deploys to when it is not its own."""
        return str(self.properties.get("deploymentScope") or "")

    @property
    def is_bypassing(self) -> bool:
        """Whether the caller accepts that the list of managed resources may be wrong."""
        return self.properties.get("bypassStackOutOfSyncError") is True

    def shown(self) -> Document:
        """The settings as the stack repeats them."""
        found: Document = {"actionOnUnmanage": self.actions, "denySettings": self.deny}
        found |= {key: self.properties[key] for key in _ECHOED if self.properties.get(key) is not None}
        found["bypassStackOutOfSyncError"] = self.is_bypassing
        return found

    def check_access(self, world: "World", identifier: str, principal: "Principal") -> None:
        """Deny settings need a right of their own."""
        if self.deny["mode"] != "none":
            world.access.check(principal, DENY_ACTION, identifier)

    def submission(self, world: "World", scope: DeploymentScope, name: str, *, principal: "Principal") -> Submission:
        """The deployment that brings the stack's template into being."""
        known = ("template", "templateLink", "parameters", "parametersLink", "debugSetting", "validationLevel")
        properties = {key: self.properties[key] for key in known if self.properties.get(key) is not None}
        body: Document = {"properties": {**properties, "mode": "Incremental"}}
        if not scope.is_group:
            body["location"] = self.location or "eastus"
        return read_submission(world, scope, name, body, principal=principal)


def read_stack(scope: DeploymentScope, name: str, body: Document) -> StackRequest:
    """Read a body; raises Azure's 400 for what it cannot be."""
    if NAME.fullmatch(name) is None:
        raise refused(f"The deployment stack name '{name}' is invalid.", code="InvalidDeploymentStackName")
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise refused("The request content was invalid: the required property 'properties' is missing.")
    if len(str(properties.get("description") or "")) > 4096:
        raise refused(
            "The description of a deployment stack cannot be longer than '4096' characters.",
            code="InvalidDeploymentStackDescription",
        )
    location = read_location(scope, name, body)
    tags = check_tags(body["tags"]) if body.get("tags") else None
    return StackRequest(
        properties,
        location,
        tags,
        read_actions(properties.get("actionOnUnmanage")),
        _deny(properties.get("denySettings")),
    )


def read_actions(given: Any) -> Document:
    """What becomes of resources that leave the stack; ``resources`` must be said."""
    if not isinstance(given, dict) or not given.get("resources"):
        raise refused("The required property 'actionOnUnmanage.resources' is missing.", code="InvalidDeploymentStack")
    found: Document = {}
    for name in ("resources", "resourceGroups", "managementGroups"):
        word = ACTIONS.get(str(given.get(name) or "detach").lower())
        if word is None:
            raise refused(
                f"The value '{given.get(name)}' of 'actionOnUnmanage.{name}' is not valid.",
                code="InvalidDeploymentStack",
            )
        found[name] = word
    if given.get("resourcesWithoutDeleteSupport"):
        found["resourcesWithoutDeleteSupport"] = given["resourcesWithoutDeleteSupport"]
    return found


def _deny(given: Any) -> Document:
    mode = MODES.get(str(given.get("mode")).lower()) if isinstance(given, dict) else None
    if mode is None:
        raise refused(
            "The property 'denySettings.mode' must be 'none', 'denyDelete' or 'denyWriteAndDelete'.",
            code="InvalidDeploymentStack",
        )
    for key, most in (("excludedPrincipals", 5), ("excludedActions", 200)):
        listed = given.get(key) or []
        if not isinstance(listed, list) or len(listed) > most:
            raise refused(f"'denySettings.{key}' is a list of at most '{most}' texts.", code="InvalidDeploymentStack")
    found: Document = {"mode": mode, "applyToChildScopes": given.get("applyToChildScopes") is True}
    for key in ("excludedPrincipals", "excludedActions"):
        if given.get(key):
            found[key] = given[key]
    return found
