"""Everything one emulator knows and can do, in one object that every route and event handler receives.

Interfaces for the routes built on top:

- ``errors.AzureError(status, code, message, *, target, details, headers, additional_info)``: raise it anywhere below a
  route; it becomes the ``{"error": ...}`` body, and the transaction of the call is rolled back.
- ``@routing.route("PUT", "/subscriptions/{subscription}/resourcegroups/{group}/...", action="Microsoft.X/y/write",
  api_versions=None)`` on ``f(request: http.Request) -> http.Answer``. Literals match without casing, parameters keep
  their casing in ``request.parameters``. ``/{scope}/providers/...`` matches below every scope (``request.scope``).
  Token, RBAC (``action`` at the path; ``trim=n`` cuts trailing segments), api-version, throttling and faults come
  before the function; the whole call runs in one store transaction. ``request.json()`` understands the almost-JSON of
  az, ``request.json_object()`` also insists on an object, ``request.query`` has lower-cased names,
  ``request.url(path)`` is absolute with the api-version, ``request.principal`` is the caller.
- ``world.store``: ``get/put/delete/list(kind, prefix=)/items/keys/count/next_number``; documents are never changed in
  place. ``world.store.watch(kind, f)`` feeds an index that survives roll-backs and restored snapshots.
- ``world.clock.now()``; ``world.duration(seconds)`` is Azure's usual duration divided by the speed setting.
- ``world.events.schedule(at, kind, payload)`` and ``@events.handler(kind)`` on ``f(world, payload)``: persisted, each
  event in its own transaction, run when due and before each call.
- ``world.operations.start(event, payload, seconds=, subscription=)`` → name, which the handler finds in
  ``payload["operation"]``; ``finish(name, result=)``, ``fail(name, error)``; ``headers(request, name, style=)`` with
  style location, azure-async, operation-location or both; ``retry_after(seconds)``.
- ``world.resources``: ``get/exists/put/delete(id)``, ``list(scope)``, ``group``, ``need_group``,
  ``need_subscription``, ``groups``, ``put_group``; fields whose names start with ``_`` are never shown
  (``resources.public``). ``delete`` also removes children and assignments and calls ``behaviour.released``.
- ``behaviour.ResourceBehaviour``: what types do; derive from it and call ``behaviour.install(...)`` on import.
  ``world.behaviour`` is the installed one; the generic PUT, PATCH, DELETE and POST routes ask it.
- ``world.access.check(principal, action, scope)``, ``.allows(...)``, ``.check_linked(...)``;
  ``role_assignments.write(world, ...)`` creates assignments for templates with all of Azure's checks.
- ``world.faults.resource_failure(type, name)`` and ``world.faults.is_delete_stuck(id)``.
- ``groups.on_group_delete(f)``: ``f(world, group_id)`` runs when a group is removed (stacks and deployments of its
  scope).

Packages ``azure_emulator.deployments`` and ``azure_emulator.resource_types`` are imported at start, so that their
routes and handlers register themselves.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from azure_emulator.behaviour import installed
from azure_emulator.clock import Clock
from azure_emulator.denials import Denials
from azure_emulator.directory import Directory
from azure_emulator.events import Events
from azure_emulator.faults import Faults
from azure_emulator.metering import Meter
from azure_emulator.operations import Operations
from azure_emulator.rbac import Access
from azure_emulator.request_log import RequestLog
from azure_emulator.resources import Resources
from azure_emulator.snapshots import Snapshots
from azure_emulator.store import Store
from azure_emulator.throttling import Throttling
from azure_emulator.tokens import Tokens

DEFAULT_TENANT = "72f988bf-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Settings:
    """How one emulator is started."""

    state: Path | None = None
    base_url: str = "https://localhost:8443"
    speed: float = 1.0
    control_token: str = ""
    is_throttling: bool = True


@dataclass
class World:
    """The state and the services over it."""

    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        state = self.settings.state
        if state is not None:
            state.mkdir(parents=True, exist_ok=True)
        self.store = Store(state / "state.sqlite3" if state else None)
        self.speed = self.settings.speed
        self.base_url = self.settings.base_url
        self.clock = Clock(self.store)
        self.behaviour = installed()
        self.events = Events(self)
        self.operations = Operations(self)
        self.directory = Directory(self)
        self.denials = Denials(self)
        self.access = Access(self)
        self.meter = Meter(self)
        self.resources = Resources(self)
        self.faults = Faults(self)
        self.throttling = Throttling(self)
        self.throttling.is_on = self.settings.is_throttling
        self.tokens = Tokens(self)
        self.log = RequestLog(state / "requests.jsonl" if state else None)
        self.snapshots = Snapshots(state / "snapshots" if state else None, store=self.store)

    @property
    def tenant(self) -> str:
        """The id of the one tenant."""
        document = self.store.get("emulator", "tenant")
        return str(document["id"]) if document else DEFAULT_TENANT

    def duration(self, seconds: float) -> timedelta:
        """Azure's usual duration under the speed setting."""
        return timedelta(seconds=seconds / self.speed)

    def reload(self) -> None:
        """Let every service read the store again, after a snapshot was restored."""
        self.clock.reload()
        self.events.reload()
        self.faults.reload()
        self.tokens.reload()
        self.throttling.reset()
