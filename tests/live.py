"""The portal's own processes on the database of a test: web, worker and beat, as `make run` starts them."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

from portal.running import processes
from portal.running import services as commands
from tests import services
from tests import settings as test_settings

# Everything a hundred times quicker than in production, in the same proportions.
QUICK = {
    "GENKAN_POLL_MIN_SECONDS": "0.2",
    "GENKAN_POLL_MAX_SECONDS": "1",
    "GENKAN_RETRY_BASE_SECONDS": "0.1",
    "GENKAN_TICK_SECONDS": "0.5",
    "GENKAN_HINT_SECONDS": "1",
    "GENKAN_SWEEP_SECONDS": "2",
    "GENKAN_DRIFT_SECONDS": "2",
}


def database_url() -> str:
    """The test's database as another process reaches it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"postgresql://postgres@/{name}?host={connection.settings_dict['HOST']}"


def environment(**changes: str) -> dict[str, str]:
    """The environment of a portal process: the test run's own, with this test's database and quick engine."""
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "GENKAN_DATABASE": database_url(),
        "GENKAN_BROKER_URL": settings.CELERY_BROKER_URL,
        "GENKAN_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "PYTHONUNBUFFERED": "1",
        "REMAP_SIGTERM": "SIGQUIT",
        **QUICK,
        **changes,
    }


@dataclass
class Portal:
    """Starts and kills portal processes; everything it started ends with the test."""

    folder: Path
    stack: ExitStack
    running: dict[str, processes.Running] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web server listens."""
        return f"http://localhost:{test_settings.WEB_PORT}"

    def log(self, name: str) -> str:
        """What the process has written so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start_all(self) -> None:
        """Web, worker and beat, starting side by side."""
        begun = [self._begin("web", {}), self._begin("worker", {}), self._begin("beat", {})]
        for one in begun:
            processes.wait_until_ready(one, log=self._log(one.service.name))

    def start_web(self, **changes: str) -> None:
        """One web process with four threads, answering when this returns."""
        self._start("web", changes)

    def start_worker(self, name: str = "worker", **changes: str) -> None:
        """A Celery worker that is connected when this returns."""
        self._start(name, changes)

    def start_beat(self, **changes: str) -> None:
        """Celery's clock."""
        self._start("beat", changes)

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all its children."""
        one = self.running.pop(name)
        os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()

    def stop(self, name: str) -> None:
        """SIGTERM, as a deployment does it."""
        self.running.pop(name).stop(grace_seconds=30)

    def is_alive(self, name: str) -> bool:
        """False once the process has ended by itself."""
        return name in self.running and self.running[name].process.poll() is None

    def _start(self, name: str, changes: dict[str, str]) -> None:
        processes.wait_until_ready(self._begin(name, changes), log=self._log(name))

    def _begin(self, name: str, changes: dict[str, str]) -> processes.Running:
        log = self._log(name)
        log.write_bytes(b"")
        one = processes.start(
            self._service(name),
            environment={**os.environ, **environment(**changes)},
            log=log,
            folder=services.ROOT,
        )
        self.stack.callback(one.stop, grace_seconds=10)
        self.running[name] = one
        return one

    def _service(self, name: str) -> processes.Service:
        port = test_settings.WEB_PORT
        match name:
            case "web":
                command = commands.web_command(port=port, processes=1)
                return processes.Service(name, command, commands.http_answers(port, "/account/sign-in/"))
            case "beat":
                return processes.Service(name, commands.beat_command(), lambda: "beat: Starting" in self.log(name))
        command = commands.worker_command(threads=8, name=name)
        return processes.Service(name, command, lambda: " ready." in self.log(name))

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


@contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    """A portal without processes yet."""
    with ExitStack() as stack:
        yield Portal(folder, stack)
