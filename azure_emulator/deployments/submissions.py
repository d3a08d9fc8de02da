"""What a caller sent to be deployed, read and checked, and the template expanded from it."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arm import ArmError, DeploymentContext, Expansion, ResourceGroup, expand, parse_template
from azure_emulator.clock import iso
from azure_emulator.deployments import pace
from azure_emulator.deployments.links import TemplateSpecs, unreachable
from azure_emulator.deployments.scopes import DeploymentScope, group_of
from azure_emulator.errors import AzureError
from azure_emulator.resource_types import regions
from azure_emulator.resource_types.kinds import part

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
NAME = re.compile(r"[-\w._()]{1,64}")
MODES = {"incremental": "Incremental", "complete": "Complete"}


@dataclass(frozen=True)
class Submission:
    """A deployment as it is stored before it runs; ``stored`` is all that is needed to expand it again."""

    scope: DeploymentScope
    name: str
    stored: Document

    @property
    def mode(self) -> str:
        """Incremental or Complete."""
        return str(self.stored["mode"])


def refused(message: str, *, code: str = "InvalidRequestContent", status: int = 400) -> AzureError:
    """A refusal of the request's content."""
    return AzureError(status, code, message)


def read_submission(
    world: "World", scope: DeploymentScope, name: str, body: Document, *, principal: "Principal"
) -> Submission:
    """Read the body of a PUT, validate or what-if call; raises Azure's 400 for what it cannot be."""
    if NAME.fullmatch(name) is None:
        raise refused(
            f"The deployment name '{name}' is invalid. The deployment name cannot be longer than '64' characters and "
            "may "
            "contain letters, digits, '-', '_', '.', '(' and ')' only.",
            code="InvalidDeploymentName",
        )
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise refused(
            "The request content was invalid and could not be deserialized: 'Required property 'properties' not found "
            "in "
            "JSON. Path '', line 1, position 2.'."
        )
    mode = MODES.get(str(properties.get("mode") or "Incremental").lower())
    if mode is None:
        raise refused(
            f"The request content was invalid and could not be deserialized: 'Error converting value "
            f"\"{properties.get('mode')}\" to type 'DeploymentMode'.'."
        )
    if mode == "Complete" and not scope.is_group:
        raise refused(
            "The 'Complete' mode is not supported for deployments at this scope.", code="InvalidDeploymentMode"
        )
    template, link = read_template(world, properties)
    stored: Document = {
        "template": template,
        "parameters": read_parameters(world, properties),
        "mode": mode,
        "location": read_location(scope, name, body),
        "tags": body.get("tags"),
        "at": iso(pace.now(world)),
        "seed": str(uuid.uuid4()),
        "caller": caller_document(principal),
    }
    optional = {"templateLink": link, "parametersLink": properties.get("parametersLink")}
    stored |= {key: value for key, value in optional.items() if value}
    for key in ("onErrorDeployment", "debugSetting", "validationLevel", "expressionEvaluationOptions"):
        if properties.get(key) is not None:
            stored[key] = properties[key]
    return Submission(scope, name, stored)


def caller_document(principal: "Principal") -> Document:
    """Who asked, kept with the deployment so that it goes on with the caller's rights."""
    return {
        "object_id": principal.object_id,
        "kind": principal.kind,
        "name": principal.name,
        "tenant": principal.tenant,
        "app_id": principal.app_id,
    }


def read_location(scope: DeploymentScope, name: str, body: Document) -> str:
    """The deployment's own location: required above groups, refused in them."""
    location = body.get("location")
    if scope.is_group:
        if location:
            raise refused(
                f"The 'location' property is not allowed for '{name}' at resource group scope. Please see "
                "https://aka.ms/deploy-to-subscription for usage details.",
                code="InvalidDeployment",
            )
        return ""
    if not isinstance(location, str) or not location:
        raise refused(
            f"The 'location' property must be specified for '{name}'. Please see "
            "https://aka.ms/deploy-to-subscription for usage details.",
            code="InvalidDeployment",
        )
    if not regions.is_known(location):
        raise refused(
            f"The provided location '{location}' is not available for deployment.",
            code="LocationNotAvailableForDeployment",
        )
    return regions.normalise(location)


def read_template(world: "World", properties: Document) -> tuple[Document, Document | None]:
    """The template, given in the body or kept in a template spec, and the link it came by."""
    template, link = properties.get("template"), properties.get("templateLink")
    if template is not None and link is not None:
        raise refused(
            "The request content contains both 'template' and 'templateLink'; only one is allowed.",
            code="InvalidTemplateLink",
        )
    if isinstance(template, str):
        try:
            template = json.loads(template)
        except ValueError as error:
            raise refused(f"Deployment template parse failed: '{error}'.", code="InvalidTemplate") from error
    if isinstance(template, dict):
        return template, None
    if isinstance(link, dict):
        try:
            if link.get("id"):
                return TemplateSpecs(world).document(str(link["id"])), link
            raise unreachable(str(link.get("uri") or link.get("relativePath") or ""))
        except ArmError as error:
            raise as_azure(error, status=404 if error.code == "TemplateSpecNotFound" else 400) from error
    raise refused(
        "The request content was invalid: neither 'template' nor 'templateLink' was given.", code="InvalidTemplate"
    )


