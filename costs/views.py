"""Pages about money: all projects, one project, downloads."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from common.errors import PermissionRefused
from common.exports import csv_response
from costs import budgets, exports, months, reports
from costs.charts import Row, chart
from costs.forms import BudgetForm
from costs.models import Budget
from costs.reports import CompanyReport, CompanySection, ProjectSection
from projects.models import Project

_MONTHS_SHOWN = 13


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The month by project: of the whole company for finance, of one's own projects for everybody else."""
    month = _month(request)
    report = _overview(request, month)
    projects = list(Project.objects.visible_to(_signed_in(request)).distinct())
    lines = budgets.budget_lines(projects, month, report.sums)
    context = _of_month(month) | {
        "report": report,
        "sees_everything": _sees_everything(request),
        "sections": [_section(section, projects, lines) for section in report.sections],
        "budgets": [(project, lines[project.pk]) for project in projects if project.pk in lines],
    }
    return render(request, "costs/overview.html", context)


@require_safe
def overview_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The overview with exact amounts."""
    month = _month(request)
    rows = exports.overview_rows(_overview(request, month))
    return csv_response(f"costs-{month:%Y-%m}.csv", header=exports.overview_header(), rows=rows)


@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """The month of one project by environment, deleted ones included."""
    return render(request, "costs/project.html", _project_context(request, slug))


@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """The same in short, for the project's own page."""
    return render(request, "costs/_card.html", _project_context(request, slug))


@require_http_methods(["GET", "POST"])
def budget(request: HttpRequest, slug: str) -> HttpResponse:
    """What the project may spend in a month: finance sets it."""
    found = _project(request, slug)
    form = BudgetForm(request.POST or None, project=found)
    if request.method == "POST" and form.is_valid():
        budgets.set_budget(actor=_signed_in(request), project=found, **form.cleaned_data)
        messages.success(request, _("The budget is set."))
        return redirect("costs:project", found.slug)
    if not budgets.can_set(_signed_in(request)):
        raise PermissionRefused(_("Only finance and platform admins set budgets. Ask them."))
    known = Budget.objects.filter(project=found, month__gte=months.first_day(months.today())).order_by("month")
    context = {"project": found, "form": form, "budgets": known}
    return render(request, "costs/budget.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def project_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The project's month with exact amounts."""
    found, month = _project(request, slug), _month(request)
    rows = exports.project_rows(found, reports.project_report(found, month))
    return csv_response(f"costs-{found.slug}-{month:%Y-%m}.csv", header=exports.project_header(), rows=rows)


def _signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _sees_everything(request: HttpRequest) -> bool:
    user = _signed_in(request)
    return user.is_finance or user.is_platform_admin


def _project(request: HttpRequest, slug: str) -> Project:
    visible = Project.objects.visible_to(_signed_in(request))
    return get_object_or_404(Project.objects.filter(pk__in=visible.values("pk")), slug=slug)


def _month(request: HttpRequest) -> date:
    """The month of `?month=2026-11`; this month without it; 404 for anything that is no month with data."""
    wanted = request.GET.get("month")
    if not wanted:
        return months.first_day(months.today())
    try:
        month = date.fromisoformat(f"{wanted}-01")
    except ValueError as error:
        raise Http404 from error
    if not date(2000, 1, 1) <= month <= months.today():
        raise Http404
    return month


def _overview(request: HttpRequest, month: date) -> CompanyReport:
    if _sees_everything(request):
        return reports.company_report(month)
    return reports.projects_report(list(Project.objects.visible_to(_signed_in(request))), month)


def _of_month(month: date) -> dict[str, Any]:
    """The month and those one can go to."""
    this_month = months.first_day(months.today())
    choices = [this_month]
    while len(choices) < _MONTHS_SHOWN:
        choices.append(months.previous_month(choices[-1]))
    return {"month": month, "months": choices, "is_open": month == this_month}


def _section(section: CompanySection, projects: list[Project], lines: dict[Any, budgets.BudgetLine]) -> dict[str, Any]:
    """A currency's table and bars; projects without charges are left to the budgets' table."""
    currency = section.total.currency
    limits = {key: line for key, line in lines.items() if line.currency == currency}
    rows = [
        Row(
            line.project.name,
            line.cost.shown,
            currency,
            limits[line.project.pk].amount if line.project.pk in limits else None,
        )
        for line in section.lines
    ]
    return {
        "section": section,
        "lines": [(line, limits.get(line.project.pk)) for line in section.lines],
        "chart": chart(rows),
        "currency": currency,
    }


def _project_context(request: HttpRequest, slug: str) -> dict[str, Any]:
    found, month = _project(request, slug), _month(request)
    report = reports.project_report(found, month)
    return _of_month(month) | {
        "project": found,
        "report": report,
        "sections": [_project_section(section) for section in report.sections],
        "can_set_budget": budgets.can_set(_signed_in(request)),
        "budget": budgets.budget_lines([found], month, report.sums).get(found.pk),
    }


def _project_section(section: ProjectSection) -> dict[str, Any]:
    rows = [Row(line.name, line.cost.shown, line.cost.currency) for line in section.lines]
    return {"section": section, "chart": chart(rows), "currency": section.total.currency}
