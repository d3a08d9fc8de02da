"""What a project may still spend in a month, and promises made against it under the budget's lock."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from audit import trail
from common import wording
from common.errors import DomainError, PermissionRefused
from common.guards import Guard, is_on
from costs import exact, months, sums
from costs.models import Budget, Reservation
from costs.sums import MonthSums
from projects.models import Project

# Whose charges use it up (None: not known) and how much.
Promise = tuple[UUID | None, Decimal]


@dataclass(frozen=True)
class BudgetLine:
    """A month's budget in its own currency. `reserved` is what open environments are expected to still cost.

    `elsewhere` are charges in other currencies, by currency, which the budget cannot count.
    """

    month: date
    amount: Decimal
    currency: str
    actual: Decimal
    reserved: Decimal
    elsewhere: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        """What nobody has spent or promised yet; negative when it is overspent."""
        return exact.difference(self.amount, exact.total([self.actual, self.reserved]))

    @property
    def used_percent(self) -> int:
        """How much of the budget is spent; above 100 when it is overspent."""
        return int(self.actual * 100 / self.amount) if self.amount else 100

    @property
    def shown_percent(self) -> int:
        """The same for a bar, which ends at both sides."""
        return min(max(self.used_percent, 0), 100)

    @property
    def tone(self) -> str:
        """Which colour the bar has: none, a warning from four fifths on, bad when it is overspent."""
        if self.left < 0:
            return "bad"
        return "warn" if self.used_percent >= 80 else ""


def budget_line(project: Project, month: date) -> BudgetLine | None:
    """The project's budget of the month against what it spent and promised; None when there is no limit."""
    budget = Budget.objects.filter(project=project, month=months.first_day(month)).first()
    return _line(budget, _open_promises([budget])[budget.pk], _spent(budget)) if budget else None


def budget_lines(projects: Collection[Project], month: date, found: MonthSums) -> dict[UUID, BudgetLine]:
    """The same for many projects at once, by project id, from sums that are there already."""
    budgets = list(Budget.objects.filter(project__in=projects, month=months.first_day(month)))
    promises = _open_promises(budgets)
    return {budget.project_id: _line(budget, promises[budget.pk], found) for budget in budgets}


@transaction.atomic
def reserve(
    *,
    project: Project,
    holder_id: UUID,
    amounts_by_month: Mapping[date, Decimal],
    currency: str,
    environment_id: UUID | None = None,
) -> None:
    """Promise the amounts to the holder, all months or none; saying it again replaces what was promised.

    Raises DomainError naming what is left when a month's budget does not allow it. A month without a budget, or with
    one in another currency, has no limit. The Budget row is the lock, taken in the order of months.
    """
    release(holder_id)
    for month, amount in sorted(amounts_by_month.items()):
        budget = _locked(project, month)
        if budget and budget.currency == currency:
            _refuse_unless_it_fits(budget, amount)
        Reservation.objects.create(
            project=project,
            month=months.first_day(month),
            holder_id=holder_id,
            environment_id=environment_id,
            amount=exact.stored(amount),
            currency=currency,
        )


def can_set(user: User) -> bool:
    """Finance and platform admins."""
    return user.is_active and (user.is_finance or user.is_platform_admin)


@transaction.atomic
def set_budget(*, actor: User, project: Project, month: date, amount: Decimal, currency: str) -> Budget:
    """Say what the project may spend in the month. What is promised already stays promised, even above the amount."""
    if not can_set(actor):
        raise PermissionRefused(_("Only finance and platform admins set budgets. Ask them."))
    budget, is_new = Budget.objects.select_for_update().get_or_create(
        project=project, month=months.first_day(month), defaults={"amount": amount, "currency": currency}
    )
    before = "" if is_new else f"{budget.amount.normalize():f} {budget.currency}"
    budget.amount, budget.currency = exact.stored(amount), currency
    budget.save(update_fields=["amount", "currency"])
    trail.record(
        "budget.set",
        actor=actor,
        subject=budget,
        project_id=project.pk,
        details={"month": f"{budget.month:%Y-%m}", "from": before, "to": f"{amount.normalize():f} {currency}"},
    )
    return budget


def release(holder_id: UUID) -> None:
    """The holder needs nothing more: what it was promised is free again (what it spent stays spent)."""
    Reservation.objects.filter(holder_id=holder_id, released_at=None).update(released_at=timezone.now())


def _locked(project: Project, month: date) -> Budget | None:
    budgets = Budget.objects.filter(project=project, month=months.first_day(month))
    if is_on(Guard.ROW_LOCK):
        budgets = budgets.select_for_update()
    return budgets.first()


def _refuse_unless_it_fits(budget: Budget, amount: Decimal) -> None:
    line = _line(budget, _open_promises([budget])[budget.pk], _spent(budget))
    if amount <= line.left:
        return
    raise DomainError(
        _(
            "The budget of %(project)s for %(month)s leaves %(left)s; this needs about %(amount)s. "
            "Choose a shorter lifetime, or ask finance to raise it."
        )
        % {
            "project": budget.project.name,
            "month": date_format(budget.month, pgettext("date format of a month", "F Y")),
            "left": wording.money(max(line.left, Decimal(0)), budget.currency),
            "amount": wording.money(amount, budget.currency),
        }
    )


def _spent(budget: Budget) -> MonthSums:
    return sums.of_lifetimes(Q(project_id=budget.project_id), budget.month)


def _open_promises(budgets: Iterable[Budget]) -> dict[UUID, list[Promise]]:
    """The promises against each budget, by the budget's id."""
    by_place = {(budget.project_id, budget.month, budget.currency): budget.pk for budget in budgets}
    found: dict[UUID, list[Promise]] = {key: [] for key in by_place.values()}
    rows = Reservation.objects.filter(
        project_id__in={project for project, _, _ in by_place},
        month__in={month for _, month, _ in by_place},
        released_at=None,
    ).values_list("project_id", "month", "currency", "environment_id", "amount")
    for project_id, month, currency, environment_id, amount in rows:
        if key := by_place.get((project_id, month, currency)):
            found[key].append((environment_id, amount))
    return found


def _line(budget: Budget, promises: Iterable[Promise], found: MonthSums) -> BudgetLine:
    own = {currency: _of_project(budget, found, currency) for currency in found.environments}
    spent = own.pop(budget.currency, {})
    return BudgetLine(
        month=budget.month,
        amount=budget.amount,
        currency=budget.currency,
        actual=exact.total(spent.values()),
        reserved=exact.total(_outstanding(promise, spent) for promise in promises),
        elsewhere={currency: exact.total(amounts.values()) for currency, amounts in own.items() if amounts},
    )


def _of_project(budget: Budget, found: MonthSums, currency: str) -> dict[UUID, Decimal]:
    lines = found.environments[currency].items()
    return {key: line.amount for key, line in lines if line.lifetime.project_id == budget.project_id}


def _outstanding(promise: Promise, spent: Mapping[UUID, Decimal]) -> Decimal:
    """The promise less what its environment was charged already: a yen is never counted twice."""
    environment_id, amount = promise
    if environment_id is None:
        return amount
    return max(exact.difference(amount, spent.get(environment_id, Decimal(0))), Decimal(0))
