"""Loading charges: one query a subscription and month, replacing the days it covers in one transaction.

Azure re-rates open days and closes a month up to five days after its end, so every load is cumulative: the month to
date, and until the fifth the month before as well.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cloud import costs
from cloud.costs import CostRow
from cloud.errors import CloudError, PermanentCloudError, TransientCloudError
from costs import exact, months
from costs.exact import ExactSum
from costs.models import CostLoad, CostRecord, LoadStatus
from projects.models import EnvironmentType

log = logging.getLogger(__name__)

CLOSING_DAYS = 5
PAST_MONTHS = 3
MAX_ATTEMPTS = 20
MAX_PAGES = 500
_RETRY_SECONDS = 60.0
# A load that runs longer than this died with its worker.
_LOST_AFTER = timedelta(minutes=15)
_BATCH = 1000


class LoadOvertaken(Exception):
    """Another worker took this load up; its rows stand, ours are dropped."""


def plan_loads(*, now: datetime | None = None) -> list[CostLoad]:
    """A waiting load for every subscription and period that was not tried for a day; none twice.

    A subscription met for the first time also gets the months before, so that a new installation has a past.
    """
    moment = now or timezone.now()
    recent = moment - timedelta(seconds=settings.COST_LOAD_SECONDS)
    planned = []
    for subscription_id in _subscriptions():
        is_new = not CostLoad.objects.filter(subscription_id=subscription_id).exists()
        for since, until in [*periods(moment.date()), *(_past(moment.date()) if is_new else ())]:
            known = CostLoad.objects.filter(subscription_id=subscription_id, since=since)
            if not known.filter(Q(finished_at__gt=recent) | Q(status__in=_OPEN)).exists():
                planned += _planned(subscription_id, since, until)
    return planned


_OPEN = [LoadStatus.WAITING, LoadStatus.RUNNING]


def due_loads(*, now: datetime | None = None) -> list[CostLoad]:
    """Loads that may run now, those whose worker died included."""
    moment = now or timezone.now()
    return list(CostLoad.objects.filter(_claimable(moment)).order_by("run_at"))


def load_subscription(*, subscription_id: str, since: date, until: date) -> list[CostLoad]:
    """Load these days now, one load a month; a period that is being loaded already is left to that load."""
    loads = []
    for start, end in months.pieces(since, until):
        for load in _planned(subscription_id, start, end):
            run_load(load.pk)
            load.refresh_from_db()
            loads.append(load)
    return loads


def run_load(load_id: int) -> None:
    """Do one load if it is due and nobody else does it. No transaction is open while Azure is asked."""
    load = _claim(load_id)
    if load is None:
        return
    try:
        rows, pages = _rows(load)
        _replace(load, rows, pages)
    except TransientCloudError as error:
        _again_later(load, error)
    except CloudError as error:
        _finish(load, status=LoadStatus.FAILED, problem=str(error))
    except LoadOvertaken:
        log.info("cost load overtaken", extra={"load": load.pk})


def periods(today: date) -> list[tuple[date, date]]:
    """The days to load: the month to date, and until the fifth the whole month before."""
    month = months.first_day(today)
    found = [(month, today)]
    if today.day <= CLOSING_DAYS:
        before = months.previous_month(month)
        found.append((before, months.last_day(before)))
    return found


def _past(today: date) -> list[tuple[date, date]]:
    """The whole months before this one, the newest first."""
    found = []
    month = months.first_day(today)
    for _ in range(PAST_MONTHS):
        month = months.previous_month(month)
        found.append((month, months.last_day(month)))
    return found


def _subscriptions() -> list[str]:
    return list(
        EnvironmentType.objects.order_by("subscription_id").values_list("subscription_id", flat=True).distinct()
    )


def _planned(subscription_id: str, since: date, until: date) -> list[CostLoad]:
    """The new load, or nothing when the constraint says that one is open."""
    try:
        with transaction.atomic():
            return [CostLoad.objects.create(subscription_id=subscription_id, since=since, until=until)]
    except IntegrityError:
        return []


def _claimable(now: datetime) -> Q:
    return Q(status=LoadStatus.WAITING, run_at__lte=now) | Q(
        status=LoadStatus.RUNNING, started_at__lt=now - _LOST_AFTER
    )


def _claim(load_id: int) -> CostLoad | None:
    now = timezone.now()
    taken = CostLoad.objects.filter(_claimable(now), pk=load_id).update(status=LoadStatus.RUNNING, started_at=now)
    return CostLoad.objects.get(pk=load_id, started_at=now) if taken else None


def _rows(load: CostLoad) -> tuple[list[CostRow], int]:
    """Every page. An address that comes again would never end, so it is an error."""
    rows: list[CostRow] = []
    seen: set[str] = set()
    url = None
    while True:
        page = costs.query_page(subscription_id=load.subscription_id, since=load.since, until=load.until, page_url=url)
        rows.extend(page.rows)
        seen.add(url or "")
        if not page.next_url:
            return rows, len(seen)
        if page.next_url in seen or len(seen) >= MAX_PAGES:
            raise PermanentCloudError("The pages of the cost answer do not end.", code="EndlessPages")
        url = page.next_url


@transaction.atomic
def _replace(load: CostLoad, rows: Iterable[CostRow], pages: int) -> None:
    """Swap the days' old rows for these, and prove that what is stored adds up to what was read."""
    if not CostLoad.objects.select_for_update().filter(pk=load.pk, started_at=load.started_at).exists():
        raise LoadOvertaken
    records = _records(load, rows)
    CostRecord.objects.filter(subscription_id=load.subscription_id, day__gte=load.since, day__lte=load.until).delete()
    CostRecord.objects.bulk_create(records, batch_size=_BATCH)
    totals = _totals(records)
    kept = CostRecord.objects.filter(load=load).values_list("currency").annotate(sum=ExactSum("amount"))
    if dict(kept) != totals:
        raise PermanentCloudError("The stored charges do not add up to the loaded ones.", code="TotalsDiffer")
    load.row_count, load.pages = len(records), pages
    load.totals = {currency: f"{total.normalize():f}" for currency, total in totals.items()}
    _finish(load, status=LoadStatus.DONE, problem="")


