"""Documents in memory, written through to SQLite before the answer leaves."""

import json
import sqlite3
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]
Documents = list[Document]
Keys = list[str]
Watcher = Callable[[str, Document | None, Document | None], object]
Snapshot = dict[str, dict[str, Document]]

SCHEMA = "CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key))"


class Store:
    """Documents by (kind, key); keys are lower-cased, so ids compare the way Azure compares them.

    A stored document is never changed in place: put a new one (``{**old, ...}``). That is what lets reads, snapshots
    and roll-backs share documents without copying them.
    """

    def __init__(self, path: Path | None) -> None:
        self._kinds: dict[str, dict[str, Document]] = {}
        self._order: dict[str, list[str]] = {}
        self._depth = 0
        self._undo: dict[tuple[str, str], Document | None] = {}
        self._watchers: dict[str, list[Watcher]] = {}
        self.versions: dict[str, int] = {}
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(SCHEMA)
        self._load()

    def _load(self) -> None:
        for kind, key, body in self._database.execute("SELECT kind, key, body FROM documents"):
            self._kinds.setdefault(kind, {})[key] = json.loads(body)
        self._order = {kind: sorted(documents) for kind, documents in self._kinds.items()}

    def get(self, kind: str, key: str) -> Document | None:
        """The document, or None."""
        documents = self._kinds.get(kind)
        return documents.get(key.lower()) if documents else None

    def put(self, kind: str, key: str, document: Document) -> None:
        """Write a document, durable when the outermost transaction ends."""
        with self.transaction():
            self._set(kind, key.lower(), document)

    def delete(self, kind: str, key: str) -> Document | None:
        """Remove a document and return what was there."""
        with self.transaction():
            return self._set(kind, key.lower(), None)

    def _set(self, kind: str, key: str, document: Document | None) -> Document | None:
        documents = self._kinds.setdefault(kind, {})
        previous = documents.get(key)
        self._undo.setdefault((kind, key), previous)
        self._replace(kind, key, document)
        return previous

    def _replace(self, kind: str, key: str, document: Document | None) -> None:
        documents = self._kinds.setdefault(kind, {})
        order = self._order.setdefault(kind, [])
        self.versions[kind] = self.versions.get(kind, 0) + 1
        previous = documents.get(key)
        if document is not None:
            if previous is None:
                insort(order, key)
            documents[key] = document
        elif previous is not None:
            del documents[key]
            del order[bisect_left(order, key)]
        for watcher in self._watchers.get(kind, ()):
            watcher(key, previous, document)

    def watch(self, kind: str, watcher: Watcher) -> None:
        """Call the watcher with (key, old, new) at every change of the kind, roll-backs included: for indexes."""
        self._watchers.setdefault(kind, []).append(watcher)

    def items(self, kind: str) -> Iterator[Document]:
        """Every document of a kind in key order."""
        documents = self._kinds.get(kind, {})
        return iter([documents[key] for key in self._order.get(kind, ())])

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
        return [documents[key] for key in self.keys(kind, prefix=prefix)]

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
            document = self._kinds[kind].get(key)
            if document is None:
                gone.append((kind, key))
            else:
                puts.append((kind, key, json.dumps(document, separators=(",", ":"), ensure_ascii=False)))
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

    def restore(self, snapshot: Mapping[str, Mapping[str, Document]]) -> None:
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
