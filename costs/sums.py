"""A month's charges added up by environment, and by group where they belong to none."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from costs import exact, months
from costs.attribution import Lifetime, charges, owners
from costs.models import GroupLifetime


@dataclass(frozen=True)
class EnvironmentSum:
    """What one environment was charged in one currency; `lifetime` is its newest of the month."""

    lifetime: Lifetime
    amount: Decimal


@dataclass(frozen=True)
class MonthSums:
    """By currency: environments by id, and (subscription, group) for what belongs to no environment."""

    environments: Mapping[str, Mapping[UUID, EnvironmentSum]]
    left_over: Mapping[str, Mapping[tuple[str, str], Decimal]]

    @property
    def currencies(self) -> list[str]:
        """Every currency something was charged in."""
        return sorted({*self.environments, *self.left_over})


def everything(month: date) -> MonthSums:
    """Every loaded charge of the month, once."""
    return _sums(month, groups=None, environments=None)


def of_lifetimes(which: Q, month: date) -> MonthSums:
    """The environments that the filter on GroupLifetime chooses, and nothing left over.

    All lifetimes of their groups take part in the matching, so that a group used again never counts for both owners.
    """
    chosen = GroupLifetime.objects.filter(which, since__lte=months.last_day(month))
    rows = list(chosen.values_list("resource_group", "environment_id"))
    if not rows:
        return MonthSums({}, {})
    found = _sums(month, groups={group for group, _ in rows}, environments={environment for _, environment in rows})
    return MonthSums(found.environments, {})


def _sums(month: date, *, groups: Collection[str] | None, environments: Collection[UUID] | None) -> MonthSums:
    until = months.last_day(month)
    within = None if groups is None else Q(resource_group__in=groups)
    amounts: dict[str, dict[UUID, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    rest: dict[str, dict[tuple[str, str], list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    newest: dict[UUID, Lifetime] = {}
    known = owners(since=month, until=until, within=within)
    for charge, owner in known.attributed(charges(since=month, until=until, within=within)):
        if owner is None:
            rest[charge.currency][charge.subscription_id, charge.resource_group].append(charge.amount)
        elif environments is None or owner.environment_id in environments:
            amounts[charge.currency][owner.environment_id].append(charge.amount)
            newest[owner.environment_id] = _newer(newest.get(owner.environment_id), owner)
    return MonthSums(
        environments={
            currency: {key: EnvironmentSum(newest[key], exact.total(found)) for key, found in lines.items()}
            for currency, lines in amounts.items()
        },
        left_over={
            currency: {key: exact.total(found) for key, found in lines.items()} for currency, lines in rest.items()
        },
    )


def _newer(one: Lifetime | None, other: Lifetime) -> Lifetime:
    return other if one is None or other.since > one.since else one
