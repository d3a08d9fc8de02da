"""Whose charge it is: (subscription, group, day) matched to the lifetimes of groups.

Tags are not used: they sit on usage records, are not back-dated and are missing on many types, so that sums by tag
never equal the bill.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from costs.exact import ExactSum
from costs.models import CostRecord, GroupLifetime

# Charges of a deleted group are dated up to 72 hours after it is gone.
TAIL = timedelta(days=3)


@dataclass(frozen=True)
class Lifetime:
    """The part of a GroupLifetime that attribution needs."""

    subscription_id: str
    resource_group: str
    project_id: UUID
    environment_id: UUID
    environment_name: str
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """True from the first day until the tail after the last."""
        return self.since <= day and (self.until is None or day <= self.until + TAIL)


@dataclass(frozen=True)
class Charge:
    """What one group cost on one day in one currency."""

    subscription_id: str
    resource_group: str
    day: date
    currency: str
    amount: Decimal


class Owners:
    """Finds the lifetime that a charge belongs to."""

    def __init__(self, lifetimes: Iterable[Lifetime]) -> None:
        self._of: dict[tuple[str, str], list[Lifetime]] = defaultdict(list)
        for lifetime in sorted(lifetimes, key=lambda found: (found.since, str(found.environment_id)), reverse=True):
            self._of[_key(lifetime.subscription_id, lifetime.resource_group)].append(lifetime)

    def owner(self, charge: Charge) -> Lifetime | None:
        """The youngest lifetime that covers the day: a name used again belongs to its new owner from the first day."""
        candidates = self._of.get(_key(charge.subscription_id, charge.resource_group), ())
        return next((lifetime for lifetime in candidates if lifetime.covers(charge.day)), None)

    def attributed(self, charges: Iterable[Charge]) -> Iterator[tuple[Charge, Lifetime | None]]:
        """Every charge once, with its owner or None."""
        return ((charge, self.owner(charge)) for charge in charges)


def _key(subscription_id: str, resource_group: str) -> tuple[str, str]:
    return subscription_id.lower(), resource_group.lower()


def charges(*, since: date, until: date, within: Q | None = None) -> Iterator[Charge]:
    """The loaded charges of the days, added up over services; `within` narrows the records."""
    records = CostRecord.objects.filter(within or Q(), day__gte=since, day__lte=until)
    sums = (
        records.values_list("subscription_id", "resource_group", "day", "currency")
        .annotate(sum=ExactSum("amount"))
        .order_by("subscription_id", "resource_group", "day", "currency")
    )
    return (Charge(*row) for row in sums.iterator(chunk_size=2000))


def owners(*, since: date, until: date, within: Q | None = None) -> Owners:
    """The lifetimes that can cover the days; `within` narrows them."""
    rows = GroupLifetime.objects.filter(
        within or Q(), Q(until=None) | Q(until__gte=since - TAIL), since__lte=until
    ).values_list(
        "subscription_id",
        "resource_group",
        "project_id",
        "environment_id",
        "environment_name",
        "since",
        "until",
    )
    return Owners(Lifetime(*row) for row in rows)
