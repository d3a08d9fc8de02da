"""The token buckets in which Azure Resource Manager counts calls."""

import math
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from azure_emulator.errors import AzureError

if TYPE_CHECKING:
    from azure_emulator.world import World

READS, WRITES, DELETES = "reads", "writes", "deletes"
BUCKETS = {READS: (250, 25.0), WRITES: (200, 10.0), DELETES: (200, 10.0)}
EVERYBODY = 15
KIND_OF_METHOD = {"GET": READS, "HEAD": READS, "DELETE": DELETES}


@dataclass(slots=True)
class Bucket:
    """A count that refills with real time."""

    size: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Take one and return 0, or return the seconds to wait."""
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


class Throttling:
    """One bucket per subscription, caller and kind of call; fifteen times as much for all callers together.

    Counted in real time even when the emulator's clock stands still: it limits how fast clients really call.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self.is_on = True
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self.query_units: deque[tuple[float, int]] = deque()

    def count(self, method: str, *, subscription: str, caller: str) -> dict[str, str]:
        """Count a call; returns the headers that tell what remains, or raises Azure's 429."""
        kind = KIND_OF_METHOD.get(method, WRITES)
        now = time.monotonic()
        own = self._bucket((subscription, caller, kind), now, factor=1)
        everybody = self._bucket((subscription, "", kind), now, factor=EVERYBODY)
        wait = max(own.take(now), everybody.take(now))
        if wait > 0 and self.is_on:
            raise _too_many(kind, wait, subscription)
        place = "subscription" if subscription else "tenant"
        prefix = f"x-ms-ratelimit-remaining-{place}"
        return {f"{prefix}-{kind}": str(int(own.level)), f"{prefix}-global-{kind}": str(int(everybody.level))}

    def reset(self) -> None:
        """Fill every bucket."""
        self._buckets.clear()
        self.query_units.clear()

    def _bucket(self, key: tuple[str, str, str], now: float, *, factor: int) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            size, per_second = BUCKETS[key[2]]
            bucket = self._buckets[key] = Bucket(size * factor, per_second * factor, size * factor, now)
        return bucket


def _too_many(kind: str, wait: float, subscription: str) -> AzureError:
    seconds = max(1, math.ceil(wait))
    return AzureError(
        429,
        "SubscriptionRequestsThrottled" if subscription else "TenantRequestsThrottled",
        f"Number of '{kind}' requests for "
        f"{f'subscription {subscription!r}' if subscription else 'this tenant'} exceeded the limit. "
        f"Please try again after '{seconds}' seconds.",
        headers={"Retry-After": str(seconds)},
    )
