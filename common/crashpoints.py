"""Places where a fault test may kill the process, to prove that nothing is lost there.

`GENKAN_CRASH_AT` names a point such as `provision/resource_group/after_call`; `GENKAN_CRASH_MARK` names a file that is
made at the crash, so that the restarted process does not die again. Without the variables nothing happens.
"""

import os
import signal
from pathlib import Path


def crashpoint(name: str) -> None:
    """Kill this process with SIGKILL if the test asked for this point and it has not fired yet."""
    wanted = os.environ.get("GENKAN_CRASH_AT")
    if wanted is None or wanted != name:
        return
    mark = Path(os.environ["GENKAN_CRASH_MARK"])
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
