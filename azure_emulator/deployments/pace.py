"""The time an event stands for: what follows is reckoned from then, however far the clock has jumped."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from azure_emulator import events

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]
Handler = Callable[["World", Document], None]
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now(world: "World") -> datetime:
    """The time of the event being carried out; outside of events the clock's."""
    return _moment.get() or world.clock.now()


def schedule(world: "World", seconds: float, kind: str, payload: Document) -> None:
    """Let something happen after Azure's usual seconds, reckoned from the present event."""
    at = now(world) + world.duration(seconds)
    world.events.schedule(at, kind, {**payload, "_at": at.isoformat()})


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register an event handler that acts at the time its event was due."""

    def register(function: Handler) -> Handler:
        def act(world: "World", payload: Document) -> None:
            due = payload.get("_at")
            token = _moment.set(datetime.fromisoformat(due) if due else None)
            try:
                function(world, payload)
            finally:
                _moment.reset(token)

        events.handler(kind)(act)
        return function

    return register
