"""Owners hear of an end before it comes."""

from datetime import timedelta

from django.utils import timezone

from environments import messages
from environments.models import Environment

# Days before the end; a lifetime shorter than one of them is reminded at the next shorter one.
DAYS_BEFORE = (7, 3, 1)


def remind() -> int:
    """Write the reminders that are due; each is written once for each end date. Returns how many environments."""
    now = timezone.now()
    count = 0
    horizon = now + timedelta(days=max(DAYS_BEFORE))
    for environment in Environment.objects.expiring_before(horizon).filter(ends_at__gt=now).select_related("owner"):
        left = environment.ends_at - now
        lasted = environment.ends_at - environment.created_at
        due = [days for days in DAYS_BEFORE if left <= timedelta(days=days) < lasted]
        if due:
            messages.ends_soon(environment, days=min(due))
            count += 1
    return count
