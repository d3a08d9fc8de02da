"""Things that will happen later: a persisted queue of due events and the functions that carry them out."""

import heapq
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure_emulator.world import World

Handler = Callable[["World", dict[str, Any]], None]

KIND = "event"
LONGEST_WAIT = 300.0
log = logging.getLogger(__name__)
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that carries out events of this kind."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


class Events:
    """A heap over the persisted events, so that thousands of running deployments cost O(log n) each."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._heap: list[tuple[float, str]] = []
        self._running = False
        self.reload()

    def reload(self) -> None:
        """Rebuild the heap from the store, after a restart or a restored snapshot."""
        store = self._world.store
        self._heap = [(event["at"], event["key"]) for event in store.items(KIND)]
        heapq.heapify(self._heap)

    def schedule(self, at: datetime, kind: str, payload: dict[str, Any]) -> str:
        """Run the handler of this kind at the given time, once, even across a restart; returns the event's key."""
        store = self._world.store
        key = f"{store.next_number('event'):012d}"
        store.put(KIND, key, {"key": key, "at": at.timestamp(), "kind": kind, "payload": payload, "attempts": 0})
        heapq.heappush(self._heap, (at.timestamp(), key))
        return key

    def cancel(self, key: str) -> None:
        """Forget an event that has not run yet."""
        self._world.store.delete(KIND, key)

    @property
    def next_at(self) -> float | None:
        """When the next event is due, as a POSIX timestamp."""
        return self._heap[0][0] if self._heap else None

    @property
    def is_running(self) -> bool:
        """Whether an event is being carried out, rather than a call."""
        return self._running

    def run_due(self) -> int:
        """Carry out everything that is due; returns how many events ran."""
        if self._running:
            return 0
        self._running = True
        ran = 0
        try:
            while self._heap and self._heap[0][0] <= self._world.clock.now().timestamp():
                at, key = heapq.heappop(self._heap)
                event = self._world.store.get(KIND, key)
                if event is not None and event["at"] == at:
                    self._run(event)
                    ran += 1
        finally:
            self._running = False
        return ran

    def _run(self, event: dict[str, Any]) -> None:
        store = self._world.store
        try:
            with store.transaction():
                store.delete(KIND, event["key"])
                _handlers[event["kind"]](self._world, event["payload"])
        except Exception as error:  # One broken event must not stop the others; it waits and is tried again.
            log.exception("event failed", extra={"event_kind": event["kind"]})
            self._postpone(event, error=repr(error))

    def _postpone(self, event: dict[str, Any], *, error: str) -> None:
        """Try again later, each time after twice the wait; the status page shows what waits like this."""
        attempts = event["attempts"] + 1
        at = self._world.clock.now().timestamp() + min(2.0 ** min(attempts - 1, 10), LONGEST_WAIT)
        self._world.store.put(KIND, event["key"], {**event, "attempts": attempts, "at": at, "error": error})
        heapq.heappush(self._heap, (at, event["key"]))

    def failing(self) -> list[dict[str, Any]]:
        """Events whose last attempt failed and that wait for the next one."""
        return [event for event in self._world.store.items(KIND) if event["attempts"]]
