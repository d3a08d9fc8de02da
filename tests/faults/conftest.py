"""Fault tests run on committed rows, a brisk engine and a local Azure of their own process."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from azure_emulator.launcher import Emulator
from tests.engine import BRISK


@pytest.fixture
def brisk(settings: Any) -> None:
    """Short leases and polls."""
    for name, value in BRISK.items():
        setattr(settings, name, value)


@pytest.fixture
def engine(transactional_db: None, brisk: None, azure: Emulator, user: Callable[[str], User]) -> Emulator:
    """Everything a fault test needs: the company's rows, committed, and Azure."""
    return azure
