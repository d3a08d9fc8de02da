"""`python -m tests.bench [environments] [subscriptions] [blocking]`: time, memory, SQL and ARM reads under load.

Prints ratios, not verdicts. The ideal is what Azure itself takes: its minute for each deployment, after the writes that
its own limits (a bucket of 200 and 10 a second for each subscription) let through.
"""

import json
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from azure_emulator import launcher
from environments import operations
from environments.models import Operation, OperationKind, OperationStatus, Step
from environments.services.environments import delete_environment
from portal.company import azure_seed, rows
from portal.running import processes
from portal.running.services import beat_command, worker_command
from tests import services
from tests import settings as test_settings
from tests.bench import blocking
from tests.bench.load import AZURE_SECONDS, Load, place, seed

THREADS = 16
ARM_WRITES = (200, 10)


@dataclass
class Watch:
    """What was seen while the load ran."""

    seconds: float = 0.0
    peak_megabytes: float = 0.0
    most_in_flight: int = 0
    samples: list[int] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Run the load and print the figures."""
    load = Load(
        environments=int(arguments[0]) if arguments else 1000,
        subscriptions=int(arguments[1]) if len(arguments) > 1 else 10,
    )
    blocked = int(arguments[2]) if len(arguments) > 2 else 2 * THREADS
    with ExitStack() as stack:
        folder = Path(settings.STATE_DIR)
        azure = stack.enter_context(_azure(load, folder))
        stack.enter_context(services.broker(folder))
        _database()
        environments = place(load)
        azure.control.clear_requests()
        watch = _run(folder, stack)
        _print_engine(load, azure, watch)
        _print_sql(environments[0].pk)
        _print_blocking(load, blocked, azure)
    return 0


def _azure(load: Load, folder: Path) -> launcher.Emulator:
    document = seed(load, azure_seed.seed(portal_url=settings.PORTAL_URL, founded=date.today()))
    path = folder / "seed.json"
    path.write_text(json.dumps(document))
    state = Path(settings.AZURE_CA_BUNDLE).parent
    return launcher.start(state, seed=path, port=test_settings.AZURE_PORT, speed=1, token="bench")


def _database() -> None:
    """The test database itself is the bench's: the worker process must find it under the settings' own name."""
    call_command("migrate", verbosity=0)
    rows.write(date.today())


def _run(folder: Path, stack: ExitStack) -> Watch:
    """Start one worker process and beat; look twice a second until nothing is open."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "GENKAN_TICK_SECONDS": "1"}
    log = folder / "worker.log"
    worker = _start("worker", worker_command(threads=THREADS), environment, log, stack)
    _start("beat", beat_command(), environment, folder / "beat.log", stack)
    services.wait_for(lambda: Operation.objects.exclude(started_at=None).exists(), seconds=60, what=f"no turn: {log}")
    watch, started = Watch(), time.monotonic()
    while Operation.objects.open().exists():
        _look(watch, worker.process.pid)
        time.sleep(0.5)
    watch.seconds = time.monotonic() - started
    return watch


def _start(
    name: str, command: list[str], environment: dict[str, str], log: Path, stack: ExitStack
) -> processes.Running:
    one = processes.start(
        processes.Service(name, command, lambda: True), environment=environment, log=log, folder=services.ROOT
    )
    stack.callback(one.stop, grace_seconds=5)
    return one


def _look(watch: Watch, pid: int) -> None:
    in_flight = Step.objects.filter(
        name="deployment", status="running", operation__status="open", waiting_for__startswith="deploy"
    ).count()
    watch.most_in_flight = max(watch.most_in_flight, in_flight)
    watch.peak_megabytes = max(watch.peak_megabytes, _megabytes(pid))


def _megabytes(pid: int) -> float:
    """Peak resident memory of the process (the tether executes the command in its own place)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _print_engine(load: Load, azure: launcher.Emulator, watch: Watch) -> None:
    counts = azure.control.counts()
    elsewhere = ("oauth2", "openid-configuration", "CostManagement", "_emulator")
    arm = [entry for entry in counts if not any(word in entry["route"] for word in elsewhere)]
    reads = sum(entry["count"] for entry in arm if entry["route"].startswith("GET "))
    writes = sum(entry["count"] for entry in arm if not entry["route"].startswith("GET "))
    throttled = sum(entry["count"] for entry in arm if entry["status"] == 429)
    ideal = _ideal(load, writes)
    failed = Operation.objects.exclude(status=OperationStatus.SUCCEEDED).count()
    print(
        f"environments             {load.environments} over {load.subscriptions} subscriptions, {failed} not succeeded"
    )
    print(f"time                     {watch.seconds:.0f} s; ideal {ideal:.0f} s; ratio {watch.seconds / ideal:.2f}")
    print(f"worker                   1 process, {THREADS} threads, peak {watch.peak_megabytes:.0f} MB")
    print(f"deployments in flight    {watch.most_in_flight} at most")
    print(f"ARM reads                {reads / load.environments:.1f} for each environment")
    print(f"ARM writes               {writes / load.environments:.1f} for each environment")
    print(f"throttled by Azure       {throttled} of {reads + writes} calls")


def _ideal(load: Load, writes: int) -> float:
    """Azure's minute, after the writes of the busiest subscription that its own bucket holds back."""
    size, refill = ARM_WRITES
    return AZURE_SECONDS + max(0.0, (writes / load.subscriptions - size) / refill)


def _print_sql(environment_id: UUID) -> None:
    """Turn one delete in this process and count the statements, transaction control included."""
    operation = Operation.objects.get(environment=environment_id, kind=OperationKind.PROVISION)
    delete = delete_environment(actor=User.objects.system(), environment=operation.environment)
    statements = 0
    while Operation.objects.open().exists():
        for pk in list(Operation.objects.due(timezone.now()).values_list("pk", flat=True)):
            with CaptureQueriesContext(connection) as captured:
                operations.advance(pk)
            statements += len(captured)
    turns = sum(delete.steps.values_list("looks", flat=True))
    print(f"SQL                      {statements / turns:.1f} statements for each turn ({turns} turns of a delete)")


def _print_blocking(load: Load, count: int, azure: launcher.Emulator) -> None:
    seconds = blocking.run(load, count=count, threads=THREADS)
    rate = count / seconds
    print(
        f"blocking on the poller   {count} environments in {seconds:.0f} s with the same {THREADS} threads;"
        f" {load.environments} would take {load.environments / rate:.0f} s"
    )
    azure.control.clear_requests()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
