"""Keeping below Azure Resource Manager's limits: a token bucket for each subscription and kind of call."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy
from django.conf import settings

from cloud.errors import TransientCloudError

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)
_LONGEST_WAIT = 60.0
_SCARCE = 0.2


class Kind(StrEnum):
    """ARM counts reads, writes and deletes apart."""

    READ = "reads"
    WRITE = "writes"
    DELETE = "deletes"


# Size and refill a second of ARM's own buckets (learn.microsoft.com, request-limits-and-throttling).
_LIMITS = {Kind.READ: (250.0, 25.0), Kind.WRITE: (200.0, 10.0), Kind.DELETE: (200.0, 10.0)}


@dataclass
class Bucket:
    """Tokens that refill with time. Callers who find none are told different times to come again."""

    size: float
    refill: float
    clock: Callable[[], float] = time.monotonic
    level: float = field(init=False)
    queued: float = 0.0
    seen: float = field(init=False)

    def __post_init__(self) -> None:
        self.level, self.seen = self.size, self.clock()

    def take(self) -> float:
        """Take one token and answer 0, or answer the seconds after which to come again."""
        self._refill()
        if self.level >= 1:
            self.level -= 1
            return 0.0
        self.queued += 1
        return min((self.queued - self.level) / self.refill, _LONGEST_WAIT)

    def shrink(self, remaining: float) -> None:
        """Azure has only so much left: do not spend more than that before it refills."""
        self._refill()
        self.level = min(self.level, remaining)

    @property
    def share_left(self) -> float:
        """How full the bucket is, from 0 to 1."""
        self._refill()
        return self.level / self.size

    def _refill(self) -> None:
        now = self.clock()
        gained = (now - self.seen) * self.refill
        self.seen = now
        self.level = min(self.size, self.level + gained)
        self.queued = max(0.0, self.queued - gained)


class Budget:
    """Every bucket of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, Kind, float], Bucket] = {}

    def spend(self, subscription_id: str, kind: Kind) -> None:
        """Take one call from the bucket; raise TransientCloudError with the wait when there is none."""
        with self._lock:
            bucket = self._bucket(subscription_id, kind)
            wait = bucket.take() if bucket else 0.0
        if wait:
            raise TransientCloudError(
                f"The portal's own budget of {kind} for the subscription is used up.",
                retry_after=wait,
                code="BudgetEmpty",
            )

    def learn(self, subscription_id: str, kind: Kind, remaining: float) -> None:
        """Azure said how many calls it will still take."""
        with self._lock:
            bucket = self._bucket(subscription_id, kind)
            if bucket and remaining < _SCARCE * _LIMITS[kind][0]:
                bucket.shrink(remaining * _share())

    def share_left(self, subscription_id: str, kind: Kind) -> float:
        """How much of the bucket is left, from 0 to 1; 1 when the budget is switched off."""
        with self._lock:
            bucket = self._bucket(subscription_id, kind)
            return bucket.share_left if bucket else 1.0

    def _bucket(self, subscription_id: str, kind: Kind) -> Bucket | None:
        share = _share()
        if share <= 0:
            return None
        key = (subscription_id.lower(), kind, share)
        if key not in self._buckets:
            size, refill = _LIMITS[kind]
            self._buckets[key] = Bucket(size=size * share, refill=refill * share)
        return self._buckets[key]


def _share() -> float:
    """The part of ARM's limits this process may use; 0 switches the budget off."""
    return float(settings.AZURE_BUDGET_SHARE)


budget = Budget()


class BudgetPolicy(SansIOHTTPPolicy[Any, Any]):
    """Spends before each call and learns from each answer's remaining-calls header."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Raise TransientCloudError rather than send what Azure would throttle."""
        if found := _SUBSCRIPTION.search(request.http_request.url):
            budget.spend(found[1], _kind(request.http_request.method))

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Remember how many calls Azure still takes."""
        kind = _kind(request.http_request.method)
        remaining = response.http_response.headers.get(f"x-ms-ratelimit-remaining-subscription-{kind}", "")
        found = _SUBSCRIPTION.search(request.http_request.url)
        if found and remaining.isdigit():
            budget.learn(found[1], kind, float(remaining))


def _kind(method: str) -> Kind:
    if method in {"GET", "HEAD"}:
        return Kind.READ
    return Kind.DELETE if method == "DELETE" else Kind.WRITE
