"""What a project may still spend in a month, and promises made against it under the budget's lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import wording
from common.errors import DomainError
from common.guards import Guard, is_on
from costs import exact, months, reports
from costs.models import Budget, Reservation
from projects.models import Project


@dataclass(frozen=True)
class BudgetLine:
    """A month's budget in its own currency. `reserved` is what open environments are expected to still cost.

    `elsewhere` are charges in other currencies, which the budget cannot count.
    """

    month: date
    amount: Decimal
    currency: str
    actual: Decimal
    reserved: Decimal
    elsewhere: tuple[reports.Money, ...] = ()

    @property
    def left(self) -> Decimal:
        """What nobody has spent or promised yet; negative when it is overspent."""
        return exact.difference(self.amount, exact.total([self.actual, self.reserved]))

    @property
    def used_percent(self) -> int:
        """How much of the budget is spent, for a bar; above 100 when it is overspent."""
        return int(self.actual * 100 / self.amount) if self.amount else 100


def budget_line(project: Project, month: date) -> BudgetLine | None:
    """The project's budget of the month against what it spent and promised; None when there is no limit."""
    budget = Budget.objects.filter(project=project, month=months.first_day(month)).first()
    return _line(budget) if budget else None


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


def release(holder_id: UUID) -> None:
    """The holder needs nothing more: what it was promised is free again (what it spent stays spent)."""
    Reservation.objects.filter(holder_id=holder_id, released_at=None).update(released_at=timezone.now())


def _locked(project: Project, month: date) -> Budget | None:
    budgets = Budget.objects.filter(project=project, month=months.first_day(month))
    if is_on(Guard.ROW_LOCK):
        budgets = budgets.select_for_update()
    return budgets.first()


def _refuse_unless_it_fits(budget: Budget, amount: Decimal) -> None:
    line = _line(budget)
    if amount <= line.left:
        return
    raise DomainError(
        _(
            "The budget of %(project)s for %(month)s leaves %(left)s; this needs about %(amount)s. "
            "Choose a shorter lifetime, or ask a project lead to raise it."
        )
        % {
            "project": budget.project.name,
            "month": date_format(budget.month, pgettext("date format of a month", "F Y")),
            "left": wording.money(max(line.left, Decimal(0)), budget.currency),
            "amount": wording.money(amount, budget.currency),
        }
    )


def _line(budget: Budget) -> BudgetLine:
    report = reports.project_report(budget.project, budget.month)
    own = [section for section in report.sections if section.total.currency == budget.currency]
    spent = {line.environment_id: line.cost.amount for section in own for line in section.lines}
    return BudgetLine(
        month=budget.month,
        amount=budget.amount,
        currency=budget.currency,
        actual=exact.total(spent.values()),
        reserved=_outstanding(budget, spent),
        elsewhere=tuple(section.total for section in report.sections if section not in own),
    )


def _outstanding(budget: Budget, spent: Mapping[UUID, Decimal]) -> Decimal:
    """Open promises less what their environments have already been charged: a yen is never counted twice."""
    promises = Reservation.objects.filter(
        project=budget.project, month=budget.month, currency=budget.currency, released_at=None
    ).values_list("environment_id", "amount")
    return exact.total(
        max(exact.difference(amount, spent.get(environment_id, Decimal(0))), Decimal(0)) if environment_id else amount
        for environment_id, amount in promises
    )
