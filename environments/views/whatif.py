"""Azure's what-if as a list people can read: what is made, changed and removed, property by property."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

VALUE_MAX = 200

# Azure's change types: the mark and tone of the line and the word people read.
_ACTIONS: dict[str, tuple[str, str, Promise]] = {
    "create": ("+", "ok", _("created")),
    "modify": ("~", "warn", _("changed")),
    "delete": ("−", "bad", _("removed")),
    "deploy": ("↻", "run", _("deployed again")),
    "nochange": ("=", "", _("unchanged")),
    "ignore": ("·", "", _("not touched")),
    "unsupported": ("?", "warn", _("not foreseeable")),
}
_QUIET = frozenset({"nochange", "ignore"})


@dataclass(frozen=True)
class PropertyChange:
    """One property of one resource before and after."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeLine:
    """What happens to one resource."""

    mark: str
    tone: str
    word: Promise | str
    type: str
    name: str
    properties: tuple[PropertyChange, ...]


@dataclass(frozen=True)
class ChangeList:
    """The lines that matter, how many resources stay as they are, and one sentence over all."""

    lines: tuple[ChangeLine, ...]
    quiet_count: int
    summary: str

    @property
    def removes(self) -> bool:
        """True when something would be removed."""
        return any(line.mark == "−" for line in self.lines)


def change_list(changes: Iterable[Mapping[str, Any]]) -> ChangeList:
    """The stored changes of a preview or a request, removals first."""
    rows = list(changes)
    loud = [row for row in rows if _key(row) not in _QUIET]
    order = {"delete": 0, "modify": 1, "create": 2}
    loud.sort(key=lambda row: (order.get(_key(row), 3), str(row.get("type", "")), str(row.get("name", ""))))
    return ChangeList(tuple(_line(row) for row in loud), len(rows) - len(loud), _summary(Counter(map(_key, rows))))


def readable(value: Any) -> str:
    """A value as one short line."""
    if value is None:
        return "—"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Truncator(text).chars(VALUE_MAX)


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("action", "")).lower()


def _line(row: Mapping[str, Any]) -> ChangeLine:
    mark, tone, word = _ACTIONS.get(_key(row), ("?", "warn", str(row.get("action", ""))))
    properties = tuple(
        PropertyChange(str(delta.get("path", "")), readable(delta.get("before")), readable(delta.get("after")))
        for delta in row.get("deltas", [])
    )
    return ChangeLine(mark, tone, word, str(row.get("type", "")), str(row.get("name", "")), properties)


def _summary(counts: Counter[str]) -> str:
    created, changed, removed = counts["create"] + counts["deploy"], counts["modify"], counts["delete"]
    parts = [
        ngettext("%(count)d resource to create", "%(count)d resources to create", created) % {"count": created},
        ngettext("%(count)d changed", "%(count)d changed", changed) % {"count": changed},
        ngettext("%(count)d removed", "%(count)d removed", removed) % {"count": removed},
    ]
    return ", ".join(parts)
