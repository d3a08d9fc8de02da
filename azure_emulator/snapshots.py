"""Named states to come back to, kept in memory and on disk."""

import json
import re
from pathlib import Path

from azure_emulator.errors import AzureError
from azure_emulator.store import Snapshot, Store

BASELINE = "baseline"
NAME = re.compile(r"[\w-]{1,64}")


class Snapshots:
    """Taken by name; they survive a restart, so that a test can kill the process and still reset it."""

    def __init__(self, folder: Path | None, *, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._known: dict[str, Snapshot] = {}

    def take(self, name: str) -> None:
        """Remember the present state under a name."""
        snapshot = self._known[name] = self._store.snapshot()
        path = self._path(name)
        if path is not None:
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(snapshot, separators=(",", ":")), encoding="utf-8")

    def take_once(self, name: str) -> None:
        """Remember the present state unless the name is already taken, by an earlier process too."""
        path = self._path(name)
        if path is None or not path.exists():
            self.take(name)

    def restore(self, name: str) -> None:
        """Return to a remembered state; raises AzureError(404) when there is none."""
        path = self._path(name)
        if name not in self._known and path is not None and path.exists():
            self._known[name] = json.loads(path.read_text(encoding="utf-8"))
        if name not in self._known:
            raise AzureError(404, "SnapshotNotFound", f"There is no snapshot '{name}'.")
        self._store.restore(self._known[name])

    def _path(self, name: str) -> Path | None:
        if NAME.fullmatch(name) is None:
            raise AzureError(400, "InvalidSnapshotName", "A snapshot's name has letters, digits, '-' and '_'.")
        return self._folder / f"{name}.json" if self._folder else None
