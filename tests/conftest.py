"""Fixtures of the whole suite: database server, broker, local Azure, sample company, the portal's own processes."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings
from django.test import Client

from accounts.models import User
from azure_emulator import launcher
from portal.company import azure_seed, tenant
from portal.running import translations
from tests import live, services
from tests import settings as test_settings
from tests.append_only import append_only_trail  # noqa: F401 - a fixture for every test

_SERVERS = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for the run: in the first process, before xdist starts its workers."""
    translations.compile_all()
    # One line for each request a test makes would hide what failed.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if services.wants_postgres() and not os.environ.get("PYTEST_XDIST_WORKER"):
        _SERVERS.enter_context(services.postgres(Path(os.environ[services.POSTGRES])))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started."""
    _SERVERS.close()


@pytest.fixture
def company(db: None) -> None:
    """The sample company's rows: people, projects, types, budgets, catalog."""
    from portal.company import rows

    rows.write(date.today())


@pytest.fixture
def user(company: None) -> Callable[[str], User]:
    """`user("sato.yui")` is the person's row."""
    return lambda key: User.objects.get(object_id=tenant.person(key).object_id)


@pytest.fixture
def signed_in(user: Callable[[str], User]) -> Callable[[str], Client]:
    """`signed_in("sato.yui")` is a client with a session of that person (journeys sign in through the page instead)."""

    def client_of(key: str) -> Client:
        client = Client()
        client.force_login(user(key), backend="accounts.backends.EntraBackend")
        return client

    return client_of


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """A broker of this process's own; yields its URL, which is also settings.CELERY_BROKER_URL."""
    with services.broker(Path(settings.STATE_DIR)) as url:
        yield url


@pytest.fixture(scope="session")
def azure_process() -> Iterator[launcher.Emulator]:
    """One local Azure for each test process, on the port that the settings already name."""
    seed = Path(settings.STATE_DIR) / "azure-seed.json"
    seed.write_text(json.dumps(azure_seed.seed(portal_url=settings.PORTAL_URL, founded=date.today())))
    with launcher.start(
        Path(settings.AZURE_CA_BUNDLE).parent, seed=seed, port=test_settings.AZURE_PORT, speed=200, token="tests"
    ) as azure:
        yield azure


@pytest.fixture
def azure(azure_process: launcher.Emulator) -> Iterator[launcher.Emulator]:
    """The local Azure as it was after its start: no groups but the shared ones, no faults, an empty request log."""
    yield azure_process
    if azure_process.process is None or azure_process.process.poll() is not None:
        azure_process.run()
    azure_process.control.reset()
    azure_process.control.clock(speed=200)


@pytest.fixture(scope="session")
def static_files() -> None:
    """What the web process serves, collected once as an installation does it."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run(command, cwd=services.ROOT, check=True, env=environment)


@pytest.fixture
def portal_processes(
    transactional_db: None, azure: launcher.Emulator, broker: str, tmp_path: Path
) -> Iterator[live.Portal]:
    """Starts web, worker and beat on this test's database; a test says which, and may kill them."""
    from portal.company import rows

    rows.write(date.today())
    flush_broker(broker)
    with live.portal(tmp_path) as portal:
        yield portal
        # Shown by pytest when the test failed.
        for name in portal.running:
            sys.stdout.write(f"---- {name}.log\n{portal.log(name)[-4000:]}\n")


@pytest.fixture
def portal(portal_processes: live.Portal, static_files: None) -> live.Portal:
    """The whole portal running: web, worker, beat."""
    portal_processes.start_all()
    return portal_processes


def flush_broker(url: str) -> None:
    """Throw every message away."""
    with redis.Redis(unix_socket_path=urlsplit(url).path) as client:
        client.flushall()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not looked at is said where everybody reads: at the end."""
    skipped = [one for one in terminalreporter.getreports("skipped") if "NO CHROMIUM" in str(one.longrepr)]
    if skipped:
        text = (
            f"{len(skipped)} browser tests were NOT run: there is no Chromium. Install it to have the pages looked at."
        )
        terminalreporter.section("browser tests left out", sep="!", yellow=True, bold=True)
        terminalreporter.write_line(text, yellow=True, bold=True)
