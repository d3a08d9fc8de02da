"""What projects and environments cost in a month; every report's lines add up to its total, exactly and as shown."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from costs import exact, months, sums
from costs.models import CostLoad, GroupLifetime, LoadStatus
from costs.rounding import shown, spread
from costs.sums import EnvironmentSum, MonthSums
from projects.models import EnvironmentType, Project


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
    """A project's month in one currency, the dearest environment first."""

    lines: tuple[EnvironmentCost, ...]
    total: Money


@dataclass(frozen=True)
class CompanySection:
    """Several projects' month in one currency, and what belongs to none of them."""

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
    """A project's month, one section a currency; `sums` is what it was made from."""

    month: date
    sections: tuple[ProjectSection, ...]
    freshness: Freshness
    sums: MonthSums


@dataclass(frozen=True)
class CompanyReport:
    """Several projects' month, one section a currency; `sums` is what it was made from."""

    month: date
    sections: tuple[CompanySection, ...]
    freshness: Freshness
    sums: MonthSums


def project_report(project: Project, month: date) -> ProjectReport:
    """The project's environments with what they cost in the month, deleted ones included."""
    found = sums.of_lifetimes(Q(project=project), month)
    sections = tuple(_project_section(currency, found.environments[currency]) for currency in found.currencies)
    return ProjectReport(month, sections, freshness(subscriptions([project]), month), found)


def company_report(month: date) -> CompanyReport:
    """Every loaded charge of the month: by project, and by group where it belongs to none."""
    return _company_report(sums.everything(month), month, None)


def projects_report(projects: Collection[Project], month: date) -> CompanyReport:
    """The same for some projects, without what belongs to none."""
    found = sums.of_lifetimes(Q(project__in=projects), month)
    return _company_report(found, month, subscriptions(projects))


def environment_costs(environment_ids: Collection[UUID], month: date) -> dict[UUID, tuple[Money, ...]]:
    """What each of these environments cost in the month, one Money a currency; absent when nothing was charged."""
    costs: dict[UUID, list[Money]] = defaultdict(list)
    for currency, lines in sums.of_lifetimes(Q(environment_id__in=environment_ids), month).environments.items():
        for environment_id, line in lines.items():
            costs[environment_id].append(_money(line.amount, currency))
    return {environment_id: tuple(found) for environment_id, found in costs.items()}


def freshness(subscription_ids: Collection[str] | None, month: date) -> Freshness:
    """How new the month's figures of these subscriptions (None: all) are."""
    loads = CostLoad.objects.filter(since__lte=months.last_day(month), until__gte=month).exclude(finished_at=None)
    if subscription_ids is not None:
        loads = loads.filter(subscription_id__in=subscription_ids)
    newest_done: dict[str, datetime] = {}
    newest: dict[str, CostLoad] = {}
    for load in loads.order_by("pk"):
        newest[load.subscription_id] = load
        if load.status == LoadStatus.DONE and load.finished_at:
            newest_done[load.subscription_id] = load.finished_at
    failing = tuple(load for load in newest.values() if load.status == LoadStatus.FAILED)
    return Freshness(as_of=min(newest_done.values(), default=None), failing=failing)


def subscriptions(projects: Iterable[Project]) -> set[str]:
    """Where the projects' environments are or were."""
    wanted = list(projects)
    types = EnvironmentType.objects.filter(project__in=wanted).values_list("subscription_id", flat=True)
    groups = GroupLifetime.objects.filter(project__in=wanted).values_list("subscription_id", flat=True)
    return {*types, *groups.distinct()}


def _project_section(currency: str, lines: Mapping[UUID, EnvironmentSum]) -> ProjectSection:
    ordered = sorted(lines, key=lambda key: (-lines[key].amount, str(key)))
    rounded = spread({key: lines[key].amount for key in ordered}, currency)
    return ProjectSection(
        lines=tuple(
            EnvironmentCost(
                environment_id=key,
                name=lines[key].lifetime.environment_name,
                since=lines[key].lifetime.since,
                until=lines[key].lifetime.until,
                cost=Money(lines[key].amount, rounded[key], currency),
            )
            for key in ordered
        ),
        total=_money(exact.total(lines[key].amount for key in ordered), currency),
    )


def _company_report(found: MonthSums, month: date, subscription_ids: Collection[str] | None) -> CompanyReport:
    by_project = {currency: _by_project(lines) for currency, lines in found.environments.items()}
    projects = Project.objects.in_bulk({key for amounts in by_project.values() for key in amounts})
    sections = tuple(
        _company_section(currency, by_project.get(currency, {}), found.left_over.get(currency, {}), projects)
        for currency in found.currencies
    )
    return CompanyReport(month, sections, freshness(subscription_ids, month), found)


def _by_project(lines: Mapping[UUID, EnvironmentSum]) -> dict[UUID, Decimal]:
    amounts: dict[UUID, list[Decimal]] = defaultdict(list)
    for line in lines.values():
        amounts[line.lifetime.project_id].append(line.amount)
    return {project_id: exact.total(found) for project_id, found in amounts.items()}


def _company_section(
    currency: str,
    by_project: Mapping[UUID, Decimal],
    left_over: Mapping[tuple[str, str], Decimal],
    projects: Mapping[UUID, Project],
) -> CompanySection:
    lines = sorted(by_project, key=lambda key: (-by_project[key], str(key)))
    rest = sorted(left_over, key=lambda key: (-left_over[key], key))
    amounts: dict[UUID | tuple[str, str], Decimal] = {key: by_project[key] for key in lines}
    amounts |= {key: left_over[key] for key in rest}
    rounded = spread(amounts, currency)
    return CompanySection(
        lines=tuple(ProjectCost(projects[key], Money(amounts[key], rounded[key], currency)) for key in lines),
        unattributed=tuple(UnattributedCost(*key, Money(amounts[key], rounded[key], currency)) for key in rest),
        unattributed_total=Money(exact.total(left_over.values()), exact.total(rounded[key] for key in rest), currency),
        total=_money(exact.total(amounts.values()), currency),
    )


def _money(amount: Decimal, currency: str) -> Money:
    return Money(amount, shown(amount, currency), currency)
