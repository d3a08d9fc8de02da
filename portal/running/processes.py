"""One long-lived process of the installation: start it tethered to us, see whether it is ready, stop it for good."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TETHER = Path(__file__).with_name("tether.py")
_LARGEST_LOG = 20 * 1024 * 1024


class NotReady(Exception):
    """A process ended, or did not answer in time, while it was being started."""


@dataclass(frozen=True)
class Service:
    """What to run and how to see that it answers."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool]
    ready_seconds: float = 60


@dataclass
class Running:
    """A service with its process, and what the supervisor must remember to restart it gently."""

    service: Service
    process: subprocess.Popen[bytes]
    started_at: float = field(default_factory=time.monotonic)

    def stop(self, *, grace_seconds: float = 30) -> None:
        """SIGTERM to the whole group, SIGKILL to what is left after the grace time."""
        _signal_group(self.process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=grace_seconds)
        _signal_group(self.process, signal.SIGKILL)
        self.process.wait()


def tethered(command: Sequence[str], *, user: int | None = None) -> list[str]:
    """The command line that runs `command` so that it is killed when this process dies, however it dies."""
    who = os.geteuid() if user is None else user
    return [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), str(who), *command]


def start(service: Service, *, environment: Mapping[str, str], log: Path, folder: Path) -> Running:
    """Start the service in a process group of its own, tethered to this process."""
    _turn_over(log)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            tethered(service.command),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(service, process)


def wait_until_ready(running: Running, *, log: Path) -> None:
    """Return when the service answers; raise NotReady with the end of its log when it does not."""
    deadline = time.monotonic() + running.service.ready_seconds
    while not running.service.is_ready():
        if running.process.poll() is not None:
            raise NotReady(f"{running.service.name} ended at once (exit {running.process.returncode}).\n{tail(log)}")
        if time.monotonic() > deadline:
            raise NotReady(
                f"{running.service.name} gave no answer in {running.service.ready_seconds:.0f} s.\n{tail(log)}"
            )
        time.sleep(0.05)


def tail(log: Path, *, lines: int = 12) -> str:
    """The last lines of a log, indented."""
    return "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        # macOS answers this for a group whose only member is a process that has ended.
        return


def _turn_over(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
