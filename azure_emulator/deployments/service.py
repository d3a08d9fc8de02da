"""What callers can do with deployments: submit, look, cancel, delete; the rules around the engine."""

from typing import TYPE_CHECKING, Any

from arm import Expansion
from azure_emulator.deployments import engine, planning, preflight
from azure_emulator.deployments.records import (
    DEPLOYMENT,
    INPUT,
    RUN,
    TERMINAL,
    TYPE,
    dependencies_of,
    providers_of,
    shown_parameters,
    template_hash,
)
from azure_emulator.deployments.scopes import DeploymentScope, check_writable
from azure_emulator.deployments.submissions import Submission, expand_submission, read_submission
from azure_emulator.errors import AzureError
from azure_emulator.locks import locks_on

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
HISTORY = 800
PRUNE_ABOVE = 700
PRUNE_TO = 600


def submit(
    world: "World",
    scope: DeploymentScope,
    name: str,
    body: Document,
    *,
    principal: "Principal",
    correlation: str,
    links: Document | None = None,
) -> tuple[Document, bool]:
    """Check and accept a deployment; returns its record and whether the name is new."""
    check_writable(world, scope)
    submission = read_submission(world, scope, name, body, principal=principal)
    existing = world.store.get(DEPLOYMENT, scope.resource("deployments", name))
    check_name(existing, submission)
    expansion = checked(world, submission, principal=principal, tracking=correlation)
    preflight.check_denials(world, expansion, principal=principal)
    if existing is None:
        make_room(world, scope)
    record = engine.accept(world, submission, expansion, correlation=correlation, links=links)
    return record, existing is None


def check_name(existing: Document | None, submission: Submission) -> None:
    """Raise Azure's 409 for a name that is in use, or known in another location."""
    if existing is None:
        return
    if existing["properties"]["provisioningState"] not in TERMINAL:
        raise engine.still_active(existing)
    place = existing.get("location", "")
    if place and place != submission.stored["location"]:
        raise AzureError(
            409,
            "InvalidDeploymentLocation",
            f"Invalid deployment location '{submission.stored['location']}'. The deployment '{submission.name}' "
            "already "
            f"exists in location '{place}'.",
        )


def checked(world: "World", submission: Submission, *, principal: "Principal", tracking: str) -> Expansion:
    """The expansion of a submission that passed the template's and the providers' checks."""
    expansion = expand_submission(world, submission)
    preflight.check(
        world,
        expansion,
        principal=principal,
        name=submission.name,
        tracking=tracking,
        level=str(submission.stored.get("validationLevel") or "Provider"),
    )
    return expansion


def make_room(world: "World", scope: DeploymentScope) -> None:
    """Keep the history of a scope below its limit, as Azure does by deleting the oldest, unless a lock forbids it."""
    keys = history(world, scope)
    if len(keys) < PRUNE_ABOVE:
        return
    if not any(True for _ in locks_on(world, scope.id)):
        records = [record for key in keys if (record := world.store.get(DEPLOYMENT, key)) is not None]
        ended = [record for record in records if record["properties"]["provisioningState"] in TERMINAL]
        ended.sort(key=lambda record: record["_started"])
        for record in ended[: len(keys) - PRUNE_TO]:
            remove(world, record["id"])
        return
    if len(keys) >= HISTORY:
        raise AzureError(
            409,
            "DeploymentQuotaExceeded",
            f"Creating the deployment would exceed the quota of '{HISTORY}'. The current deployment count is "
            f"'{len(keys)}', "
            "please delete some deployments before creating a new one. Please see https://aka.ms/arm-deploy for usage "
            "details.",
        )


def history(world: "World", scope: DeploymentScope) -> list[str]:
    """Keys of the deployments of a scope itself, not of the scopes below it."""
    return world.store.keys(DEPLOYMENT, prefix=scope.resource("deployments", ""))


def remove(world: "World", deployment_id: str) -> None:
    """Forget a deployment with its operations and inputs; the resources stay."""
    for kind in (DEPLOYMENT, INPUT, RUN):
        world.store.delete(kind, deployment_id)
    engine.forget_operations(world, deployment_id)
    planning.forget(world, deployment_id)


def validated(world: "World", submission: Submission, *, principal: "Principal", tracking: str) -> Document:
    """The answer of a successful validation."""
    expansion = checked(world, submission, principal=principal, tracking=tracking)
    properties: Document = {
        "templateHash": template_hash(expansion.template),
        "parameters": shown_parameters(expansion),
        "mode": submission.mode,
        "provisioningState": "Succeeded",
        "timestamp": submission.stored["at"],
        "duration": "PT0S",
        "correlationId": tracking,
        "providers": providers_of(expansion),
        "dependencies": dependencies_of(expansion),
        "validatedResources": [
            {"id": item.id} for item in expansion.all_resources() if not item.existing and not item.is_deployment
        ],
    }
    found = {"id": submission.scope.resource("deployments", submission.name), "name": submission.name, "type": TYPE}
    if submission.stored["location"]:
        found["location"] = submission.stored["location"]
    return {**found, "properties": properties}
