"""What people do with an environment they have: extend, share, update, retry, cancel, delete, read its keys."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import trail
from catalog.blueprint import EnvName, blueprint
from cloud import resources
from cloud.errors import PermanentCloudError, TransientCloudError
from common import wording
from common.errors import DomainError, InputRefused, PermissionRefused
from environments import granting, hints, parameters, permissions
from environments.endings import end_all_grants
from environments.models import (
    Environment,
    EnvironmentStatus,
    Grant,
    GrantReason,
    GrantStatus,
    Operation,
    OperationKind,
)
from environments.starting import busy, start_operation

# Roles that an owner may pass on; never one that lets its holder hand out roles.
SHAREABLE_ROLES = ("Reader", "Contributor")
_ID_SEGMENT = re.compile(r"[\w.()-]+")


def _locked(environment: Environment) -> Environment:
    return (
        Environment.objects.select_for_update(of=("self",))
        .select_related("project", "environment_type", "version__template", "owner")
        .get(pk=environment.pk)
    )


def _refuse_unless(allowed: bool, sentence: Any) -> None:  # noqa: FBT001 - reads as a sentence at the call
    if not allowed:
        raise PermissionRefused(sentence)


@transaction.atomic
def extend_environment(*, actor: User, environment: Environment, days: int) -> Environment:
    """Move the end date by whole days, counted from today at most to the type's longest lifetime."""
    environment = _locked(environment)
    _refuse_unless(
        permissions.can_extend(actor, environment),
        _("Only its owner or a project lead can extend it, while it is in use."),
    )
    if days < 1:
        raise InputRefused(_("Extend it by at least one day."))
    latest = timezone.now() + timedelta(days=environment.environment_type.max_lifetime_days)
    wanted = environment.ends_at + timedelta(days=days)
    if wanted > latest:
        raise InputRefused(
            _("%(type)s allows an end no later than %(date)s. Choose fewer days.")
            % {
                "type": environment.environment_type.name,
                "date": wording.day(latest),
            }
        )
    before = environment.ends_at
    environment.ends_at = wanted
    environment.extended_count += 1
    environment.save(update_fields=["ends_at", "extended_count"])
    environment.grants.exclude(status=GrantStatus.ENDED).update(until=wanted)
    trail.record(
        "environment.extended",
        actor=actor,
        subject=environment,
        project_id=environment.project_id,
        environment_id=environment.pk,
        details={"from": before.isoformat(), "to": wanted.isoformat()},
    )
    if environment.status == EnvironmentStatus.READY:
        start_operation(environment, kind=OperationKind.EXTEND, actor=actor)
    return environment


@transaction.atomic
def share_environment(*, actor: User, environment: Environment, user: User, role_name: str) -> Grant:
    """Give another member of the project a role on it until its end."""
    environment = _locked(environment)
    _refuse_unless(
        permissions.can_share(actor, environment), _("Only its owner or a project lead can share it, once it is ready.")
    )
    if role_name not in SHAREABLE_ROLES:
        raise InputRefused(_("Choose one of the roles that can be shared."))
    if not permissions.is_member(user, environment.project_id) or not user.is_active:
        raise InputRefused(
            _("%(person)s is not a member of %(project)s. Ask a project lead to add them first.")
            % {"person": user, "project": environment.project}
        )
    plan = granting.for_person(user, role_name, reason=GrantReason.SHARED)
    grant = granting.plan_grant(environment, plan, until=environment.ends_at)
    _record_access(actor, environment, "environment.shared", {"person": user.display_name, "role": role_name})
    start_operation(environment, kind=OperationKind.GRANT, actor=actor)
    return grant


@transaction.atomic
def unshare_environment(*, actor: User, environment: Environment, grant: Grant) -> None:
    """Withdraw a role that was given by sharing."""
    environment = _locked(environment)
    _refuse_unless(permissions.can_share(actor, environment), _("Only its owner or a project lead can change access."))
    shared = environment.grants.filter(pk=grant.pk, reason=GrantReason.SHARED).exclude(status=GrantStatus.ENDED)
    if not shared.update(status=GrantStatus.ENDING):
        raise InputRefused(_("This access cannot be withdrawn here: it belongs to the environment itself."))
    _record_access(
        actor, environment, "environment.unshared", {"person": grant.principal_name, "role": grant.role_name}
    )
    start_operation(environment, kind=OperationKind.GRANT, actor=actor)


def _record_access(actor: User, environment: Environment, action: str, details: dict[str, Any]) -> None:
    trail.record(
        action,
        actor=actor,
        subject=environment,
        project_id=environment.project_id,
        environment_id=environment.pk,
        details=details,
    )


@transaction.atomic
def delete_environment(*, actor: User, environment: Environment) -> Operation:
    """Remove it, from whatever state. What is under way is cancelled first, and the delete follows by itself."""
    environment = _locked(environment)
    _refuse_unless(permissions.can_delete(actor, environment), _("Only its owner or a project lead can delete it."))
    under_way = environment.operations.open().select_for_update(of=("self",)).first()
    trail.record(
        "environment.delete_requested",
        actor=actor,
        subject=environment,
        project_id=environment.project_id,
        environment_id=environment.pk,
    )
    if under_way is None:
        end_all_grants(environment)
        return start_operation(environment, kind=OperationKind.DELETE, actor=actor)
    if under_way.kind != OperationKind.DELETE:
        under_way.payload = {**under_way.payload, "then": OperationKind.DELETE}
        _ask_to_stop(under_way, actor)
    return under_way


