"""Fixtures of the whole suite: database server, broker, local Azure, sample company, the portal's own processes."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from portal.company import tenant
from tests import services

_SERVERS = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for the run: in the first process, before xdist starts its workers."""
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
