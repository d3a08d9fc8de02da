"""F2, F4, F6: Celery workers killed at random, the broker flushed or gone, the database cut off; nothing is lost."""

import random
import time
from collections.abc import Callable

import pytest
import redis
from django.conf import settings
from django.db import connection

from accounts.models import User
from azure_emulator.launcher import Emulator
from environments.models import Environment, EnvironmentStatus, Operation, OperationStatus
from environments.services.environments import delete_environment
from projects.models import EnvironmentType
from tests import live, services
from tests.engine import WorkerProcess, assert_invariants, describe_open, environment_for

BRISK = {"GENKAN_LEASE_SECONDS": "2", "GENKAN_STEP_LIMIT_SECONDS": "1.8", "GENKAN_TICK_SECONDS": "0.3"}


def several(user: User, count: int, *, template: str = "empty-sandbox") -> list[Environment]:
    EnvironmentType.objects.update(quota=100)
    return [environment_for(user, template=template, name=f"sandbox-{number}", days=1) for number in range(count)]


def all_done() -> bool:
    return not Operation.objects.open().exists()


def settle(*, seconds: float = 90, meanwhile: Callable[[], object] = lambda: None) -> None:
    deadline = time.monotonic() + seconds
    while not all_done():
        assert time.monotonic() < deadline, describe_open()
        meanwhile()
        time.sleep(0.05)


def assert_all(environments: list[Environment], status: EnvironmentStatus) -> None:
    found = set(Environment.objects.filter(pk__in=[one.pk for one in environments]).values_list("status", flat=True))
    assert found == {status}


@pytest.mark.faults
def test_workers_killed_at_random_lose_and_double_nothing(engine: Emulator, user: Callable[[str], User]) -> None:
    dice = random.Random(20)
    environments = several(user("sato.yui"), 10, template="code-interpreter-sessions")
    engine.control.clock(speed=20)
    kills = storm(dice)
    for environment in environments[::2]:
        environment.refresh_from_db()
        delete_environment(actor=environment.owner, environment=environment)
    kills += storm(dice)

    assert kills >= 10
    assert_all(environments[::2], EnvironmentStatus.DELETED)
    assert_all(environments[1::2], EnvironmentStatus.READY)
    assert_invariants()


def storm(dice: random.Random) -> int:
    """Two workers at work, one of them killed every half second, until nothing is open. Returns the kills."""
    workers = [WorkerProcess(seconds=120), WorkerProcess(seconds=120)]
    kills = 0
    deadline = time.monotonic() + 120
    while not all_done():
        assert time.monotonic() < deadline, describe_open()
        time.sleep(dice.uniform(0.1, 0.9))
        victim = dice.randrange(2)
        workers[victim].kill()
        workers[victim] = WorkerProcess(seconds=120)
        kills += 1
    for worker in workers:
        worker.wait()
    return kills


@pytest.mark.faults
@pytest.mark.services
def test_a_killed_celery_worker_is_followed_by_one_that_finishes(
    azure: Emulator, portal_processes: live.Portal, user: Callable[[str], User]
) -> None:
    environments = several(user("sato.yui"), 4)
    azure.control.clock(speed=2)
    portal_processes.start_beat(**BRISK)
    portal_processes.start_worker(**BRISK)
    services.wait_for(
        lambda: Operation.objects.filter(steps__name="deployment", steps__status="running").exists(),
        seconds=30,
        what="no deployment began",
    )

    portal_processes.kill("worker")
    azure.control.clock(speed=200)
    portal_processes.start_worker(**BRISK)
    settle()

    assert_all(environments, EnvironmentStatus.READY)
    assert_invariants()


@pytest.mark.faults
@pytest.mark.services
def test_a_broker_that_forgets_everything_costs_only_time(
    azure: Emulator, portal_processes: live.Portal, user: Callable[[str], User]
) -> None:
    environments = several(user("sato.yui"), 8)
    portal_processes.start_beat(**BRISK)
    portal_processes.start_worker(**BRISK)
    connected = redis.Redis(unix_socket_path=settings.CELERY_BROKER_URL.removeprefix("redis+socket://"))

    settle(meanwhile=connected.flushall)

    assert_all(environments, EnvironmentStatus.READY)
    assert_invariants()


@pytest.mark.faults
def test_a_request_is_taken_while_the_broker_is_down(engine: Emulator, user: Callable[[str], User]) -> None:
    draft_taken = time.monotonic()
    environment = environment_for(user("sato.yui"))
    seconds = time.monotonic() - draft_taken

    operation = environment.operations.get()
    assert seconds < 2
    assert operation.status == OperationStatus.OPEN
    assert operation.started_at is None


@pytest.mark.faults
@pytest.mark.services
def test_a_database_that_cuts_every_connection_loses_nothing(
    azure: Emulator, portal_processes: live.Portal, user: Callable[[str], User]
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server to cut connections; its processes are killed in the tests above")
    environments = several(user("sato.yui"), 8)
    portal_processes.start_beat(**BRISK)
    portal_processes.start_worker(**BRISK)
    cut = [time.monotonic()]

    def cut_everything() -> None:
        if time.monotonic() - cut[0] > 1:
            cut[0] = time.monotonic()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )

    settle(meanwhile=cut_everything)

    assert_all(environments, EnvironmentStatus.READY)
    assert_invariants()
