"""Pages of a long list by key: no COUNT, no OFFSET, so that page 900 costs what page 1 does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
Sorts = Mapping[str, str]

_NEWEST: Sorts = {"newest": "-created_at"}
_SEPARATOR = "~"
_MARKS = ("after", "before")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, where they came from and the links around them (empty at the ends)."""

    items: tuple[Row, ...]
    newer_url: str
    older_url: str
    sort: str
    query: Mapping[str, str]

    def __iter__(self) -> Any:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    def sort_url(self, name: str) -> str:
        """The list sorted by this column, the other way round if it already is."""
        wanted = f"-{name}" if self.sort == name else name
        kept = {key: value for key, value in self.query.items() if key not in {*_MARKS, "sort"}}
        return "?" + urlencode({**kept, "sort": wanted})


def keyset_page(
    rows: QuerySet[Row],
    *,
    request: HttpRequest,
    size: int = 50,
    sorts: Sorts = _NEWEST,
) -> Page[Row]:
    """One page of `rows`, which must not be ordered or cut yet.

    `sorts` maps the names allowed in `?sort=` to a field path that is never null; its first entry is the default.
    The address carries the last row's value and primary key; a mark that cannot be read shows the first page.
    """
    query = request.GET.dict()
    sort = _chosen_sort(query.get("sort", ""), sorts)
    is_descending, path = _direction(sort, sorts)
    field = _field(rows.model, path)
    is_backwards = "before" in query
    mark = _read_mark(query.get("before" if is_backwards else "after", ""), field=field, model=rows.model)
    has_mark = mark is not None
    if mark is not None:
        rows = rows.filter(_beyond(path, mark, below=is_descending != is_backwards))
    prefix = "-" if is_descending != (is_backwards and has_mark) else ""
    found = list(rows.order_by(f"{prefix}{path}", f"{prefix}pk")[: size + 1])
    has_more = len(found) > size
    items = found[:size]
    if is_backwards and has_mark:
        items.reverse()
        has_newer, has_older = has_more, True
    else:
        has_newer, has_older = has_mark, has_more
    return Page(
        items=tuple(items),
        newer_url=_url(query, "before", items[0], path) if items and has_newer else "",
        older_url=_url(query, "after", items[-1], path) if items and has_older else "",
        sort=sort,
        query=query,
    )


def _chosen_sort(wanted: str, sorts: Sorts) -> str:
    return wanted if wanted.removeprefix("-") in sorts else next(iter(sorts))


def _direction(sort: str, sorts: Sorts) -> tuple[bool, str]:
    path = sorts[sort.removeprefix("-")]
    is_descending = path.startswith("-") != sort.startswith("-")
    return is_descending, path.removeprefix("-")


def _field(model: type[Model], path: str) -> "Field[Any, Any]":
    """The model field at the end of a path such as `owner__display_name`."""
    *parents, name = path.split("__")
    for parent in parents:
        related = model._meta.get_field(parent).related_model
        if related is None or isinstance(related, str):
            raise FieldDoesNotExist(path)
        model = related
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(path)
    return field


def _beyond(path: str, mark: tuple[Any, Any], *, below: bool) -> Q:
    value, key = mark
    side = "lt" if below else "gt"
    return Q(**{f"{path}__{side}": value}) | Q(**{path: value, f"pk__{side}": key})


def _read_mark(text: str, *, field: "Field[Any, Any]", model: type[Model]) -> tuple[Any, Any] | None:
    value, separator, key = text.rpartition(_SEPARATOR)
    if not separator or "\0" in text:
        return None
    try:
        return field.to_python(value), model._meta.pk.to_python(key)
    except (ValidationError, ValueError):
        return None


def _url(query: Mapping[str, str], mark: str, row: Model, path: str) -> str:
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    kept = {key: kept_value for key, kept_value in query.items() if key not in _MARKS}
    return "?" + urlencode({**kept, mark: f"{text}{_SEPARATOR}{row.pk}"})
