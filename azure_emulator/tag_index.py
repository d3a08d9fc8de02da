"""Which groups and resources carry a tag: an index for the filter that everybody asks for."""

from typing import TYPE_CHECKING, Any

from azure_emulator.filters import tag_equality

if TYPE_CHECKING:
    from azure_emulator.store import Store

Document = dict[str, Any]


class TagIndex:
    """Keys of one kind by tag name and value; built when first asked for, then kept up to date."""

    def __init__(self, store: "Store", kind: str) -> None:
        self._store = store
        self._kind = kind
        self._keys: dict[tuple[str, str], set[str]] | None = None

    def keys(self, condition: str) -> set[str] | None:
        """The keys a filter can match; None when the filter asks for more than one tag with one value."""
        wanted = tag_equality(condition)
        if wanted is None:
            return None
        if self._keys is None:
            self._keys = {}
            for key in self._store.keys(self._kind):
                self._change(key, None, self._store.get(self._kind, key))
            self._store.watch(self._kind, self._change)
        return self._keys.get(wanted, set())

    def _change(self, key: str, old: Document | None, new: Document | None) -> None:
        before, after = _pairs(old), _pairs(new)
        assert self._keys is not None
        for pair in before - after:
            self._keys.get(pair, set()).discard(key)
        for pair in after - before:
            self._keys.setdefault(pair, set()).add(key)


def _pairs(document: Document | None) -> set[tuple[str, str]]:
    tags = (document or {}).get("tags") or {}
    return {(name.lower(), str(value).lower()) for name, value in tags.items()}
