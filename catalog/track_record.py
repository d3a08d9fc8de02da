"""How versions did so far: told by the app above that runs them, asked for by the catalog's pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class TrackRecord:
    """Builds of a template's versions that ended: how many, how many succeeded, the median seconds of those."""

    builds: int
    succeeded: int
    median_seconds: float | None

    @property
    def success_percent(self) -> int | None:
        """Whole percent, None before the first build."""
        return round(100 * self.succeeded / self.builds) if self.builds else None


class TrackRecords(Protocol):
    """What the setting CATALOG_TRACK_RECORDS names: records by template id, in a fixed number of queries."""

    def __call__(self, template_ids: Iterable[int], /) -> Mapping[int, TrackRecord]: ...


def track_records(template_ids: Iterable[int]) -> Mapping[int, TrackRecord]:
    """The records of these templates; those never built are missing."""
    teller = _teller()
    return teller(template_ids) if teller else {}


@cache
def _teller() -> TrackRecords | None:
    path = getattr(settings, "CATALOG_TRACK_RECORDS", "")
    return cast(TrackRecords, import_string(path)) if path else None
