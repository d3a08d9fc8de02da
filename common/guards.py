"""The engine's safety catches, each of which a test may release to prove that the tests would notice.

`GENKAN_WITHOUT_GUARDS` names the released ones. portal.checks refuses to start a production portal with any.
"""

import os
from enum import StrEnum


class Guard(StrEnum):
    """What keeps the engine honest (docs/architecture.md, The guards)."""

    LEASE = "lease"
    FENCE = "fence"
    GET_FIRST = "get_first"
    IMMEDIATE = "immediate"
    ROW_LOCK = "row_lock"


def released() -> frozenset[str]:
    """The guards that this process runs without."""
    return frozenset(filter(None, os.environ.get("GENKAN_WITHOUT_GUARDS", "").split(",")))


def is_on(guard: Guard) -> bool:
    """True unless a test released the guard."""
    return guard.value not in released()
