"""Faults on request, death of the process, and the control plane."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.azure_emulator.conftest import SUBSCRIPTION

pytestmark = pytest.mark.emulator

GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourcegroups"


def test_state_survives_kill_minus_nine_in_the_middle_of_a_delete(clients):
    client = clients.build(ResourceManagementClient)
    client.resource_groups.create_or_update("kept", {"location": "japaneast", "tags": {"a": "b"}})
    client.resource_groups.create_or_update("going", {"location": "japaneast"})
    clients.emulator.control.clock(speed=10)
    poller = client.resource_groups.begin_delete("going", polling=False)

    clients.emulator.kill()
    clients.emulator.run()

    assert client.resource_groups.get("kept").tags == {"a": "b"}
    deadline = time.monotonic() + 10
    while client.resource_groups.check_existence("going") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert client.resource_groups.check_existence("going") is False
    assert poller is not None
    deletes = clients.emulator.control.requests(method="DELETE", path="resourcegroups/going")
    assert [entry["status"] for entry in deletes] == [202]


def test_a_lost_answer_leaves_its_effect_and_a_lost_request_none(clients):
    clients.emulator.control.add_fault(
        method="PUT", path="resourcegroups/after", action={"kind": "drop-after"}, count=1
    )
    clients.emulator.control.add_fault(
        method="PUT", path="resourcegroups/before", action={"kind": "drop-before"}, count=1
    )

    with clients.http() as http:
        for name in ("after", "before"):
            with pytest.raises(httpx.TransportError):
                http.put(f"{GROUPS}/{name}", json={"location": "japaneast"})
        found = [http.get(f"{GROUPS}/{name}").status_code for name in ("after", "before")]

    assert found == [200, 404]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "7"},
        {"x-ms-retry-after-ms": "7000"},
        {"x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after": "7"},
    ],
)
def test_a_status_fault_carries_each_retry_header_and_hits_only_its_turn(clients, headers):
    clients.emulator.control.add_fault(
        method="GET", path="resourcegroups", nth=2, action={"kind": "status", "status": 429, "headers": headers}
    )

    with clients.http() as http:
        answers = [http.get(GROUPS) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 429, 200]
    name, value = next(iter(headers.items()))
    assert answers[1].headers[name] == value


def test_a_rate_fault_draws_the_same_calls_from_the_same_seed(clients):
    def statuses() -> list[int]:
        clients.emulator.control.clear_faults()
        clients.emulator.control.add_fault(
            path="resourcegroups", rate=0.3, seed=11, action={"kind": "status", "status": 503}
        )
        with clients.http() as http:
            return [http.get(GROUPS).status_code for _ in range(30)]

    first, second = statuses(), statuses()

    assert first == second
    assert 3 <= first.count(503) <= 18


def test_a_delayed_call_does_not_hold_up_the_others(clients):
    clients.emulator.control.add_fault(path="resourcegroups/slow", action={"kind": "delay", "seconds": 1.5})

    with clients.http() as http:
        started = time.monotonic()
        http.get(GROUPS)
        quick = time.monotonic() - started
        http.get(f"{GROUPS}/slow")

    assert quick < 1 < time.monotonic() - started


def test_a_stuck_delete_ends_when_the_rule_is_withdrawn(clients):
    client = clients.build(ResourceManagementClient)
    client.resource_groups.create_or_update("stuck", {"location": "japaneast"})
    clients.emulator.control.add_fault(action={"kind": "stuck-delete", "id": "/stuck$"})
    client.resource_groups.begin_delete("stuck", polling=False)

    clients.emulator.control.clock(advance=3600)
    state = client.resource_groups.get("stuck").properties.provisioning_state
    clients.emulator.control.clear_faults()
    clients.emulator.control.clock(advance=60)

    assert state == "Deleting"
    assert client.resource_groups.check_existence("stuck") is False


def test_a_locked_group_cannot_be_deleted(clients):
    with clients.http() as http:
        http.put(f"{GROUPS}/held", json={"location": "japaneast"})
        lock = f"{GROUPS}/held/providers/Microsoft.Authorization/locks/hold"
        http.put(lock, json={"properties": {"level": "CanNotDelete"}})
        refused = http.delete(f"{GROUPS}/held")
        http.delete(lock)
        accepted = http.delete(f"{GROUPS}/held")

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ScopeLocked")
    assert accepted.status_code == 202
    assert {"location", "retry-after"} <= accepted.headers.keys()


def test_the_buckets_of_resource_manager_empty_and_refill(clients):
    with clients.http() as http:
        answers = [http.get(GROUPS) for _ in range(400)]

    throttled = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].headers["x-ms-ratelimit-remaining-subscription-reads"] == "249"
    assert throttled
    assert throttled[0].headers["retry-after"] == "1"
    assert throttled[0].json()["error"]["code"] == "SubscriptionRequestsThrottled"


def test_the_control_plane_asks_for_its_token_and_the_log_tells_every_call(clients):
    with clients.http() as http:
        http.get(GROUPS, headers={"x-ms-correlation-request-id": "my-correlation"})
        refused = http.get("/_emulator/clock")
        page = http.get("/_emulator")

    entries = clients.emulator.control.requests(method="GET", path="resourcegroups")
    assert refused.status_code == 401
    assert "Local Azure" in page.text
    assert [(entry["status"], entry["correlation_id"]) for entry in entries] == [(200, "my-correlation")]


def test_the_process_ends_with_the_one_that_started_it(tmp_path):
    script = (
        "import sys; from pathlib import Path; from azure_emulator import launcher;"
        "emulator = launcher.start(Path(sys.argv[1])); print(emulator.process.pid, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()

    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
