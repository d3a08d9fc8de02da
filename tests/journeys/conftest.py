"""Journeys: people with browsers in front of the whole portal in processes of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings

from tests import live
from tests.visitor import Visitor


@pytest.fixture
def visitor(portal: live.Portal) -> Iterator[Callable[[str], Visitor]]:
    """`visitor("sato.yui")` has signed in through Azure's page."""
    with ExitStack() as stack:

        def arrive(key: str) -> Visitor:
            person = stack.enter_context(Visitor(portal.url, ca_path=settings.AZURE_CA_BUNDLE))
            person.sign_in(key)
            return person

        yield arrive
