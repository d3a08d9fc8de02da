"""The hard limit of a turn: a worker process in which a turn hangs kills itself before its lease runs out.

Celery's time limits do not exist in its thread pool. A hung thread cannot be stopped, but the process can: the
supervisor starts it again, and every turn it had is taken up under a new fence.
"""

import itertools
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

log = logging.getLogger(__name__)

EXIT_CODE = 3
_LOOK_SECONDS = 1.0

_lock = threading.Lock()
_running: dict[int, tuple[float, str]] = {}
_numbers = itertools.count()
_watchers: list[threading.Thread] = []


@contextmanager
def limit(what: str) -> Iterator[None]:
    """Run the block; if it takes longer than the step limit, the whole process ends."""
    number = next(_numbers)
    with _lock:
        _running[number] = (time.monotonic() + settings.ENGINE_STEP_LIMIT_SECONDS, what)
        if not _watchers:
            _watchers.append(threading.Thread(target=_watch, name="watchdog", daemon=True))
            _watchers[0].start()
    try:
        yield
    finally:
        with _lock:
            del _running[number]


def _watch() -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        now = time.monotonic()
        with _lock:
            late = [what for until, what in _running.values() if until < now]
        if late:
            log.critical("a turn exceeded its limit; the worker ends itself", extra={"what": late[0]})
            os._exit(EXIT_CODE)
