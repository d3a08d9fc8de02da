"""How a template's builds went so far, for the catalog's cards (settings.CATALOG_TRACK_RECORDS)."""

from collections.abc import Iterable
from statistics import median

from catalog.track_record import TrackRecord
from environments.models import Operation, OperationKind, OperationStatus

# Cards tell of the newest builds of all templates together, so that the query stays small for ever.
_SAMPLE = 500


def track_records(template_ids: Iterable[int], /) -> dict[int, TrackRecord]:
    """Per template, over the newest builds that ended by themselves; one query. Cancelled builds do not count."""
    ended = (
        Operation.objects.filter(
            kind=OperationKind.PROVISION,
            status__in=[OperationStatus.SUCCEEDED, OperationStatus.FAILED],
            environment__version__template__in=list(template_ids),
            started_at__isnull=False,
            finished_at__isnull=False,
        )
        .order_by("-finished_at")
        .values_list("environment__version__template", "status", "started_at", "finished_at")[:_SAMPLE]
    )
    outcomes: dict[int, list[float | None]] = {}
    for template_id, status, started, finished in ended:
        assert started is not None
        assert finished is not None
        seconds = (finished - started).total_seconds() if status == OperationStatus.SUCCEEDED else None
        outcomes.setdefault(template_id, []).append(seconds)
    return {template_id: _record(seconds) for template_id, seconds in outcomes.items()}


def _record(outcomes: list[float | None]) -> TrackRecord:
    succeeded = [seconds for seconds in outcomes if seconds is not None]
    return TrackRecord(
        builds=len(outcomes), succeeded=len(succeeded), median_seconds=median(succeeded) if succeeded else None
    )
