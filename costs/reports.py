"""What projects and environments cost in a month; every report's lines add up to its total, exactly and as shown."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from costs import exact, months
from costs.attribution import Lifetime, charges, owners
from costs.models import CostLoad, GroupLifetime, LoadStatus
from costs.rounding import shown, spread
from projects.models import EnvironmentType, Project

Key = TypeVar("Key", bound=Hashable)
Section = TypeVar("Section", "ProjectSection", "CompanySection")


@dataclass(frozen=True)
class Money:
    """An exact amount and what a page shows of it."""

    amount: Decimal
    shown: Decimal
    currency: str


@dataclass(frozen=True)
class EnvironmentCost:
    """One environment's charges in the month, in one currency."""

    environment_id: UUID
    name: str
    since: date
    until: date | None
    cost: Money


@dataclass(frozen=True)
class ProjectCost:
    """One project's charges in the month, in one currency."""

    project: Project
    cost: Money


@dataclass(frozen=True)
class UnattributedCost:
    """Charges of a group that belonged to no environment on that day (or of no group at all)."""

    subscription_id: str
    resource_group: str
    cost: Money


@dataclass(frozen=True)
class ProjectSection:
    """A project's month in one currency."""

    lines: tuple[EnvironmentCost, ...]
    total: Money


@dataclass(frozen=True)
class CompanySection:
    """The company's month in one currency: projects and what is left over."""

    lines: tuple[ProjectCost, ...]
    unattributed: tuple[UnattributedCost, ...]
    unattributed_total: Money
    total: Money


@dataclass(frozen=True)
class Freshness:
    """How new the figures are: the oldest of the subscriptions' newest loads, and which could not be loaded since."""

    as_of: datetime | None
    failing: tuple[CostLoad, ...] = ()


@dataclass(frozen=True)
class ProjectReport:
    """A project's month, one section a currency, the largest first."""

    month: date
    sections: tuple[ProjectSection, ...]
    freshness: Freshness


@dataclass(frozen=True)
class CompanyReport:
    """The company's month, one section a currency, the largest first."""

    month: date
    sections: tuple[CompanySection, ...]
    freshness: Freshness


def project_report(project: Project, month: date) -> ProjectReport:
    """The project's environments with what they cost in the month, deleted ones included."""
    sums = _sums_of(Q(project=project), month)
    sections = [_project_section(currency, lines) for currency, lines in sums.items()]
    subscriptions = _subscriptions(project)
    return ProjectReport(month, _largest_first(sections), freshness(subscriptions, month))


def environment_costs(environment_ids: Collection[UUID], month: date) -> dict[UUID, tuple[Money, ...]]:
    """What each of these environments cost in the month, one Money a currency; absent when nothing was charged."""
    found: dict[UUID, list[Money]] = defaultdict(list)
    for currency, lines in _sums_of(Q(environment_id__in=environment_ids), month).items():
        for lifetime, amount in lines.items():
            found[lifetime.environment_id].append(_money(amount, currency))
    return {environment_id: tuple(costs) for environment_id, costs in found.items()}


