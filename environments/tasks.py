"""Celery tasks: thin doors into the engine and the sweeps. A message carries an id and nothing else."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from environments import claims, hints, operations, previews, watchdog
from environments.models import Environment, Operation, Orphan
from environments.services import requests
from environments.sweeps import blocked, drift, expiry, mail, orphans, reminders

DISPATCH_LIMIT = 500


@shared_task(name=hints.ADVANCE)
def advance(operation_id: str) -> None:
    """One turn of one operation; the next follows at once only when it is due now."""
    with watchdog.limit(f"operation {operation_id}"):
        seconds = operations.advance(UUID(operation_id))
    if seconds == 0:
        hints.wake(UUID(operation_id))


@shared_task(name=hints.ADVANCE_PREVIEW)
def advance_preview(preview_id: str) -> None:
    """One look of one preview."""
    with watchdog.limit(f"preview {preview_id}"):
        seconds = previews.advance_preview(UUID(preview_id))
    if seconds == 0:
        hints.wake(UUID(preview_id), task=hints.ADVANCE_PREVIEW)
    elif seconds is None:
        requests.settle_rechecked()


@shared_task(name="environments.dispatch_due")
def dispatch_due() -> int:
    """Wake workers for everything due: what makes lost messages cost latency and nothing else."""
    now = timezone.now()
    due = [(pk, hints.ADVANCE) for pk in claims.due_soon(Operation.objects.due(now), now=now, limit=DISPATCH_LIMIT)]
    looks = previews.open_previews().filter(run_at__lte=now, lease_until__lte=now).order_by("run_at")
    due += [(pk, hints.ADVANCE_PREVIEW) for pk in claims.due_soon(looks, now=now, limit=DISPATCH_LIMIT)]
    requests.settle_rechecked()
    for pk, task in due:
        if not hints.wake(pk, task=task):
            break
    return len(due)


@shared_task(name="environments.sweep_expiry")
def sweep_expiry() -> int:
    """Delete what has ended; void requests that waited too long."""
    return requests.expire_requests() + expiry.delete_ended()


@shared_task(name="environments.sweep_reminders")
def sweep_reminders() -> int:
    """Remind owners of what ends soon."""
    return reminders.remind()


@shared_task(name="environments.send_mail")
def send_mail() -> int:
    """Send the mails that are due."""
    return mail.send_due()


@shared_task(name="environments.sweep_drift")
def sweep_drift() -> int:
    """Compare every subscription with the portal, and every environment's grants that were not looked at lately."""
    for subscription_id in orphans.subscriptions():
        sweep_subscription.delay(subscription_id)
    environments = drift.due_for_grant_check()
    for pk in environments:
        check_grants.delay(str(pk))
    return len(environments)


@shared_task(name="environments.sweep_subscription")
def sweep_subscription(subscription_id: str) -> None:
    """Groups and tags of one subscription against the portal's rows, both ways."""
    orphans.compare(subscription_id)


@shared_task(name="environments.check_grants")
def check_grants(environment_id: str) -> None:
    """Role assignments of one environment against its grants."""
    drift.check_grants(Environment.objects.get(pk=environment_id))


@shared_task(name="environments.sweep_members")
def sweep_members() -> int:
    """End the access of people who left their project."""
    return drift.end_access_of_leavers()


@shared_task(name="environments.remove_orphan")
def remove_orphan(orphan_id: int) -> None:
    """Delete an orphaned group that a platform admin asked to delete."""
    orphans.remove(Orphan.objects.get(pk=orphan_id))


@shared_task(name="environments.sweep_blocked")
def sweep_blocked() -> int:
    """Try again to delete what could not be deleted, and what orphans are still there."""
    for orphan_id in orphans.waiting_for_delete():
        remove_orphan.delay(orphan_id)
    return blocked.retry()
