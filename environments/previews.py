"""Asking Azure before anyone decides: validate, then what-if, worked through by the worker one look at a time.

A resource group that does not exist yet cannot be validated at its own scope, so the template is wrapped in a
subscription deployment that makes the group and nests the template into it; what-if then lists every resource.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from catalog.blueprint import blueprint
from cloud import deployments
from cloud.deployments import Pending, Validation, WhatIf
from cloud.errors import CloudProblem, PermanentCloudError, TransientCloudError
from cloud.whatif import Change
from environments import claims, hints, pace, parameters
from environments.drafts import RequestDraft, digest_of
from environments.models import Preview, PreviewStatus
from environments.rules import planned_tags

_SCHEMA = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
_GROUP_API_VERSION = "2025-04-01"
_DEPLOYMENT_API_VERSION = "2025-04-01"
_LOOK_SECONDS = 2.0
_GIVE_UP = timedelta(minutes=10)
_FRESH = timedelta(minutes=30)
# A preview that every look breaks on must not keep its secure values for ever.
_ABANDONED = timedelta(hours=1)
_REFUSAL_HOLDS = timedelta(seconds=20)
# Properties that differ from one what-if to the next without anybody having changed anything.
_VOLATILE = ("properties.createdAt", "properties.timestamp", "etag", "systemData")


def start_preview(*, actor: User, draft: RequestDraft) -> Preview:
    """The preview of exactly this content: the running or recently accepted one, or a new one.

    One that Azure refused is shown for a moment only: what it lacked may be there by now.
    """
    now = timezone.now()
    still_good = Q(status__in=[PreviewStatus.RUNNING, PreviewStatus.ACCEPTED])
    still_good |= Q(finished_at__gte=now - _REFUSAL_HOLDS)
    known = Preview.objects.filter(
        still_good, user=actor, content_digest=draft.content_digest, created_at__gte=now - _FRESH
    )
    return known.order_by("-created_at").first() or fresh_preview(actor=actor, draft=draft)


@transaction.atomic
def fresh_preview(*, actor: User, draft: RequestDraft) -> Preview:
    """A new preview of the draft, whatever was asked before."""
    now = timezone.now()
    preview = Preview.objects.create(
        user=actor,
        environment_type=draft.environment_type,
        version=draft.version,
        environment=draft.environment,
        content_digest=draft.content_digest,
        payload={
            "parameters": dict(draft.parameters),
            "group": draft.resource_group,
            "region": draft.region,
            "tags": planned_tags(draft),
        },
        run_at=now,
        lease_until=now,
        hinted_until=now + timedelta(seconds=settings.ENGINE_HINT_SECONDS),
    )
    parameters.keep(draft.secrets, holder_id=preview.pk)
    hints.wake_after_commit(preview.pk, task=hints.ADVANCE_PREVIEW)
    return preview


def open_previews() -> Any:
    """Previews that Azure has not answered."""
    return Preview.objects.filter(status=PreviewStatus.RUNNING)


def advance_preview(preview_id: UUID) -> float | None:
    """Give the preview one turn. Returns the seconds until its next, None when it is answered or not ours."""
    held = claims.claim(open_previews(), preview_id)
    if held is None:
        return None
    preview = Preview.objects.select_related("version__template", "environment_type").get(pk=preview_id)
    if not preview.is_open or preview.fence != held.fence:
        return None
    return _save(held, preview, _turn(preview))


def _turn(preview: Preview) -> dict[str, Any]:
    """What one look made of the preview; what Azure says of secure values is masked before it is kept."""
    if timezone.now() - preview.created_at > _ABANDONED:
        return _answered(PreviewStatus.FAILED)
    try:
        changes = _look(preview)
    except TransientCloudError as error:
        changes = _later(preview, error)
    except PermanentCloudError as error:
        changes = _answered(PreviewStatus.REFUSED, problem=error.root, correlation_id=error.correlation_id or "")
    if changes.get("error_message"):
        changes["error_message"] = parameters.masked(changes["error_message"], holder_id=preview.pk)
    return changes


def _save(held: claims.Claim, preview: Preview, changes: dict[str, Any]) -> float | None:
    now = timezone.now()
    seconds = float(changes.pop("seconds", 0.0))
    due = now + timedelta(seconds=seconds)
    with transaction.atomic():
        rows = claims.held(open_previews(), held)
        if not rows.update(run_at=due, lease_until=now, hinted_until=due, **changes):
            return None
        if "status" in changes:
            parameters.forget(preview.pk)
            return None
    return seconds


def _later(preview: Preview, error: TransientCloudError) -> dict[str, Any]:
    if timezone.now() - preview.created_at > _GIVE_UP:
        problem = CloudProblem(code=error.code or "", message=str(error), target="")
        return _answered(PreviewStatus.FAILED, problem=problem, correlation_id=error.correlation_id or "")
    attempts = preview.attempts + 1
    return {"attempts": attempts, "seconds": pace.retry_seconds(attempts=attempts, retry_after=error.retry_after)}


def _answered(
    status: PreviewStatus,
    *,
    problem: CloudProblem | None = None,
    correlation_id: str = "",
    changes: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "status": status,
        "finished_at": timezone.now(),
        "status_url": "",
        "error_code": problem.code[:100] if problem else "",
        "error_message": problem.message if problem else "",
        "error_correlation_id": correlation_id[:64],
        "changes": changes or [],
        "what_if_digest": _what_if_digest(changes) if changes is not None else "",
    }


def _what_if_digest(changes: list[dict[str, Any]]) -> str:
    """Equal for equal plans: what happens to which resource. Tags are left out, because end dates move with the day."""
    plan = [
        [
            change["action"],
            change["id"].lower(),
            [
                [delta["path"], delta["action"], delta["after"]]
                for delta in change["deltas"]
                if delta["path"][:4] != "tags"
            ],
        ]
        for change in changes
    ]
    return digest_of(sorted(plan, key=lambda entry: str(entry[1])))


def _look(preview: Preview) -> dict[str, Any]:
    """One exchange with Azure for the phase the preview is in."""
    match preview.phase:
        case "submit_validate":
            return _after_validate(deployments.submit_validate(**_question(preview)))
        case "poll_validate":
            return _after_validate(deployments.read_validate(status_url=preview.status_url))
        case "submit_what_if":
            return _after_what_if(preview, deployments.submit_what_if(**_question(preview)))
        case _:
            return _after_what_if(preview, deployments.read_what_if(status_url=preview.status_url))


def _after_validate(answer: Pending | Validation) -> dict[str, Any]:
    if isinstance(answer, Pending):
        return {"phase": "poll_validate", "status_url": answer.status_url, "seconds": _wait(answer)}
    if not answer.accepted:
        return _answered(PreviewStatus.REFUSED, problem=answer.problem)
    return {"phase": "submit_what_if", "status_url": "", "seconds": 0.0}


def _after_what_if(preview: Preview, answer: Pending | WhatIf) -> dict[str, Any]:
    if isinstance(answer, Pending):
        return {"phase": "poll_what_if", "status_url": answer.status_url, "seconds": _wait(answer)}
    if answer.problem is not None:
        return _answered(PreviewStatus.REFUSED, problem=answer.problem)
    own = preview.payload["group"].lower()
    changes = [_change(change) for change in answer.changes if f"/resourcegroups/{own}" in change.id.lower()]
    shown = [change for change in changes if change["action"] != "ignore"]
    return _answered(PreviewStatus.ACCEPTED, changes=parameters.masked(shown, holder_id=preview.pk))


def _wait(pending: Pending) -> float:
    return min(max(pending.retry_after or _LOOK_SECONDS, 0.5), 15.0)


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action.lower(),
        "id": change.id,
        "type": change.type,
        "name": change.name,
        "deltas": [
            {"path": delta.path, "action": delta.action.lower(), "before": delta.before, "after": delta.after}
            for delta in change.deltas
            if not delta.path.startswith(_VOLATILE)
        ],
    }


def _question(preview: Preview) -> dict[str, Any]:
    """What both calls are asked with: the wrapped template at subscription scope."""
    values = {**preview.payload["parameters"], **parameters.reveal(preview.pk)}
    document = blueprint(preview.version).document
    return {
        "subscription_id": preview.environment_type.subscription_id,
        "name": f"genkan-preview-{preview.pk.hex[:12]}",
        "location": preview.payload["region"],
        "template": wrapped_template(document, preview.payload, given=values),
        "parameters": parameters.wrapped(values),
    }


def wrapped_template(
    document: Mapping[str, Any], place: Mapping[str, Any], *, given: Mapping[str, Any]
) -> dict[str, Any]:
    """A subscription template that makes the group `place` names and nests `document` into it.

    Parameters are declared again outside with their types only, and handed through, so that secure ones stay secure.
    """
    declared = document.get("parameters", {})
    types = {name.lower(): spec for name, spec in declared.items()}
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": _GROUP_API_VERSION,
        "name": place["group"],
        "location": place["region"],
        "tags": place["tags"],
    }
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": _DEPLOYMENT_API_VERSION,
        "name": "genkan-preview",
        "resourceGroup": place["group"],
        "dependsOn": [f"[subscriptionResourceId('Microsoft.Resources/resourceGroups', '{place['group']}')]"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": dict(document),
            "parameters": {name: {"value": f"[parameters('{name}')]"} for name in given},
        },
    }
    return {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"type": types[name.lower()].get("type", "string")} for name in given},
        "resources": [group, nested],
    }
