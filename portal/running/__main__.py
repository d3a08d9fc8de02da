"""`python -m portal.running run | reset | manage COMMAND…`: the local installation's front end for make."""

import os
import shutil
import sys

from portal.running import state, supervisor


def variables() -> dict[str, str]:
    """GENKAN_… from .env, overruled by the shell's."""
    shell = {name: value for name, value in os.environ.items() if name.startswith("GENKAN_")}
    return {**state.read_env_file(state.ROOT / ".env"), **shell}


def reset() -> int:
    """Remove everything the local installation keeps, after making sure that it does not run."""
    place = state.place(variables())
    if not place.folder.exists():
        return 0
    if supervisor.is_running(place):
        supervisor.say("Genkan is running. Stop it with Ctrl-C first, then reset.")
        return 1
    shutil.rmtree(place.folder)
    supervisor.say(f"Removed {place.folder}. The next `make run` starts with a new sample company.")
    return 0


def manage(arguments: list[str]) -> None:
    """Become `manage.py` with the local installation's settings."""
    place = state.place(variables())
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = state.environment(place, variables())
    os.execve(sys.executable, [sys.executable, str(state.ROOT / "manage.py"), *arguments], environment)  # noqa: S606


def main() -> int:
    """Dispatch on the first word."""
    match sys.argv[1:]:
        case ["run"]:
            return supervisor.run(variables())
        case ["reset"]:
            return reset()
        case ["manage", *arguments]:
            manage(arguments)
    supervisor.say("Usage: python -m portal.running run | reset | manage COMMAND…")
    return 2


if __name__ == "__main__":
    sys.exit(main())
