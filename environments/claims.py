"""Who may work on a due row: a lease that others respect and a fence that rejects whoever was overtaken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.guards import Guard, is_on


class LostClaim(Exception):
    """Somebody else holds the row now; whatever this worker found out must not be written."""


@dataclass(frozen=True)
class Claim:
    """The right to write one row's next result: valid while the row's fence is still this one."""

    pk: UUID
    fence: int


def claim(due: models.QuerySet[Any], pk: UUID) -> Claim | None:
    """Take the lease of an open, due row, or None when it is not due, held by somebody else, or at its end.

    One conditional UPDATE on the fence that was just read: of any number of workers that try at once, the database lets
    one through, and that one knows its fence without reading it back (a worker that is paused in between would read
    somebody else's).
    """
    now = timezone.now()
    rows = due.filter(pk=pk, run_at__lte=now)
    if is_on(Guard.LEASE):
        rows = rows.filter(lease_until__lte=now)
    fence = rows.values_list("fence", flat=True).first()
    if fence is None:
        return None
    lease = now + timedelta(seconds=settings.ENGINE_LEASE_SECONDS)
    if not rows.filter(fence=fence).update(lease_until=lease, fence=fence + 1):
        return None
    return Claim(pk=pk, fence=fence + 1)


def held(rows: models.QuerySet[Any], held_claim: Claim) -> models.QuerySet[Any]:
    """The claimed row, as long as the claim is still ours: every result is written through this."""
    rows = rows.filter(pk=held_claim.pk)
    return rows.filter(fence=held_claim.fence) if is_on(Guard.FENCE) else rows


def renew(rows: models.QuerySet[Any], held_claim: Claim) -> None:
    """Start the lease afresh before a call to Azure, or raise LostClaim: a late worker must not write any more."""
    lease = timezone.now() + timedelta(seconds=settings.ENGINE_LEASE_SECONDS)
    if not held(rows, held_claim).update(lease_until=lease):
        raise LostClaim(str(held_claim.pk))


def due_soon(due: models.QuerySet[Any], *, now: datetime, limit: int) -> list[UUID]:
    """Ids of due rows that nobody hinted at lately, marked as hinted so that the next tick leaves them alone."""
    ids = list(due.filter(hinted_until__lte=now).values_list("pk", flat=True)[:limit])
    if ids:
        until = now + timedelta(seconds=settings.ENGINE_HINT_SECONDS)
        due.model._default_manager.filter(pk__in=ids, hinted_until__lte=now).update(hinted_until=until)
    return ids
