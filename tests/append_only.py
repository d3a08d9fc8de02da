"""Lets a test empty the tables after itself although the database forbids to delete the audit trail."""

from collections.abc import Iterator

import pytest
from django.db import connection

from audit import append_only


@pytest.fixture(autouse=True)
def append_only_trail(request: pytest.FixtureRequest) -> Iterator[None]:
    """The triggers are on during every test that commits, and off while its tables are emptied."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (marker is not None and marker.kwargs.get("transaction"))
    if not commits:
        yield
        return
    request.getfixturevalue("transactional_db")
    append_only.install(connection)
    yield
    append_only.remove(connection)
