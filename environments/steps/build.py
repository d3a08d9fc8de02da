"""Building: the group with its tags first, then the deployment stack, then what it gave back."""

from typing import Any

from catalog.blueprint import blueprint
from cloud import deployments, groups, stacks
from cloud.errors import CloudProblem, PermanentCloudError
from cloud.stacks import Stack
from common.guards import Guard, is_on
from costs import lifetimes
from environments import naming_guard, pace, parameters, tags
from environments.steps.base import Done, Result, StepRefused, Stopped, Turn, Wait


def resource_group(turn: Turn) -> Result:
    """The group exists with every tag. The tags are in the body of its PUT, so an untagged group cannot exist."""
    environment = turn.environment
    wanted = tags.for_environment(environment)
    if turn.cancel_requested:
        return Stopped("cancelled_before")
    found = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    if found is None:
        turn.about_to("PUT", environment.group_id, tags=wanted)
        groups.write_group(
            subscription_id=environment.subscription_id,
            name=environment.resource_group,
            location=environment.region,
            tags=wanted,
        )
    elif tags.value_of(found.tags, tags.ENVIRONMENT) != str(environment.pk):
        raise StepRefused("GroupNotOurs", environment.resource_group)
    elif found.state.lower() == "deleting":
        return Wait(turn.poll_seconds(), "group_deleting")
    elif lacking := tags.missing(wanted, found.tags):
        turn.about_to("PATCH", environment.group_id, tags=lacking)
        groups.merge_tags(scope=environment.group_id, tags=lacking)

    def save() -> None:
        lifetimes.open_lifetime(
            subscription_id=environment.subscription_id,
            resource_group=environment.resource_group,
            project=environment.project,
            environment_id=environment.pk,
            environment_name=environment.name,
            since=turn.now.date(),
        )

    return Done({"group": environment.group_id, "tags": len(wanted)}, save=save)


def deployment(turn: Turn) -> Result:
    """The deployment stack of this generation has succeeded; submitted once, then only looked at."""
    environment = turn.environment
    name = naming_guard.stack_to_read(turn.operation, environment)
    stack = (
        stacks.read_stack(subscription_id=environment.subscription_id, group=environment.resource_group, name=name)
        if name
        else None
    )
    if stack is None or not _is_this_generation(turn, stack):
        return _submit(turn, stack)
    if not stack.is_final:
        return _watch(turn, stack)
    if stack.succeeded:
        given = parameters.masked(_public_outputs(turn, stack), holder_id=turn.operation.payload.get("secrets"))
        return Done({"deployment_id": stack.deployment_id, "outputs": given})
    if turn.step.output.get("cancel_sent"):
        return Stopped("cancelled_during", {"deployment_id": stack.deployment_id})
    problem = _failure(turn, stack)
    raise PermanentCloudError(
        problem.message, code=problem.code, correlation_id=stack.correlation_id, details=[problem]
    )


def _is_this_generation(turn: Turn, stack: Stack) -> bool:
    return tags.value_of(stack.tags, tags.GENERATION) == str(turn.operation.generation)


def _submit(turn: Turn, stack: Stack | None) -> Result:
    if turn.cancel_requested:
        return Stopped("cancelled_before_deployment")
    if stack is not None and not stack.is_final and is_on(Guard.GET_FIRST):
        return Wait(turn.poll_seconds(), "earlier_deployment")
    environment = turn.environment
    name = naming_guard.stack_to_write(environment)
    turn.about_to(
        "PUT",
        f"{environment.group_id}/providers/Microsoft.Resources/deploymentStacks/{name}",
        generation=turn.operation.generation,
        template=environment.version.digest,
    )
    stacks.write_stack(
        subscription_id=environment.subscription_id,
        group=environment.resource_group,
        name=name,
        template=blueprint(environment.version).document,
        parameters=parameters.for_azure(environment, holder_id=turn.operation.payload.get("secrets")),
        tags={**tags.for_environment(environment), tags.GENERATION: str(turn.operation.generation)},
        description=f"{environment.name} ({environment.version}), generation {turn.operation.generation}",
    )
    return Wait(turn.poll_seconds(), "deployment_started")


def _watch(turn: Turn, stack: Stack) -> Result:
    if turn.cancel_requested and not turn.step.output.get("cancel_sent"):
        group, name = _deployment_place(stack)
        turn.about_to("POST", f"{stack.deployment_id}/cancel")
        accepted = deployments.cancel(subscription_id=turn.environment.subscription_id, group=group, deployment=name)
        return Wait(turn.poll_seconds(), "cancelling", output={"cancel_sent": accepted})
    if not stack.deployment_id or not pace.can_afford_detail(turn.environment.subscription_id):
        return Wait(turn.poll_seconds(), "deploying")
    operations = _operations(turn, stack)
    running = [operation.resource_name for operation in operations if operation.state.lower() not in _FINAL]
    return Wait(
        turn.poll_seconds(),
        "deploying_resource" if running else "deploying",
        about={"resource": running[0] if running else "", "more": max(len(running) - 1, 0)},
        done=sum(operation.state.lower() == "succeeded" for operation in operations),
        total=max(len(operations), turn.step.progress_total or 0),
    )


_FINAL = frozenset({"succeeded", "failed", "canceled"})


def _operations(turn: Turn, stack: Stack) -> tuple[deployments.DeploymentOperation, ...]:
    group, name = _deployment_place(stack)
    return tuple(
        operation
        for operation in deployments.list_operations(
            subscription_id=turn.environment.subscription_id, group=group, deployment=name
        )
        if operation.resource_name
    )


def _deployment_place(stack: Stack) -> tuple[str, str]:
    """Group and name of the deployment that the stack runs, from its id."""
    parts = stack.deployment_id.strip("/").split("/")
    return parts[3], parts[-1]


def _failure(turn: Turn, stack: Stack) -> CloudProblem:
    """The most telling problem: the failed resource's own, else the stack's."""
    if stack.deployment_id:
        for operation in _operations(turn, stack):
            if operation.problem is not None:
                return operation.problem
    return stack.problem or CloudProblem(code="DeploymentFailed", message=stack.state, target="")


def _public_outputs(turn: Turn, stack: Stack) -> dict[str, Any]:
    """Output values under the template's own spelling; secure ones are left out and never stored.

    Azure may change the first letters' case (`AZURE_X` comes back as `azurE_X`), so names are matched without it.
    """
    declared = blueprint(turn.environment.version).template.outputs
    answered = {name.lower(): output for name, output in stack.outputs.items()}
    return {
        name: answered[name.lower()]["value"]
        for name, output in declared.items()
        if not output.secure and "value" in answered.get(name.lower(), {})
    }


def outputs(turn: Turn) -> Result:
    """The environment knows what the deployment gave back."""
    environment = turn.environment
    values = dict(turn.output_of("deployment").get("outputs", {}))

    def save() -> None:
        environment.outputs = values
        environment.save(update_fields=["outputs"])

    return Done({"count": len(values)}, save=save)
