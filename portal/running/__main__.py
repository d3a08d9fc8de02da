"""`python -m portal.running WORD`: the local installation's front end for make and for containers."""

import os
import shutil
import sys

from portal.running import state, supervisor, translations


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


def write_azure_seed() -> int:
    """Write the local Azure's seed into the state folder, for a local Azure that somebody else starts."""
    place = state.place(variables())
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    supervisor.write_seed(place, state.environment(place, variables()))
    return 0


def main() -> int:
    """Dispatch on the first word."""
    match sys.argv[1:]:
        case ["run"]:
            return supervisor.run(variables())
        case ["reset"]:
            return reset()
        case ["manage", *arguments]:
            manage(arguments)
        case ["translate"]:
            translations.compile_all()
            return 0
        case ["azure-seed"]:
            return write_azure_seed()
    supervisor.say("Usage: python -m portal.running run | reset | manage COMMAND… | translate | azure-seed")
    return 2


if __name__ == "__main__":
    sys.exit(main())
