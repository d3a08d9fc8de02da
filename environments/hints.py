"""Waking a worker: a message that carries an id and nothing else, sent after commit, allowed to get lost."""

import logging
import time
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

ADVANCE = "environments.advance"
ADVANCE_PREVIEW = "environments.advance_preview"

SILENCE_SECONDS = 5.0


@dataclass
class _Silence:
    """Until when (monotonic seconds) this process does not try the broker."""

    until: float = 0.0


_silence = _Silence()


def wake_after_commit(pk: UUID, *, task: str = ADVANCE) -> None:
    """Send the hint once the transaction is in; without a broker the dispatcher finds the row a little later."""
    transaction.on_commit(partial(wake, pk, task=task))


def wake(pk: UUID, *, task: str = ADVANCE) -> bool:
    """Send the hint now. False when the broker did not take it: latency, not loss.

    After a failure the broker is left alone for a moment, so that a broker that is down costs one time-out and not one
    for every request.
    """
    if time.monotonic() < _silence.until:
        return False
    try:
        current_app.send_task(task, args=[str(pk)], retry=False)
    except (OperationalError, OSError) as error:
        _silence.until = time.monotonic() + SILENCE_SECONDS
        log.warning("hint not sent", extra={"task": task, "error": type(error).__name__})
        return False
    return True
