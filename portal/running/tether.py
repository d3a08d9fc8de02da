"""Runs a command that dies with its parent: `python tether.py PARENT_PID USER_ID COMMAND…` (no import of ours)."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the user if it is not ours, ask for SIGKILL at the parent's death, make sure it still lives, exec.

    SIGKILL, because a polite end may wait for what has just died too: a worker would look for its broker for ever.
    Everything we run survives it by design.

    Where the kernel has no such thing (macOS) the command simply runs; the parent stops it in the ordinary way.
    """
    parent, user, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if user != os.geteuid():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - the command comes from the supervisor, never from outside


if __name__ == "__main__":
    main()
