"""Starts the local Azure as a process of its own, for tests and for the development server."""

import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

START_SECONDS = 30.0


class Control:
    """A client of the control plane at ``/_emulator/``."""

    def __init__(self, url: str, *, token: str, ca_path: Path) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"x-emulator-token": token},
            verify=trusting(ca_path),
            timeout=60,
            trust_env=False,
        )

    def call(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """One call; returns the JSON answer and raises for an error status."""
        answer = self._client.request(method, f"/_emulator/{path}", json=body, params=query)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def clock(self, **changes: Any) -> Any:
        """Read or change the clock: ``freeze="now" or ISO time``, ``advance=seconds``, ``resume=True``, ``speed=n``."""
        return self.call("POST", "clock", changes)

    def add_fault(self, *, action: Mapping[str, Any], **rule: Any) -> Any:
        """Put a fault rule in force; see ``faults.Rule`` for its fields."""
        return self.call("POST", "faults", {"action": dict(action), **rule})

    def faults(self) -> Any:
        """The rules with their hit counts."""
        return self.call("GET", "faults")["value"]

    def clear_faults(self) -> None:
        """Withdraw every rule."""
        self.call("DELETE", "faults")

    def seed(self, document: Mapping[str, Any]) -> None:
        """Apply a seed; applying it again changes nothing."""
        self.call("POST", "seed", dict(document))

    def requests(self, **query: Any) -> Any:
        """The request log: ``method``, ``path`` (regular expression), ``since`` (number), ``limit``."""
        return self.call("GET", "requests", **query)["value"]

    def counts(self) -> Any:
        """Calls by route and status."""
        return self.call("GET", "requests/counts")["value"]

    def clear_requests(self) -> None:
        """Empty the request log."""
        self.call("DELETE", "requests")

    def snapshot(self, name: str = "default") -> None:
        """Remember the present state under a name (in the process's memory)."""
        self.call("PUT", f"snapshots/{name}")

    def restore(self, name: str = "default") -> None:
        """Return to a remembered state; also clears faults' counters, throttling and the request log."""
        self.call("POST", f"snapshots/{name}/restore")

    def reset(self) -> None:
        """Return to the state right after the seed was applied at start."""
        self.call("POST", "reset")

    def throttling(self, *, enabled: bool) -> None:
        """Switch ARM's token buckets on or off."""
        self.call("POST", "throttling", {"enabled": enabled})

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


@dataclass
class Emulator:
    """A running local Azure."""

    state: Path
    port: int
    token: str
    options: list[str]
    process: subprocess.Popen[bytes] | None = None
    _control: Control | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self.port}"

    @property
    def ca_path(self) -> Path:
        """The CA certificate that clients must trust."""
        return self.state / "ca.pem"

    @property
    def control(self) -> Control:
        """A client of the control plane."""
        if self._control is None:
            self._control = Control(self.url, token=self.token, ca_path=self.ca_path)
        return self._control

    def run(self) -> None:
        """Start the process and wait until it answers."""
        command = [sys.executable, "-m", "azure_emulator", "--state", str(self.state), "--port", str(self.port)]
        command += ["--control-token", self.token, "--stop-with-parent", *self.options]
        with (self.state / "emulator.log").open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  # Our own module with our own arguments.
                command, cwd=Path(__file__).parents[1], stdout=output, stderr=subprocess.STDOUT, env=_environment()
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    self.control.call("GET", "health")
                    return
            except (OSError, httpx.HTTPError):
                time.sleep(0.05)
        text = (self.state / "emulator.log").read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"The local Azure did not start on port {self.port}.\n{text}")

    def stop(self) -> None:
        """End the process in an orderly way."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._forget_connection()

    def kill(self) -> None:
        """End the process at once, as a crash would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._forget_connection()

    def restart(self) -> None:
        """Start again on the same state and port."""
        self.stop()
        self.run()

    def _forget_connection(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None

    def __enter__(self) -> Self:
        """Use as a context manager: stopped at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process."""
        self.stop()


def start(
    state: Path,
    *,
    seed: Path | None = None,
    port: int | None = None,
    speed: float = 1.0,
    token: str | None = None,
    options: tuple[str, ...] = (),
) -> Emulator:
    """Start a local Azure on the given state folder and wait until it answers."""
    state.mkdir(parents=True, exist_ok=True)
    arguments = ["--speed", str(speed), *options]
    if seed is not None:
        arguments += ["--seed", str(seed)]
    emulator = Emulator(state, port or free_port(), token or secrets.token_urlsafe(24), arguments)
    emulator.run()
    return emulator


def trusting(ca_path: Path) -> ssl.SSLContext:
    """A TLS context that trusts this CA and nothing else."""
    return ssl.create_default_context(cafile=str(ca_path))


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}}
