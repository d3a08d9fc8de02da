"""The emulator's own time: real unless a test freezes or advances it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from azure_emulator.store import Store

KIND = "emulator"
KEY = "clock"


class Clock:
    """UTC time that survives a restart with the same offset or the same frozen instant."""

    def __init__(self, store: Store, *, real: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._real = real
        self._offset = timedelta()
        self._frozen: datetime | None = None
        self.reload()

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return self._frozen if self._frozen is not None else self._real() + self._offset

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still until it is advanced."""
        return self._frozen is not None

    def freeze(self, at: datetime | None = None) -> None:
        """Stop at the given time, or at the present one."""
        self._frozen = (at or self.now()).astimezone(UTC)
        self._save()

    def resume(self) -> None:
        """Let time run again from where it stands."""
        if self._frozen is not None:
            self._offset = self._frozen - self._real()
            self._frozen = None
            self._save()

    def advance(self, seconds: float) -> None:
        """Jump forward (or back, with a negative number)."""
        if self._frozen is not None:
            self._frozen += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)
        self._save()

    def reload(self) -> None:
        """Read the setting again, after a restart or a restored snapshot."""
        saved = self._store.get(KIND, KEY) or {}
        self._offset = timedelta(seconds=saved.get("offset_seconds", 0.0))
        frozen = saved.get("frozen_at")
        self._frozen = datetime.fromisoformat(frozen) if frozen else None

    def _save(self) -> None:
        frozen = self._frozen.isoformat() if self._frozen else None
        self._store.put(KIND, KEY, {"offset_seconds": self._offset.total_seconds(), "frozen_at": frozen})


def iso(moment: datetime) -> str:
    """Azure's spelling of a time: seven digits and a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