def read_parameters(world: "World", properties: Document) -> Document:
    """Parameter values by name; a Key Vault reference is resolved from the vault's secret."""
    parameters = properties.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise refused("The request content was invalid and could not be deserialized: 'parameters' must be an object.")
    if isinstance(parameters.get("parameters"), dict) and ("$schema" in parameters or "contentVersion" in parameters):
        parameters = parameters["parameters"]
    found: Document = {}
    for name, wrapped in parameters.items():
        if not isinstance(wrapped, dict) or not ({"value", "reference", "expression"} & set(wrapped)):
            raise refused(
                "The request content was invalid and could not be deserialized: 'Error converting value "
                f'"{wrapped}" to type \'Microsoft.WindowsAzure.ResourceStack.Frontdoor.Data.Entities.Deployments.'
                f"DeploymentParameterDefinition'. Path 'properties.parameters.{name}'.'."
            )
        if "value" in wrapped:
            found[name] = wrapped["value"]
        elif "reference" in wrapped:
            found[name] = _secret(world, name, wrapped["reference"])
    return found


def _secret(world: "World", name: str, reference: Any) -> str:
    reference = reference if isinstance(reference, dict) else {}
    vault = str(part(reference, "keyVault").get("id", ""))
    secret = world.resources.get(f"{vault}/secrets/{reference.get('secretName', '')}")
    if secret is None or "_value" not in secret:
        raise refused(
            f"The specified KeyVault '{vault}' could not be found or has no secret '{reference.get('secretName')}' for "
            "the "
            f"parameter '{name}'.",
            code="KeyVaultParameterReferenceNotFound",
        )
    return str(secret["_value"])


class _Groups(Mapping[str, ResourceGroup]):
    """The groups of a subscription, looked up when a nested deployment asks for one."""

    def __init__(self, world: "World", subscription: str) -> None:
        self._world = world
        self._subscription = subscription

    def __getitem__(self, name: str) -> ResourceGroup:
        group = self._world.resources.group(self._subscription, name)
        if group is None:
            raise KeyError(name)
        return _as_group(group)

    def __iter__(self) -> Iterator[str]:
        return iter(group["name"].lower() for group in self._world.resources.groups(self._subscription))

    def __len__(self) -> int:
        return len(self._world.resources.groups(self._subscription))


def _as_group(group: Document) -> ResourceGroup:
    return ResourceGroup(name=group["name"], location=group.get("location", ""), tags=group.get("tags") or {})


def context_of(world: "World", submission: Submission) -> DeploymentContext:
    """What the scope functions of the template answer."""
    scope, stored = submission.scope, submission.stored
    subscription = world.store.get("subscription", scope.subscription) or {}
    group = group_of(world, scope)
    numbers = iter(range(1_000_000))
    seed = uuid.UUID(stored["seed"])
    return DeploymentContext(
        subscription_id=scope.subscription,
        subscription_name=str(subscription.get("displayName", "Subscription")),
        tenant_id=world.tenant,
        resource_group=_as_group(group) if group else None,
        management_group=scope.id.rsplit("/", 1)[-1] if scope.kind == "managementGroup" else "",
        location=stored["location"],
        deployment_name=submission.name,
        deployer_object_id=stored["caller"]["object_id"],
        deployer_name=stored["caller"]["name"],
        now=datetime.fromisoformat(stored["at"][:26] + "+00:00"),
        new_guid=lambda: uuid.uuid5(seed, str(next(numbers))),
        resource_groups=_Groups(world, scope.subscription),
    )


def expand_submission(world: "World", submission: Submission) -> Expansion:
    """The template worked out; an error of the template language becomes Azure's 400."""
    text = json.dumps(submission.stored["template"], ensure_ascii=False)
    try:
        template = parse_template(text, name=submission.name)
        _check_schema(template.scope, submission.scope)
        return expand(
            template,
            parameters=submission.stored["parameters"],
            context=context_of(world, submission),
            resolver=TemplateSpecs(world),
        )
    except ArmError as error:
        raise as_azure(error) from error


def _check_schema(wanted: str, scope: DeploymentScope) -> None:
    if wanted != scope.kind:
        raise refused(
            f"The deployment template schema is for the scope '{wanted}' but the deployment is at the scope "
            f"'{scope.kind}'. "
            "Please see https://aka.ms/arm-template for usage details.",
            code="InvalidTemplate",
        )


def as_azure(error: ArmError, *, status: int = 400) -> AzureError:
    """An error of the template language as the service answers it."""
    info = []
    if error.position is not None:
        place = {
            "lineNumber": error.position.line,
            "linePosition": error.position.column,
            "path": error.position.path,
        }
        info.append({"type": "TemplateViolation", "info": place})
    details = [as_azure(detail).error() for detail in error.details]
    return AzureError(status, error.code, error.message, details=details, additional_info=info)
