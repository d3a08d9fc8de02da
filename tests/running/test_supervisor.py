"""`make run`: starts everything, restarts what dies, leaves nothing behind however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from portal.running import state
from tests import services

pytestmark = pytest.mark.services


class Installation:
    """A local installation in a folder and on ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.azure_port = services.free_port(), services.free_port()
        self.process: subprocess.Popen[str] | None = None
        self.output = folder / "output.txt"

    @property
    def environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("GENKAN_", "DJANGO_"))}
        return {
            **mine,
            "GENKAN_STATE": str(self.folder / "var"),
            "GENKAN_PORT": str(self.port),
            "GENKAN_LOCAL_AZURE_PORT": str(self.azure_port),
            "GENKAN_LOCAL_AZURE_SPEED": "200",
        }

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.running", "run"],
                cwd=services.ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        services.wait_for(self.is_announced, seconds=120, what=f"ready: {self.output.read_text()}")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of the installation's front end, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "portal.running", *words],
            check=False,
            cwd=services.ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def is_announced(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.output.read_text()
        return "Genkan is ready" in self.output.read_text()

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def members(self) -> dict[int, str]:
        """Every process of this installation, wherever it was started from."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and self._is_mine(entry):
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        return found

    def _is_mine(self, entry: Path) -> bool:
        try:
            return f"GENKAN_STATE={self.folder / 'var'}\0" in (entry / "environ").read_text()
        except (OSError, UnicodeDecodeError):
            return False

    def log(self, name: str) -> str:
        return (self.folder / "var" / "log" / f"{name}.log").read_text()


@pytest.fixture
def installation(tmp_path):
    one = Installation(tmp_path)
    yield one
    if one.process is not None and one.process.poll() is None:
        one.process.kill()
        one.process.wait()


@pytest.mark.timeout(400)
def test_it_starts_heals_survives_sigkill_and_keeps_its_data(installation):
    installation.start()
    announced = installation.output.read_text()
    assert "sato.yui@aozora.example" in announced
    assert httpx.get(f"http://localhost:{installation.port}/account/sign-in/").status_code == 200
    services.wait_for(
        lambda: "scratch: accepted" in installation.log("seed_requests"), seconds=90, what="first requests"
    )
    keys = state.keys(installation.folder / "var")

    # A process that dies is started again.
    worker = next(pid for pid, command in installation.members().items() if " worker " in command)
    os.kill(worker, signal.SIGKILL)
    services.wait_for(
        lambda: installation.log("worker").count(" ready.") == 2, seconds=60, what="the worker started again"
    )
    assert "worker ended (exit -9)" in installation.output.read_text()

    # Without a supervisor nothing goes on.
    installation.end(signal.SIGKILL)
    services.wait_for(lambda: not installation.members(), seconds=60, what="every process gone")

    # The second start is quick and keeps everything; Ctrl-C ends it in order.
    began = time.monotonic()
    installation.start()
    assert time.monotonic() - began < 60
    assert state.keys(installation.folder / "var") == keys
    refused = installation.command("reset")
    assert (refused.returncode, "Genkan is running" in refused.stdout) == (1, True)
    assert installation.command("manage", "doctor", "--offline").returncode == 0
    assert installation.end(signal.SIGINT) == 0
    assert installation.members() == {}

    # Starting over removes all of it.
    assert installation.command("reset").returncode == 0
    assert not (installation.folder / "var").exists()


def test_a_busy_port_is_a_sentence_that_says_how_to_choose_another(installation):
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        done = installation.command("run")
    assert done.returncode == 1
    assert f"Port {installation.port} is in use" in done.stdout
    assert f"GENKAN_PORT={installation.port + 1} make run" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
