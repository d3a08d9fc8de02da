"""The engine in this process, brisk, against the local Azure."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from azure_emulator.launcher import Emulator
from tests.engine import BRISK


@pytest.fixture
def engine(settings: Any, azure: Emulator, user: Callable[[str], User]) -> Emulator:
    """The company's rows, short waits, Azure."""
    for name, value in BRISK.items():
        setattr(settings, name, value)
    return azure
