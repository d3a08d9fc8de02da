"""Documents in memory, written through to SQLite before the answer leaves."""

import json
import sqlite3
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]
Documents = list[Document]
Keys = list[str]
Watcher = Callable[[str, Document | None, Document | None], object]
Value = Document | str
Snapshot = dict[str, dict[str, Value]]

SCHEMA = "CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key))"


class Store:
    """Documents by (kind, key); keys are lower-cased, so ids compare the way Azure compares them.

    A stored document is never changed in place: put a new one (``{**old, ...}``). That is what lets reads, snapshots
    and roll-backs share documents without copying them. What is read from disk stays text until somebody asks for it,
    so that a large state starts fast.
    """

    def __init__(self, path: Path | None) -> None:
        self._kinds: dict[str, dict[str, Value]] = {}
        self._order: dict[str, list[str]] = {}
        self._depth = 0
        self._undo: dict[tuple[str, str], Value | None] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self.versions: dict[str, int] = {}
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(SCHEMA)
        self._load()

    def _load(self) -> None:
        for kind, key, body in self._database.execute("SELECT kind, key, body FROM documents"):
            self._kinds.setdefault(kind, {})[key] = body
        self._order = {kind: sorted(documents) for kind, documents in self._kinds.items()}

    def get(self, kind: str, key: str) -> Document | None:
        """The document, or None."""
        documents = self._kinds.get(kind)
        key = key.lower()
        return self._read(documents, key) if documents and key in documents else None

    @staticmethod
    def _read(documents: dict[str, Value], key: str) -> Document:
        value = documents[key]
        if isinstance(value, str):
            parsed: Document = json.loads(value)
            documents[key] = parsed
            return parsed
        return value

    def put(self, kind: str, key: str, document: Document) -> None:
        """Write a document, durable when the outermost transaction ends."""
        with self.transaction():
            self._set(kind, key.lower(), document)

    def delete(self, kind: str, key: str) -> Document | None:
        """Remove a document and return what was there."""
        with self.transaction():
            previous = self.get(kind, key)
            self._set(kind, key.lower(), None)
            return previous

    def _set(self, kind: str, key: str, value: Value | None) -> None:
        self._undo.setdefault((kind, key), self._kinds.get(kind, {}).get(key))
        self._replace(kind, key, value)

    def _replace(self, kind: str, key: str, value: Value | None) -> None:
        documents = self._kinds.setdefault(kind, {})
        order = self._order.setdefault(kind, [])
        self.versions[kind] = self.versions.get(kind, 0) + 1
        watchers = self._watchers.get(kind, ())
        previous = self._read(documents, key) if watchers and key in documents else None
        if value is not None:
            if key not in documents:
                insort(order, key)
            documents[key] = value
        elif key in documents:
            del documents[key]
            del order[bisect_left(order, key)]
        present = self._read(documents, key) if watchers and value is not None else None
        for watcher in watchers:
            watcher(key, previous, present)

    def watch(self, kind: str, watcher: Watcher) -> None:
        """Call the watcher with (key, old, new) at every change of the kind, roll-backs included: for indexes."""
        self._watchers.setdefault(kind, []).append(watcher)

    def items(self, kind: str) -> Iterator[Document]:
        """Every document of a kind in key order."""
        documents = self._kinds.get(kind, {})
        return iter([self._read(documents, key) for key in self._order.get(kind, ())])

    def count(self, kind: str) -> int:
        """How many documents of a kind there are."""
        return len(self._kinds.get(kind, ()))

    def keys(self, kind: str, *, prefix: str = "") -> Keys:
        """Keys of a kind that start with the prefix, in order."""
        order = self._order.get(kind, [])
        prefix = prefix.lower()
        return order[bisect_left(order, prefix) : bisect_left(order, prefix + "\U0010ffff")] if prefix else order.copy()

    def list(self, kind: str, *, prefix: str = "") -> Documents:
        """Documents of a kind whose key starts with the prefix, in key order."""
        documents = self._kinds.get(kind, {})
        return [self._read(documents, key) for key in self.keys(kind, prefix=prefix)]

    def after(self, kind: str, *, prefix: str, key: str = "") -> Iterator[tuple[str, Document]]:
        """Keys and documents below a prefix that follow a key, read one by one: for pages of long lists."""
        documents, order = self._kinds.get(kind, {}), self._order.get(kind, [])
        prefix = prefix.lower()
        position = bisect_right(order, key) if key else bisect_left(order, prefix)
        while position < len(order) and order[position].startswith(prefix):
            yield order[position], self._read(documents, order[position])
            position += 1

    def next_number(self, name: str) -> int:
        """The next number of a named, persistent sequence."""
        number = int((self.get("sequence", name) or {"value": 0})["value"]) + 1
        self.put("sequence", name, {"value": number})
        return number

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes inside durable together, or none of them when the block raises."""
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._roll_back()
            raise
        self._depth -= 1
        if self._depth == 0 and self._undo:
            self._commit()

    def _commit(self) -> None:
        puts, gone = [], []
        for kind, key in self._undo:
            value = self._kinds[kind].get(key)
            if value is None:
                gone.append((kind, key))
            else:
                puts.append((kind, key, value if isinstance(value, str) else _text(value)))
        self._undo = {}
        self._database.execute("BEGIN IMMEDIATE")
        if puts:
            self._database.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", puts)
        if gone:
            self._database.executemany("DELETE FROM documents WHERE kind = ? AND key = ?", gone)
        self._database.execute("COMMIT")

    def _roll_back(self) -> None:
        undo, self._undo = self._undo, {}
        for (kind, key), previous in undo.items():
            self._replace(kind, key, previous)

    def snapshot(self) -> Snapshot:
        """The present state; cheap, because documents are never changed in place."""
        return {kind: dict(documents) for kind, documents in self._kinds.items()}

    def restore(self, snapshot: Mapping[str, Mapping[str, Value]]) -> None:
        """Return to a snapshot, writing only what differs from it."""
        with self.transaction():
            for kind in set(self._kinds) | set(snapshot):
                wanted, present = snapshot.get(kind, {}), self._kinds.get(kind, {})
                for key in [key for key in present if key not in wanted]:
                    self._set(kind, key, None)
                for key, document in wanted.items():
                    if present.get(key) is not document and present.get(key) != document:
                        self._set(kind, key, document)

    def close(self) -> None:
        """Close the database file."""
        self._database.close()


def _text(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"))
