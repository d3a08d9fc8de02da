"""Deployments: asking Azure what a template would do, seeing how one goes, ending one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from cloud import clients, exchange
from cloud.answers import asks_azure, reads_azure, retry_after
from cloud.errors import CloudProblem, NotFoundInAzure, PermanentCloudError
from cloud.exchange import Answer, FirstAnswer
from cloud.problems import root
from cloud.whatif import Change, changes_of

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


@dataclass(frozen=True)
class Pending:
    """Azure is still at it; ask again at `status_url`, not before `retry_after` seconds."""

    status_url: str
    retry_after: float | None = None


@dataclass(frozen=True)
class Validation:
    """Whether Azure would accept the deployment; `resources` are the ids it would touch."""

    accepted: bool
    problem: CloudProblem | None = None
    resources: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhatIf:
    """What the deployment would change, or why Azure cannot say."""

    changes: tuple[Change, ...] = ()
    problem: CloudProblem | None = None


@dataclass(frozen=True)
class DeploymentOperation:
    """One resource of a deployment and how far it is."""

    state: str
    resource_type: str
    resource_name: str
    resource_id: str
    duration_seconds: float | None = None
    problem: CloudProblem | None = None


@asks_azure
def submit_validate(
    *,
    subscription_id: str,
    name: str,
    location: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> Pending | Validation:
    """Ask whether Azure would accept the template at subscription scope."""
    client = clients.deployments(subscription_id).deployments
    wanted = cast(Any, _deployment(location, template, parameters))
    poller = client.begin_validate_at_subscription_scope(name, wanted, polling=FirstAnswer())
    return _validation(cast(Answer, poller.result()), "")


@asks_azure
def read_validate(*, status_url: str) -> Pending | Validation:
    """How the validation behind the URL went."""
    return _validation(exchange.follow(status_url), status_url)


@asks_azure
def submit_what_if(
    *,
    subscription_id: str,
    name: str,
    location: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> Pending | WhatIf:
    """Ask what the template would change at subscription scope, property by property."""
    client = clients.deployments(subscription_id).deployments
    wanted = _deployment(location, template, parameters)
    wanted["properties"]["whatIfSettings"] = {"resultFormat": "FullResourcePayloads"}
    poller = client.begin_what_if_at_subscription_scope(name, cast(Any, wanted), polling=FirstAnswer())
    return _what_if(cast(Answer, poller.result()), "")


@asks_azure
def read_what_if(*, status_url: str) -> Pending | WhatIf:
    """What the what-if behind the URL found."""
    return _what_if(exchange.follow(status_url), status_url)


def list_operations(*, subscription_id: str, group: str, deployment: str) -> tuple[DeploymentOperation, ...]:
    """The deployment's resources and their state, every page; empty when the deployment does not exist."""
    return _list_operations(subscription_id, group, deployment) or ()


@reads_azure
def _list_operations(subscription_id: str, group: str, deployment: str) -> tuple[DeploymentOperation, ...]:
    found = clients.deployments(subscription_id).deployment_operations.list(group, deployment)
    return tuple(_operation(item) for item in found)


def cancel(*, subscription_id: str, group: str, deployment: str) -> bool:
    """Ask Azure to stop the deployment; False when it is not running any more."""
    try:
        _cancel(subscription_id, group, deployment)
    except NotFoundInAzure:
        return False
    except PermanentCloudError as error:
        if error.status != 409:
            raise
        return False
    return True


@asks_azure
def _cancel(subscription_id: str, group: str, deployment: str) -> None:
    clients.deployments(subscription_id).deployments.cancel(group, deployment)


def _deployment(location: str, template: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "location": location,
        "properties": {"mode": "Incremental", "template": template, "parameters": parameters},
    }


def _pending(answer: Answer, status_url: str) -> Pending | None:
    if answer.status != 202:
        return None
    return Pending(answer.headers.get("Location") or status_url, retry_after(answer.headers))


def _validation(answer: Answer, status_url: str) -> Pending | Validation:
    """A 400 carries the result: Azure looked and refuses."""
    if pending := _pending(answer, status_url):
        return pending
    if answer.status != 400:
        exchange.accepted(answer)
    body = answer.body()
    problem = root(body.get("error"))
    touched = (body.get("properties") or {}).get("validatedResources") or ()
    return Validation(
        accepted=answer.status != 400 and problem is None,
        problem=problem,
        resources=tuple(item["id"] for item in touched if item.get("id")),
    )


def _what_if(answer: Answer, status_url: str) -> Pending | WhatIf:
    if pending := _pending(answer, status_url):
        return pending
    if answer.status != 400:
        exchange.accepted(answer)
    body = answer.body()
    return WhatIf(changes=changes_of(body.get("properties") or {}), problem=root(body.get("error")))


def _operation(item: Mapping[str, Any]) -> DeploymentOperation:
    """Read through the mapping side of the SDK's model."""
    properties: Mapping[str, Any] = item.get("properties") or {}
    target: Mapping[str, Any] = properties.get("targetResource") or {}
    message = properties.get("statusMessage")
    failed = str(properties.get("provisioningState") or "").lower() == "failed"
    return DeploymentOperation(
        state=properties.get("provisioningState") or "",
        resource_type=target.get("resourceType") or "",
        resource_name=target.get("resourceName") or "",
        resource_id=target.get("id") or "",
        duration_seconds=_seconds(properties.get("duration") or ""),
        problem=root(message) if failed else None,
    )


def _seconds(duration: str) -> float | None:
    """The seconds of an ISO 8601 duration of days and less; None when it is something else."""
    found = _DURATION.fullmatch(duration)
    if not found or duration in {"", "P", "PT"}:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds
