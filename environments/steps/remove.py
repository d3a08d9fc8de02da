"""Removing: stack, group, soft-deleted kinds, then the proof that nothing is left."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from cloud import grants as azure_grants
from cloud import groups, resources, soft_deleted, stacks
from cloud.errors import PermanentCloudError
from cloud.soft_deleted import Deleted
from environments import tags
from environments.models import GrantStatus, Receipt
from environments.steps.base import Done, Result, StepRefused, Turn, Wait

WORKSPACE_TYPE = "microsoft.operationalinsights/workspaces"
WORKSPACE_API_VERSION = "2023-09-01"
# Azure's lists lag behind its deletes; what is still listed after this many looks is called left.
VERIFY_LOOKS = 12
_STACK_DELETE_TRIES = 2


def inventory(turn: Turn) -> Result:
    """What the group holds is on record before anything goes, so that the receipt can name it."""
    environment = turn.environment
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    if group is None:
        return Done({"group_existed": False, "resources": []})
    if tags.value_of(group.tags, tags.ENVIRONMENT) != str(environment.pk):
        raise StepRefused("GroupNotOurs", environment.resource_group)
    found = resources.list_group(subscription_id=environment.subscription_id, group=environment.resource_group)
    return Done(
        {
            "group_existed": True,
            "resources": [{"id": item.id, "type": item.type, "name": item.name} for item in found],
        }
    )


def release_workspaces(turn: Turn) -> Result:
    """Log Analytics workspaces are deleted for good while they live; afterwards Azure would keep them for 14 days."""
    released = list(turn.step.output.get("released", []))
    for item in turn.output_of("inventory").get("resources", []):
        if item["type"].lower() != WORKSPACE_TYPE or item["id"] in released:
            continue
        turn.about_to("DELETE", item["id"], force=True)
        resources.delete_resource(resource_id=item["id"], api_version=WORKSPACE_API_VERSION, force=True)
        return Wait(
            0, "deleting_resource", about={"resource": item["name"]}, output={"released": [*released, item["id"]]}
        )
    return Done({"released": released})


def stack_delete(turn: Turn) -> Result:
    """The stack is gone with everything it manages; when Azure cannot, the group's own delete takes the rest."""
    environment = turn.environment
    stack = stacks.read_stack(
        subscription_id=environment.subscription_id, group=environment.resource_group, name=environment.stack_name
    )
    if stack is None:
        return Done()
    if not stack.is_final:
        return Wait(turn.poll_seconds(), "stack_deleting")
    tries = int(turn.step.output.get("tries", 0))
    if tries >= _STACK_DELETE_TRIES:
        return Done({"stack_problem": stack.problem.code if stack.problem else stack.state})
    turn.about_to("DELETE", stack.id)
    try:
        stacks.delete_stack(
            subscription_id=environment.subscription_id,
            group=environment.resource_group,
            name=environment.stack_name,
            bypass_out_of_sync=False,
        )
    except PermanentCloudError as error:
        return Done({"stack_problem": error.root.code})
    return Wait(turn.poll_seconds(), "stack_deleting", output={"tries": tries + 1})


def group_delete(turn: Turn) -> Result:
    """The group is gone. Asked again when Azure gave up silently; never asked for a group that is not ours."""
    environment = turn.environment
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    if group is None:
        return Done()
    if tags.value_of(group.tags, tags.ENVIRONMENT) != str(environment.pk):
        raise StepRefused("GroupNotOurs", environment.resource_group)
    if group.state.lower() == "deleting":
        return Wait(turn.poll_seconds(), "group_deleting")
    turn.about_to("DELETE", environment.group_id)
    groups.delete_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    return Wait(turn.poll_seconds(), "group_deleting")


def purge(turn: Turn) -> Result:
    """Nothing the group held waits soft-deleted, except what purge protection keeps until a date."""
    asked = dict(turn.step.output.get("asked", {}))
    left = _purgeable(turn)
    if not left:
        return Done({"purged": sorted(asked)})
    fresh = [item for item in left if item.id not in asked]
    if not fresh:
        return Wait(turn.poll_seconds(), "purging", about={"resource": left[0].name})
    item = fresh[0]
    turn.about_to("POST", item.id, act="purge")
    soft_deleted.purge(item)
    return Wait(0, "purging", about={"resource": item.name}, output={"asked": {**asked, item.id: item.kind}})


def _purgeable(turn: Turn) -> list[Deleted]:
    return [item for item in _soft_deleted(turn) if item.purge_protected_until is None]


def _soft_deleted(turn: Turn) -> list[Deleted]:
    environment = turn.environment
    return list(
        soft_deleted.list_deleted(subscription_id=environment.subscription_id, group=environment.resource_group)
    )


def verify(turn: Turn) -> Result:
    """Azure itself says that nothing remains; the answers become the receipt."""
    checks = [_group_check(turn), *_grant_checks(turn), *_tagged_checks(turn), *_soft_deleted_checks(turn)]
    left = [check for check in checks if check["result"] == "left"]
    if left and turn.step.looks < VERIFY_LOOKS:
        return Wait(turn.poll_seconds(), "verifying", about={"resource": left[0]["target"]})

    def save() -> None:
        Receipt.objects.update_or_create(
            environment=turn.environment, defaults={"is_complete": not left, "checks": checks}
        )

    if left:
        raise StepRefused("SomethingIsLeft", ", ".join(check["target"] for check in left), save=save)
    return Done({"checks": len(checks)}, save=save)


def _check(what: str, target: str, result: str, detail: str = "") -> dict[str, Any]:
    return {
        "what": what,
        "target": target,
        "result": result,
        "detail": detail,
        "at": timezone.now().isoformat(timespec="seconds"),
    }


def _group_check(turn: Turn) -> dict[str, Any]:
    environment = turn.environment
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    held: Mapping[str, Any] = turn.output_of("inventory")
    detail = ", ".join(f"{item['type']} {item['name']}" for item in held.get("resources", []))
    return _check("resource_group", environment.group_id, "left" if group else "gone", detail)


def _grant_checks(turn: Turn) -> list[dict[str, Any]]:
    """Every role assignment we ever made for it, looked up by its name."""
    return [
        _check(
            "role_assignment",
            f"{grant.role_name}: {grant.principal_name}",
            "gone"
            if azure_grants.read_assignment(scope=grant.scope, assignment_id=str(grant.assignment)) is None
            else "left",
            str(grant.assignment),
        )
        for grant in turn.environment.grants.exclude(status=GrantStatus.PLANNED)
    ]


def _tagged_checks(turn: Turn) -> list[dict[str, Any]]:
    environment = turn.environment
    found = resources.list_tagged(
        subscription_id=environment.subscription_id, tag_name=tags.ENVIRONMENT, tag_value=str(environment.pk)
    )
    if not found:
        return [_check("tagged_resources", f"{tags.ENVIRONMENT}={environment.pk}", "gone")]
    return [_check("tagged_resource", item.id, "left", item.type) for item in found]


def _soft_deleted_checks(turn: Turn) -> list[dict[str, Any]]:
    found = _soft_deleted(turn)
    if not found:
        return [_check("soft_deleted", turn.environment.resource_group, "gone")]
    return [
        _check("soft_deleted", item.id, "left", item.kind)
        if item.purge_protected_until is None
        else _check("soft_deleted", item.id, "kept_until", item.purge_protected_until.isoformat())
        for item in found
    ]
