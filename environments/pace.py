"""How often to look: patient with old deployments, inside each subscription's ARM read budget, kind after errors."""

import random
import threading
import time

from django.conf import settings

from environments.models import Operation

# ARM refills 25 reads a second for one principal in one subscription; we plan with half of it (azure.md, throttling).
ARM_READS_PER_SECOND = 25
BUDGET_SHARE = 0.5
READS_PER_LOOK = 1.0
RETRY_CAP_SECONDS = 60.0
DETAIL_LIMIT = 50

_lock = threading.Lock()
_counted: dict[str, tuple[float, int]] = {}
_COUNT_SECONDS = 5.0


def poll_seconds(*, age: float, subscription_id: str) -> float:
    """A tenth of the step's age between the two settings, or longer when many operations share the subscription."""
    patient = min(max(age / 10, settings.ENGINE_POLL_MIN_SECONDS), settings.ENGINE_POLL_MAX_SECONDS)
    fair = open_operations(subscription_id) * READS_PER_LOOK / (ARM_READS_PER_SECOND * BUDGET_SHARE)
    seconds: float = max(patient, fair) * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load, protects nothing
    return seconds


def retry_seconds(*, attempts: int, retry_after: float | None) -> float:
    """Doubling from the base up to a minute, with jitter, and never sooner than Azure allows."""
    backoff = min(settings.ENGINE_RETRY_BASE_SECONDS * 2 ** min(attempts - 1, 10), RETRY_CAP_SECONDS)
    jittered: float = backoff * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, protects nothing
    return max(jittered, retry_after or 0.0)


def open_operations(subscription_id: str) -> int:
    """How many operations are open in the subscription; counted at most every five seconds per process."""
    now = time.monotonic()
    with _lock:
        seen = _counted.get(subscription_id)
    if seen and now - seen[0] < _COUNT_SECONDS:
        return seen[1]
    count = Operation.objects.open().filter(environment__subscription_id=subscription_id).count()
    with _lock:
        _counted[subscription_id] = (now, count)
    return count


def can_afford_detail(subscription_id: str) -> bool:
    """True while so few operations share the subscription that a second read per look does not matter."""
    return open_operations(subscription_id) <= DETAIL_LIMIT
