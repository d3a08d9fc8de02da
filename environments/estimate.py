"""What an environment is expected to cost, from the figure its template's overlay states per day."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.blueprint import blueprint
from catalog.models import TemplateVersion


@dataclass(frozen=True)
class Estimate:
    """Money for a span of days, split by month (first days as keys) because budgets are monthly."""

    total: Decimal
    currency: str
    by_month: dict[date, Decimal]


def estimate(version: TemplateVersion, *, start: date, days: int) -> Estimate | None:
    """The template's daily figure times the days, or None when the catalog states none."""
    figure = blueprint(version).daily_cost
    if figure is None:
        return None
    by_month: dict[date, Decimal] = {}
    for offset in range(days):
        month = (start + timedelta(days=offset)).replace(day=1)
        by_month[month] = by_month.get(month, Decimal(0)) + figure.amount
    return Estimate(total=figure.amount * days, currency=figure.currency, by_month=by_month)