def _ask_to_stop(operation: Operation, actor: User) -> None:
    """Written without touching what a worker may be writing at the same time: run_at only ever moves closer."""
    operation.cancel_requested_at = operation.cancel_requested_at or timezone.now()
    operation.cancel_requested_by = operation.cancel_requested_by or actor
    Operation.objects.open().filter(pk=operation.pk).update(
        payload=operation.payload,
        cancel_requested_at=operation.cancel_requested_at,
        cancel_requested_by=operation.cancel_requested_by,
        run_at=timezone.now(),
    )
    hints.wake_after_commit(operation.pk)


@transaction.atomic
def cancel_operation(*, actor: User, operation: Operation) -> Operation:
    """Ask for it to stop; the engine decides between cancelled before, cancelled during and too late."""
    operation = (
        Operation.objects.select_for_update(of=("self",)).select_related("environment__project").get(pk=operation.pk)
    )
    if not operation.is_open:
        raise DomainError(_("It is too late to cancel: it has already ended."))
    _refuse_unless(
        permissions.can_cancel(actor, operation), _("Only the owner or a project lead can cancel a build or update.")
    )
    _ask_to_stop(operation, actor)
    trail.record(
        "operation.cancel_requested",
        actor=actor,
        subject=operation,
        project_id=operation.environment.project_id,
        environment_id=operation.environment_id,
        operation_id=operation.pk,
    )
    return operation


@transaction.atomic
def retry_operation(*, actor: User, operation: Operation) -> Operation:
    """A new operation that does the same again: a new generation for builds, the same deletion for deletes."""
    environment = _locked(operation.environment)
    operation.environment = environment
    latest = environment.operations.order_by("-created_at").first()
    if latest is None or latest.pk != operation.pk:
        raise (
            busy()
            if latest is not None and latest.is_open
            else DomainError(_("A newer operation has replaced this one."))
        )
    _refuse_unless(
        permissions.can_retry(actor, operation), _("Only the owner or a project lead can retry, and only what failed.")
    )
    if environment.status == EnvironmentStatus.BLOCKED:
        return start_operation(environment, kind=OperationKind.DELETE, actor=actor, retry_of=operation)
    return _build_again(actor=actor, environment=environment, operation=operation)


def _build_again(*, actor: User, environment: Environment, operation: Operation) -> Operation:
    holder_id = _secrets_of(environment)
    if parameters.lacking(environment.version, holder_id=holder_id):
        raise DomainError(
            _("Its secret settings were erased after it was built. Use “Change settings” and enter them again.")
        )
    environment.generation += 1
    environment.save(update_fields=["generation"])
    granting.plan_grants(environment)
    has_been_ready = environment.ready_at is not None and environment.status != EnvironmentStatus.MISSING
    return start_operation(
        environment,
        kind=OperationKind.UPDATE if has_been_ready else OperationKind.PROVISION,
        actor=actor,
        payload={"secrets": holder_id},
        retry_of=operation,
    )


def _secrets_of(environment: Environment) -> str | None:
    """The newest accepted request, which holds the secure values until they have been deployed."""
    request = environment.requests.filter(status="accepted").order_by("-created_at").first()
    return str(request.pk) if request else None


def env_file(*, actor: User, environment: Environment) -> str:
    """The `.env` text: names chosen by the template, keys fetched from Azure now and kept nowhere."""
    _refuse_unless(
        permissions.can_read_secrets(actor, environment),
        _("Only its owner and people it is shared with can read its keys, once it is ready."),
    )
    _record_access(actor, environment, "environment.env_file_read", {})
    lines = [f"# {environment.name}, {environment.version}"]
    lines += [f"{name.name}={_quoted(_value_of(environment, name))}" for name in blueprint(environment.version).env]
    return "\n".join(lines) + "\n"


def _value_of(environment: Environment, name: EnvName) -> Any:
    if name.list_action is None:
        return environment.outputs.get(name.output, "")
    resource_id = str(environment.outputs.get(name.output, ""))
    if not _lies_in_group(resource_id, environment):
        raise DomainError(_("The template names a resource outside the environment; its keys are not read."))
    try:
        answer = resources.list_secrets(resource_id=resource_id, api_version=name.api_version, action=name.list_action)
    except (PermanentCloudError, TransientCloudError) as error:
        raise DomainError(
            _("Azure did not give the keys just now. Try again in a minute; if it goes on, ask the platform team.")
        ) from error
    return _at_path(answer, name.path)


def _lies_in_group(resource_id: str, environment: Environment) -> bool:
    """True for a plain id below the group; dots and escapes could lead out of it again on the way to Azure."""
    inside = f"{environment.group_id.lower()}/"
    segments = resource_id.split("/")[1:]
    is_plain = all(_ID_SEGMENT.fullmatch(segment) and set(segment) != {"."} for segment in segments)
    return is_plain and resource_id.lower().startswith(inside)


def _at_path(answer: Mapping[str, Any], path: str) -> Any:
    value: Any = answer
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value.get(part, "")
    return value


def _quoted(value: Any) -> str:
    """Plain words as they are; anything else in double quotes with the shell's specials escaped."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text and all(character.isalnum() or character in "-_./:@%+=," for character in text):
        return text
    for special in ("\\", '"', "$", "`"):
        text = text.replace(special, f"\\{special}")
    return f'"{text}"'.replace("\n", "\\n")