def company_report(month: date) -> CompanyReport:
    """Every loaded charge of the month: by project, and by group where it belongs to none."""
    until = months.last_day(month)
    known = owners(since=month, until=until)
    by_project: dict[str, dict[UUID, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    left_over: dict[str, dict[tuple[str, str], list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for charge, owner in known.attributed(charges(since=month, until=until)):
        if owner:
            by_project[charge.currency][owner.project_id].append(charge.amount)
        else:
            left_over[charge.currency][charge.subscription_id, charge.resource_group].append(charge.amount)
    projects = Project.objects.in_bulk({key for lines in by_project.values() for key in lines})
    sections = [
        _company_section(currency, _added(by_project[currency]), _added(left_over[currency]), projects)
        for currency in sorted({*by_project, *left_over})
    ]
    return CompanyReport(month, _largest_first(sections), freshness(None, month))


def freshness(subscription_ids: Collection[str] | None, month: date) -> Freshness:
    """How new the month's figures of these subscriptions (None: all) are."""
    loads = CostLoad.objects.filter(since__lte=months.last_day(month), until__gte=month)
    if subscription_ids is not None:
        loads = loads.filter(subscription_id__in=subscription_ids)
    newest_done: dict[str, datetime] = {}
    newest: dict[str, CostLoad] = {}
    for load in loads.exclude(finished_at=None).order_by("pk"):
        newest[load.subscription_id] = load
        if load.status == LoadStatus.DONE and load.finished_at:
            newest_done[load.subscription_id] = load.finished_at
    failing = tuple(load for load in newest.values() if load.status == LoadStatus.FAILED)
    return Freshness(as_of=min(newest_done.values(), default=None), failing=failing)


def _sums_of(which: Q, month: date) -> dict[str, dict[Lifetime, Decimal]]:
    """By currency: what the chosen lifetimes cost in the month.

    All lifetimes of the groups take part in the matching, so that a group used again never counts for both owners.
    """
    until = months.last_day(month)
    chosen = set(
        GroupLifetime.objects.filter(which, since__lte=until).values_list(
            "subscription_id", "resource_group", "environment_id"
        )
    )
    environments = {environment for _, _, environment in chosen}
    groups = Q(resource_group__in={group for _, group, _ in chosen})
    sums: dict[str, dict[UUID, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    newest: dict[UUID, Lifetime] = {}
    if not chosen:
        return {}
    known = owners(since=month, until=until, within=groups)
    for charge, owner in known.attributed(charges(since=month, until=until, within=groups)):
        if owner and owner.environment_id in environments:
            newest[owner.environment_id] = max(
                newest.get(owner.environment_id, owner), owner, key=lambda one: one.since
            )
            sums[charge.currency][owner.environment_id].append(charge.amount)
    return {
        currency: {newest[environment]: exact.total(amounts) for environment, amounts in lines.items()}
        for currency, lines in sums.items()
    }


def _project_section(currency: str, lines: Mapping[Lifetime, Decimal]) -> ProjectSection:
    ordered = dict(sorted(lines.items(), key=lambda line: (-line[1], str(line[0].environment_id))))
    rounded = spread(ordered, currency)
    return ProjectSection(
        lines=tuple(
            EnvironmentCost(
                environment_id=lifetime.environment_id,
                name=lifetime.environment_name,
                since=lifetime.since,
                until=lifetime.until,
                cost=Money(amount, rounded[lifetime], currency),
            )
            for lifetime, amount in ordered.items()
        ),
        total=_money(exact.total(ordered.values()), currency),
    )


def _company_section(
    currency: str,
    by_project: Mapping[UUID, Decimal],
    left_over: Mapping[tuple[str, str], Decimal],
    projects: Mapping[UUID, Project],
) -> CompanySection:
    lines = sorted(by_project, key=lambda key: (-by_project[key], str(key)))
    rest = sorted(left_over, key=lambda key: (-left_over[key], key))
    amounts: dict[UUID | tuple[str, str], Decimal] = {
        **{key: by_project[key] for key in lines},
        **{key: left_over[key] for key in rest},
    }
    rounded = spread(amounts, currency)
    unattributed = exact.total(left_over.values())
    return CompanySection(
        lines=tuple(ProjectCost(projects[key], Money(amounts[key], rounded[key], currency)) for key in lines),
        unattributed=tuple(UnattributedCost(*key, Money(amounts[key], rounded[key], currency)) for key in rest),
        unattributed_total=Money(unattributed, exact.total(rounded[key] for key in rest), currency),
        total=_money(exact.total(amounts.values()), currency),
    )


def _added(sums: Mapping[Key, list[Decimal]]) -> dict[Key, Decimal]:
    return {key: exact.total(amounts) for key, amounts in sums.items()}


def _money(amount: Decimal, currency: str) -> Money:
    return Money(amount, shown(amount, currency), currency)


def _largest_first(sections: Sequence[Section]) -> tuple[Section, ...]:
    return tuple(sorted(sections, key=lambda section: (-section.total.amount, section.total.currency)))


def _subscriptions(project: Project) -> set[str]:
    """Where the project's environments are or were."""
    types = EnvironmentType.objects.filter(project=project).values_list("subscription_id", flat=True)
    groups = GroupLifetime.objects.filter(project=project).values_list("subscription_id", flat=True)
    return {*types, *groups.distinct()}
