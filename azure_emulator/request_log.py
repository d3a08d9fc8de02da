"""What was asked of the emulator and what it answered."""

import json
import os
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HEADERS = frozenset(
    {
        "retry-after",
        "x-ms-retry-after-ms",
        "location",
        "azure-asyncoperation",
        "operation-location",
        "x-ms-client-request-id",
    }
)
KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One call."""

    number: int
    at: str
    method: str
    path: str
    query: str
    status: int
    principal: str
    correlation_id: str
    milliseconds: float
    headers: dict[str, str]
    route: str


class RequestLog:
    """The latest calls, with counters by route; lines on disk bring them back after a restart.

    Lines of an earlier process stay text until somebody asks for calls, so that a long log does not delay the start.
    """

    def __init__(self, path: Path | None) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._counters: Counter[tuple[str, int]] = Counter()
        self._earlier: list[str] = []
        self._number = 0
        self._path = path
        if path is not None and path.exists():
            text = path.read_text(encoding="utf-8")
            if text and not text.endswith("\n"):  # The process was killed while writing its last line.
                text = text[: text.rfind("\n") + 1]
                os.truncate(path, len(text.encode()))
            self._earlier = text.splitlines()[-KEPT:]
            last = next(filter(None, map(_entry, reversed(self._earlier))), None)
            self._number = last.number if last else 0
        self._file = path.open("a", encoding="utf-8", buffering=1) if path else None

    def _read_earlier(self) -> None:
        if self._earlier:
            present, self._entries = self._entries, deque(maxlen=KEPT)
            lines, self._earlier = self._earlier, []
            self._counters.clear()
            for entry in (*filter(None, map(_entry, lines)), *present):
                self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        self._number = max(self._number, entry.number)
        self._entries.append(entry)
        self._counters[(entry.method + " " + entry.route, entry.status)] += 1

    def add(self, **values: object) -> None:
        """Remember a call."""
        entry = Entry(number=self._number + 1, **values)  # type: ignore[arg-type]  # The one caller names every field.
        self._keep(entry)
        if self._file is not None:
            self._file.write(json.dumps({name: getattr(entry, name) for name in Entry.__slots__}) + "\n")

    def entries(
        self, *, method: str = "", path: str = "", since: int = 0, limit: int = 1000
    ) -> Iterator[dict[str, object]]:
        """Calls after a number, oldest first; ``path`` is a regular expression searched without casing."""
        self._read_earlier()
        pattern = re.compile(path, re.IGNORECASE)
        for entry in self._entries:
            if limit <= 0:
                return
            if entry.number > since and (not method or entry.method == method.upper()) and pattern.search(entry.path):
                limit -= 1
                yield asdict(entry)

    def counts(self) -> list[dict[str, object]]:
        """How often each route answered with each status."""
        self._read_earlier()
        return [
            {"route": route, "status": status, "count": count}
            for (route, status), count in sorted(self._counters.items())
        ]

    def clear(self) -> None:
        """Forget everything but the numbering."""
        self._earlier.clear()
        self._entries.clear()
        self._counters.clear()
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Close the file, keeping only what is still in memory."""
        if self._file is not None and self._path is not None:
            self._file.close()
            lines = [json.dumps(asdict(entry)) + "\n" for entry in self._entries]
            earlier = [f"{line}\n" for line in self._earlier]
            self._path.write_text("".join((*earlier, *lines)[-KEPT:]), encoding="utf-8")


def _entry(line: str) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):  # A line that a later version of this program cannot read.
        return None