def _records(load: CostLoad, rows: Iterable[CostRow]) -> list[CostRecord]:
    """One record a day, group, service and currency: Azure's lines that differ in letter case only are added up."""
    sums: dict[tuple[str, date, str, str], list[Decimal]] = defaultdict(list)
    for row in rows:
        if not load.since <= row.day <= load.until:
            raise PermanentCloudError(f"A charge of {row.day} lies outside the asked days.", code="UnexpectedDay")
        sums[row.resource_group[:90], row.day, row.service_name[:120], row.currency].append(row.amount)
    return [
        CostRecord(
            subscription_id=load.subscription_id,
            resource_group=group,
            day=day,
            service_name=service,
            amount=exact.stored(exact.total(amounts)),
            currency=currency,
            load=load,
        )
        for (group, day, service, currency), amounts in sums.items()
    ]


def _totals(records: Iterable[CostRecord]) -> dict[str, Decimal]:
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for record in records:
        amounts[record.currency].append(record.amount)
    return {currency: exact.total(found) for currency, found in amounts.items()}


def _again_later(load: CostLoad, error: TransientCloudError) -> None:
    """Wait as long as Azure wants, at least a minute; give up after many attempts until tomorrow's load."""
    load.attempts += 1
    if load.attempts >= MAX_ATTEMPTS:
        _finish(load, status=LoadStatus.FAILED, problem=str(error))
        return
    wait = max(error.retry_after or 0.0, _RETRY_SECONDS)
    CostLoad.objects.filter(pk=load.pk, started_at=load.started_at).update(
        status=LoadStatus.WAITING,
        attempts=load.attempts,
        run_at=timezone.now() + timedelta(seconds=wait),
        problem=str(error),
    )


def _finish(load: CostLoad, *, status: LoadStatus, problem: str) -> None:
    """Record the end, unless somebody else took the load up meanwhile."""
    CostLoad.objects.filter(pk=load.pk, started_at=load.started_at).update(
        status=status,
        finished_at=timezone.now(),
        problem=problem,
        row_count=load.row_count,
        pages=load.pages,
        totals=load.totals,
        attempts=load.attempts,
    )
    log.info("cost load ended", extra={"load": load.pk, "status": str(status), "problem": problem})
