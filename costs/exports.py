"""What the downloads hold: one line a charge group, with every digit."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from costs.reports import CompanyReport, Money, ProjectReport
from projects.models import Project


def overview_header() -> list[str]:
    """The columns of overview_rows."""
    return [
        _("Month"),
        _("Project"),
        _("Cost centre"),
        _("Subscription"),
        _("Resource group"),
        _("Cost"),
        _("Currency"),
    ]


def project_header() -> list[str]:
    """The columns of project_rows."""
    return [
        _("Month"),
        _("Project"),
        _("Environment"),
        _("Environment id"),
        _("Since"),
        _("Until"),
        _("Cost"),
        _("Currency"),
    ]


def overview_rows(report: CompanyReport) -> Iterator[list[object]]:
    """Projects first, then what belongs to none of them."""
    month = f"{report.month:%Y-%m}"
    for section in report.sections:
        currency = section.total.currency
        for line in section.lines:
            yield [month, line.project.name, line.project.cost_centre, "", "", _digits(line.cost), currency]
        for rest in section.unattributed:
            yield [month, "", "", rest.subscription_id, rest.resource_group, _digits(rest.cost), currency]


def project_rows(found: Project, report: ProjectReport) -> Iterator[list[object]]:
    """The project's environments, deleted ones included."""
    for section in report.sections:
        for line in section.lines:
            yield [
                f"{report.month:%Y-%m}",
                found.name,
                line.name,
                line.environment_id,
                line.since,
                line.until,
                _digits(line.cost),
                line.cost.currency,
            ]


def _digits(cost: Money) -> str:
    """Every digit, without an exponent."""
    return f"{cost.amount.normalize():f}"
