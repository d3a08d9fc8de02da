"""Starts every process of a local installation in order, restarts what dies, stops all of it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import IO

from portal.company import azure_seed
from portal.running import greeting, processes, services, state

# A process that lived this long was healthy: its next restart is immediate again.
_HEALTHY_SECONDS = 60
_LONGEST_PAUSE_SECONDS = 30


class CannotStart(Exception):
    """Something on this machine is in the way; the message is a sentence for the person who typed the command."""


def say(text: str) -> None:
    """One line to the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Supervisor:
    """The parent of all processes of one installation."""

    def __init__(self, place: state.Place, variables: Mapping[str, str]) -> None:
        self.place = place
        self.environment = state.environment(place, dict(variables))
        self.running: list[processes.Running] = []
        self.errands: list[processes.Running] = []
        self.stopping = threading.Event()
        self.failures: dict[str, int] = {}
        self.lock: IO[str] | None = None

    def run(self) -> None:
        """Start everything, watch until a signal asks to stop, stop everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        self._lock_folder()
        self._check_ports()
        began = time.monotonic()
        try:
            self._start_all()
            if not self.stopping.is_set():
                say(greeting.text(self.place, seconds=time.monotonic() - began))
                self._run_errands()
            while not self.stopping.wait(0.5):
                self._look_after()
        finally:
            self._stop_all()

    def _lock_folder(self) -> None:
        self.lock = (self.place.folder / "run.lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"Genkan already runs from {self.place.folder}. Stop it there with Ctrl-C, "
                "or give this one a folder and ports of its own: GENKAN_STATE=… GENKAN_PORT=… GENKAN_LOCAL_AZURE_PORT=…"
            ) from error

    def _check_ports(self) -> None:
        names = {self.place.port: "GENKAN_PORT"}
        if self.place.is_local_azure:
            names[self.place.azure_port] = "GENKAN_LOCAL_AZURE_PORT"
        for port in services.busy_ports(list(names)):
            raise CannotStart(
                f"Port {port} is in use by another program. Stop that program, or choose another port: "
                f"{names[port]}={port + 1} make run"
            )

    def _start_all(self) -> None:
        token = state.keys(self.place.folder)["control_token"]
        speed = float(self.environment.get("GENKAN_LOCAL_AZURE_SPEED", "6"))
        if self.place.is_local_azure:
            write_seed(self.place, self.environment)
        self.place.broker_socket.unlink(missing_ok=True)
        backing = self._begin(services.backing_services(self.place, control_token=token, speed=speed))
        # Needs neither of them, so it runs while they start.
        self._manage("prepare")
        self._await(backing)
        threads = int(self.environment.get("GENKAN_WORKER_THREADS", "8"))
        self._await(self._begin(services.portal_services(self.place, threads=threads)))

    def _run_errands(self) -> None:
        """What the sample company's people do on their first day, while the portal is already in use."""
        if self.place.is_local_azure:
            command = [sys.executable, str(state.ROOT / "manage.py"), "seed_requests"]
            self.errands.append(self._launch(processes.Service("seed_requests", command, lambda: True)))

    def _begin(self, wanted: list[processes.Service]) -> list[processes.Running]:
        begun = [self._launch(service) for service in wanted if not self.stopping.is_set()]
        self.running += begun
        return begun

    def _await(self, begun: list[processes.Running]) -> None:
        for running in begun:
            processes.wait_until_ready(running, log=self._log(running.service.name))

    def _launch(self, service: processes.Service) -> processes.Running:
        return processes.start(service, environment=self.environment, log=self._log(service.name), folder=state.ROOT)

    def _manage(self, command: str) -> None:
        """Run one management command to its end; its output goes to a log of its own."""
        if self.stopping.is_set():
            return
        log = self._log(command)
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, str(state.ROOT / "manage.py"), command],
                env=self.environment,
                cwd=state.ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode and not self.stopping.is_set():
            raise processes.NotReady(f"`manage.py {command}` failed.\n{processes.tail(log)}")

    def _log(self, name: str) -> Path:
        self.place.logs.mkdir(exist_ok=True)
        return self.place.logs / f"{name}.log"

    def _look_after(self) -> None:
        """Restart whatever ended by itself; the pause doubles while it keeps ending soon after its start."""
        for index, running in enumerate(self.running):
            if running.process.poll() is None or self.stopping.is_set():
                continue
            name = running.service.name
            lived = time.monotonic() - running.started_at
            self.failures[name] = 0 if lived > _HEALTHY_SECONDS else self.failures.get(name, 0) + 1
            pause = min(2.0 ** self.failures[name] - 1, _LONGEST_PAUSE_SECONDS)
            code = running.process.returncode
            say(f"{name} ended (exit {code}); starting it again in {pause:.0f} s. See {self._log(name)}")
            # What the dead process may have left in its group goes first: it could hold the port.
            running.stop()
            if not self.stopping.wait(pause):
                self.running[index] = self._launch(running.service)

    def _stop_all(self) -> None:
        """Web first, so that nobody is let in; then the worker, so that it can still reach Azure and broker."""
        for running in reversed(self.running + self.errands):
            running.stop()
        if self.lock is not None:
            self.lock.close()


def write_seed(place: state.Place, environment: Mapping[str, str]) -> None:
    """The local Azure reads it at each start; what was left over is told only once, or it would never go away."""
    seed = azure_seed.seed(
        portal_url=environment["GENKAN_URL"],
        founded=date.fromisoformat(environment["GENKAN_SAMPLE_COMPANY"]),
        instance_id=environment["GENKAN_INSTANCE_ID"],
        with_leftovers=not (place.folder / "azure").exists(),
    )
    (place.folder / "azure-seed.json").write_text(json.dumps(seed, ensure_ascii=False, indent=1))


def is_running(place: state.Place) -> bool:
    """True while a supervisor holds the folder."""
    with (place.folder / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def run(variables: Mapping[str, str]) -> int:
    """Run until stopped; the exit code for the shell."""
    place = state.place(dict(variables))
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chdir(state.ROOT)
    try:
        Supervisor(place, variables).run()
    except (CannotStart, processes.NotReady) as problem:
        say(f"\n{problem}")
        return 1
    return 0
