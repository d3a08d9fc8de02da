"""What was asked of the emulator and what it answered."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass

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
    """The latest calls in memory, with counters by route that go back to the start."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.counters: Counter[tuple[str, int]] = Counter()
        self._number = 0

    def add(self, **values: object) -> None:
        """Remember a call."""
        self._number += 1
        entry = Entry(number=self._number, **values)  # type: ignore[arg-type]  # The one caller names every field.
        self._entries.append(entry)
        self.counters[(entry.method + " " + entry.route, entry.status)] += 1

    def entries(
        self, *, method: str = "", path: str = "", since: int = 0, limit: int = 1000
    ) -> Iterator[dict[str, object]]:
        """Calls after a number, oldest first; ``path`` is a regular expression searched without casing."""
        pattern = re.compile(path, re.IGNORECASE)
        for entry in self._entries:
            if limit <= 0:
                return
            if entry.number > since and (not method or entry.method == method.upper()) and pattern.search(entry.path):
                limit -= 1
                yield asdict(entry)

    def counts(self) -> list[dict[str, object]]:
        """How often each route answered with each status."""
        return [
            {"route": route, "status": status, "count": count}
            for (route, status), count in sorted(self.counters.items())
        ]

    def clear(self) -> None:
        """Forget everything but the numbering."""
        self._entries.clear()
        self.counters.clear()
