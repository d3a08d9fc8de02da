"""Forms about money: what a project may spend in a month."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from costs import months
from costs.models import Budget
from projects.models import Project

_MONTHS_AHEAD = 12


class BudgetForm(forms.Form):
    """The amount for this month or one of the next twelve."""

    month = forms.TypedChoiceField(label=_("Month"), coerce=date.fromisoformat)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal(0), max_value=Decimal(10**12), max_digits=15, decimal_places=2
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as JPY."))],
        help_text=_("The one your bills are in; charges in another currency are not counted against it."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, project: Project) -> None:
        month = months.first_day(months.today())
        newest = Budget.objects.filter(project=project, month__lte=month).order_by("-month").first()
        initial = {
            "amount": f"{newest.amount.normalize():f}" if newest else None,
            "currency": newest.currency if newest else settings.CURRENCY,
        }
        super().__init__(data, initial=initial)
        field = self.fields["month"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = _choices(month)


def _choices(month: date) -> list[tuple[str, str]]:
    found = []
    for _number in range(_MONTHS_AHEAD + 1):
        found.append((month.isoformat(), date_format(month, pgettext("date format of a month", "F Y"))))
        month = months.next_month(month)
    return found
