"""``/_emulator/``: clock, faults, seed, snapshots and the request log, for tests and curious people."""

import hmac
from datetime import datetime
from html import escape

from azure_emulator.clock import iso
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.routing import Handler, route
from azure_emulator.seed import apply_seed
from azure_emulator.snapshots import BASELINE
from azure_emulator.world import World


def control(method: str, path: str) -> "_Control":
    """Register a control route, which asks for the control token instead of a bearer token."""
    return _Control(method, f"/_emulator/{path}")


class _Control:
    def __init__(self, method: str, pattern: str) -> None:
        self._method = method
        self._pattern = pattern

    def __call__(self, function: Handler) -> Handler:
        def guarded(request: Request) -> Answer:
            expected = request.world.settings.control_token
            given = request.headers.get("x-emulator-token", "")
            if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
                raise AzureError(401, "Unauthorized", "The header x-emulator-token is missing or wrong.")
            return function(request)

        return route(self._method, self._pattern, public=True)(guarded)


@route("GET", "/_emulator/health", public=True)
def health(request: Request) -> Answer:
    """Whether the emulator answers; needs no token."""
    return Answer(200, {"status": "ok", "time": iso(request.world.clock.now())})


def _clock(world: World) -> dict[str, object]:
    return {"now": iso(world.clock.now()), "frozen": world.clock.is_frozen, "speed": world.speed}


@control("GET", "clock")
def read_clock(request: Request) -> Answer:
    """The present time, whether it stands still, and the speed."""
    return Answer(200, _clock(request.world))


@control("POST", "clock")
def change_clock(request: Request) -> Answer:
    """Freeze, advance, resume or change the speed; what becomes due happens before the answer."""
    world, body = request.world, request.json_object()
    if "freeze" in body:
        world.clock.freeze(None if body["freeze"] in {"now", True} else datetime.fromisoformat(body["freeze"]))
    if body.get("resume"):
        world.clock.resume()
    if "speed" in body:
        world.speed = float(body["speed"])
    if "advance" in body:
        world.clock.advance(float(body["advance"]))
    world.events.run_due()
    return Answer(200, _clock(world))


@control("GET", "faults")
def list_faults(request: Request) -> Answer:
    """The rules in force with their counters."""
    return Answer(200, {"value": request.world.faults.listed()})


@control("POST", "faults")
def add_fault(request: Request) -> Answer:
    """Put a rule in force."""
    return Answer(201, request.world.faults.add(request.json_object()))


@control("DELETE", "faults")
def clear_faults(request: Request) -> Answer:
    """Withdraw every rule."""
    request.world.faults.clear()
    return Answer(204)


@control("DELETE", "faults/{fault}")
def remove_fault(request: Request) -> Answer:
    """Withdraw one rule."""
    request.world.faults.remove(request.parameters["fault"])
    return Answer(204)


@control("POST", "seed")
def seed(request: Request) -> Answer:
    """Apply a seed document."""
    apply_seed(request.world, request.json_object())
    return Answer(204)


@control("GET", "requests")
def read_requests(request: Request) -> Answer:
    """Calls after ``since``, narrowed by ``method`` and ``path``."""
    query = request.query
    entries = request.world.log.entries(
        method=query.get("method", ""),
        path=query.get("path", ""),
        since=int(query.get("since") or 0),
        limit=int(query.get("limit") or 1000),
    )
    return Answer(200, {"value": list(entries)})


@control("GET", "requests/counts")
def read_counts(request: Request) -> Answer:
    """Calls by route and status."""
    return Answer(200, {"value": request.world.log.counts()})


@control("DELETE", "requests")
def clear_requests(request: Request) -> Answer:
    """Empty the request log."""
    request.world.log.clear()
    return Answer(204)


@control("POST", "throttling")
def switch_throttling(request: Request) -> Answer:
    """Switch ARM's token buckets on or off."""
    world = request.world
    world.throttling.is_on = bool(request.json_object().get("enabled", True))
    world.throttling.reset()
    return Answer(200, {"enabled": world.throttling.is_on})


@control("POST", "keys/rotate")
def rotate_keys(request: Request) -> Answer:
    """Sign with a new key; ``{"forget": true}`` also withdraws the older ones."""
    kid = request.world.tokens.rotate()
    if (request.json() or {}).get("forget"):
        request.world.tokens.forget_old_keys()
    return Answer(200, {"kid": kid})


@control("PUT", "snapshots/{name}")
def take_snapshot(request: Request) -> Answer:
    """Remember the present state under a name."""
    request.world.snapshots.take(request.parameters["name"])
    return Answer(204)


@control("POST", "snapshots/{name}/restore")
def restore_snapshot(request: Request) -> Answer:
    """Return to a remembered state."""
    return _restore(request.world, request.parameters["name"])


@control("POST", "reset")
def reset(request: Request) -> Answer:
    """Return to the state right after start."""
    return _restore(request.world, BASELINE)


def _restore(world: World, name: str) -> Answer:
    world.snapshots.restore(name)
    world.reload()
    world.log.clear()
    return Answer(204)


@route("GET", "/_emulator", public=True)
def status_page(request: Request) -> Answer:
    """A page a person can look at."""
    world = request.world
    kinds = ("subscription", "group", "resource", "deployment", "stack", "event", "fault")
    rows = "".join(f"<tr><th>{kind}</th><td>{world.store.count(kind)}</td></tr>" for kind in kinds)
    calls = "".join(
        f"<tr><td>{entry['at']}</td><td>{escape(str(entry['method']))}</td><td>{escape(str(entry['path']))}</td>"
        f"<td>{entry['status']}</td></tr>"
        for entry in list(world.log.entries(limit=200_000))[-25:]
    )
    failing = _failing_events(world)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Local Azure</title>'
        "<style>body{font:16px/1.5 system-ui;margin:2rem;max-width:70rem}"
        "td,th{padding:.1rem .8rem .1rem 0;text-align:left}</style><h1>Local Azure</h1>"
        f"<p>Time {iso(world.clock.now())}{' (frozen)' if world.clock.is_frozen else ''}, speed {world.speed:g}.</p>"
        f"<table>{rows}</table>{failing}<h2>Latest calls</h2><table>{calls}</table></html>"
    )
    return Answer(200, page.encode(), content_type="text/html; charset=utf-8")


def _failing_events(world: World) -> str:
    rows = "".join(
        f"<tr><td>{escape(event['kind'])}</td><td>{event['attempts']} attempts</td>"
        f"<td>{escape(str(event.get('error', '')))}</td></tr>"
        for event in world.events.failing()
    )
    return f"<h2>Failing events</h2><table>{rows}</table>" if rows else ""
