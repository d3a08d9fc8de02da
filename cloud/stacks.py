"""Deployment stacks at resource-group scope: what makes an environment's resources and takes them away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.mgmt.resource.deploymentstacks import models

from cloud import clients
from cloud.answers import asks_azure, reads_azure
from cloud.errors import CloudProblem, NotFoundInAzure
from cloud.problems import root

_FINAL = frozenset({"succeeded", "failed", "canceled"})


@dataclass(frozen=True)
class ManagedResource:
    """A resource the stack manages: its status is managed, removeDenyFailed or deleteFailed."""

    id: str
    status: str = ""


@dataclass(frozen=True)
class FailedResource:
    """A resource the stack could not make or delete, and why."""

    id: str
    problem: CloudProblem | None = None


@dataclass(frozen=True)
class Stack:
    """A stack as Azure has it. `state` is the provisioning state in lower case; outputs are {name: {type, value}}."""

    id: str
    name: str
    state: str
    deployment_id: str = ""
    correlation_id: str = ""
    problem: CloudProblem | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resources: tuple[ManagedResource, ...] = ()
    failed: tuple[FailedResource, ...] = ()

    @property
    def is_final(self) -> bool:
        """True when nothing more will happen by itself."""
        return self.state in _FINAL

    @property
    def succeeded(self) -> bool:
        """True when the last deployment is complete."""
        return self.state == "succeeded"


@reads_azure
def read_stack(*, subscription_id: str, group: str, name: str) -> Stack:
    """The stack, or None (also when its group does not exist)."""
    return _stack(clients.stacks(subscription_id).deployment_stacks.get_at_resource_group(group, name))


@asks_azure
def write_stack(
    *,
    subscription_id: str,
    group: str,
    name: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, Any],
    tags: Mapping[str, str],
    description: str = "",
) -> Stack:
    """Submit the template under this name; resources that left it are deleted. Parameters are {name: {"value": …}}.

    Deny settings stay off: they would need Azure Deployment Stack Owner and keep the environment's own people out.
    """
    wanted = {
        "tags": dict(tags),
        "properties": {
            "template": template,
            "parameters": parameters,
            "description": description[:4096],
            "actionOnUnmanage": {
                "resources": "delete",
                "resourceGroups": "detach",
                "managementGroups": "detach",
                "resourcesWithoutDeleteSupport": "detach",
            },
            "denySettings": {"mode": "none"},
        },
    }
    operations = clients.stacks(subscription_id).deployment_stacks
    poller = operations.begin_create_or_update_at_resource_group(group, name, wanted, polling=False)
    return _stack(poller.result())


def delete_stack(*, subscription_id: str, group: str, name: str, bypass_out_of_sync: bool = False) -> None:
    """Submit the deletion of the stack and its resources; a stack that is gone already is fine."""
    try:
        _delete_stack(subscription_id, group, name, bypass_out_of_sync=bypass_out_of_sync)
    except NotFoundInAzure:
        return


@asks_azure
def _delete_stack(subscription_id: str, group: str, name: str, *, bypass_out_of_sync: bool) -> None:
    clients.stacks(subscription_id).deployment_stacks.begin_delete_at_resource_group(
        group,
        name,
        unmanage_action_resources="delete",
        unmanage_action_resource_groups="detach",
        unmanage_action_management_groups="detach",
        unmanage_action_resources_without_delete_support="detach",
        bypass_stack_out_of_sync_error=bypass_out_of_sync,
        polling=False,
    )


def _stack(answer: models.DeploymentStack) -> Stack:
    """Read through the mapping side of the SDK's model, which keeps what Azure sent."""
    properties: Mapping[str, Any] = answer.get("properties") or {}
    return Stack(
        id=answer.get("id") or "",
        name=answer.get("name") or "",
        state=str(properties.get("provisioningState") or "").lower(),
        deployment_id=properties.get("deploymentId") or "",
        correlation_id=properties.get("correlationId") or "",
        problem=root(properties.get("error")),
        tags=dict(answer.get("tags") or {}),
        outputs=dict(properties.get("outputs") or {}),
        resources=tuple(
            ManagedResource(id=item["id"], status=item.get("status") or "")
            for item in properties.get("resources") or ()
            if item.get("id")
        ),
        failed=tuple(
            FailedResource(id=item.get("id") or "", problem=root(item.get("error")))
            for item in properties.get("failedResources") or ()
        ),
    )
