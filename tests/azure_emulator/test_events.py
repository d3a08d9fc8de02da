"""Things that happen later, when they go wrong and when the process starts again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from azure_emulator.events import handler
from azure_emulator.http import Request
from azure_emulator.planes.control_plane import status_page
from azure_emulator.request_log import RequestLog
from azure_emulator.world import World

CALL = {"at": "x", "method": "GET", "path": "/a", "query": "", "status": 200, "principal": "", "correlation_id": ""}


attempts: dict[str, int] = {}


@handler("test.counted")
def counted(_: World, payload: dict[str, Any]) -> None:
    """Fail as often as asked for; what a failed attempt wrote to the world is undone, so the count lives outside."""
    attempts[payload["name"]] = attempts.get(payload["name"], 0) + 1
    if attempts[payload["name"]] <= payload["failures"]:
        raise RuntimeError(f"attempt <{attempts[payload['name']]}>")


def page(world: World) -> str:
    request = Request(world, "GET", "/_emulator", ("_emulator",), "", {}, b"", world.base_url)
    body = status_page(request).body
    assert isinstance(body, bytes)
    return body.decode()


def test_an_event_that_fails_is_shown_and_tried_until_it_succeeds():
    world = World()
    world.clock.freeze()
    world.events.schedule(world.clock.now(), "test.counted", {"name": "one", "failures": 8})
    world.events.run_due()
    shown = page(world)
    for _ in range(8):
        world.clock.advance(300)
        world.events.run_due()

    assert "Failing events" in shown
    assert "1 attempts" in shown
    assert world.events.failing() == []
    assert world.events.next_at is None
    assert "Failing events" not in page(world)


def test_the_wait_for_the_next_attempt_doubles():
    world = World()
    world.clock.freeze()
    world.events.schedule(world.clock.now(), "test.counted", {"name": "two", "failures": 100})
    waits = []
    for _ in range(12):
        world.events.run_due()
        assert world.events.next_at is not None
        waits.append(round(world.events.next_at - world.clock.now().timestamp()))
        world.clock.advance(waits[-1] + timedelta(milliseconds=1).total_seconds())

    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 300


def test_the_log_of_an_earlier_process_goes_on_with_its_numbers(tmp_path: Path):
    path = tmp_path / "requests.jsonl"
    earlier = RequestLog(path)
    for _ in range(3):
        earlier.add(**CALL, milliseconds=1.0, headers={}, route="/a")
    path.write_text(path.read_text() + '{"number": 4, "at')
    later = RequestLog(path)
    later.add(**CALL, milliseconds=1.0, headers={}, route="/a")

    assert [entry["number"] for entry in later.entries()] == [1, 2, 3, 4]
    assert [entry["number"] for entry in RequestLog(path).entries()] == [1, 2, 3, 4]
    assert later.counts() == [{"route": "GET /a", "status": 200, "count": 4}]
