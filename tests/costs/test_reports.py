"""Reports: lines, totals, left-over charges, freshness."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from costs import exact, months, reports
from costs.exact import ExactSum
from costs.models import CostRecord, LoadStatus
from tests.costs.factories import a_charge, a_lifetime, a_load, a_project, a_type

NOVEMBER = date(2026, 11, 1)
pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    return date(2026, 11, number)


def test_a_projects_month_lists_its_environments_deleted_ones_included():
    project, load = a_project(), a_load()
    kept = a_lifetime(project, "rg-kept", day(1))
    gone = a_lifetime(project, "rg-gone", day(2), day(5))
    a_charge(load, "rg-kept", day(1), "10.4")
    a_charge(load, "rg-kept", day(2), "10.4", service="Web")
    a_charge(load, "rg-gone", day(8), "30.3")
    a_charge(load, "rg-gone", day(9), "99")
    report = reports.project_report(project, NOVEMBER)
    (section,) = report.sections
    assert [(line.environment_id, line.cost.amount) for line in section.lines] == [
        (gone.environment_id, Decimal("30.3")),
        (kept.environment_id, Decimal("20.8")),
    ]
    assert section.lines[0].until == day(5)
    assert (section.total.amount, section.total.shown) == (Decimal("51.1"), Decimal(51))
    assert sum(line.cost.shown for line in section.lines) == section.total.shown


def test_a_group_used_again_by_another_project_counts_for_each_owner_on_its_days():
    one, other, load = a_project("One"), a_project("Other"), a_load()
    a_lifetime(one, "rg", day(1), day(4))
    a_lifetime(other, "rg", day(5))
    a_charge(load, "rg", day(4), "1")
    a_charge(load, "rg", day(5), "2")
    assert reports.project_report(one, NOVEMBER).sections[0].total.amount == 1
    assert reports.project_report(other, NOVEMBER).sections[0].total.amount == 2


def test_what_belongs_to_nobody_is_a_named_line_and_the_total_is_the_bill():
    project, load = a_project(), a_load()
    a_lifetime(project, "rg", day(3))
    a_charge(load, "rg", day(3), "1.25")
    a_charge(load, "rg", day(2), "0.5")
    a_charge(load, "", day(2), "7")
    a_charge(load, "mc_other", day(2), "0.25")
    (section,) = reports.company_report(NOVEMBER).sections
    assert [(line.resource_group, line.cost.amount) for line in section.unattributed] == [
        ("", Decimal(7)),
        ("rg", Decimal("0.5")),
        ("mc_other", Decimal("0.25")),
    ]
    assert section.unattributed_total.amount == Decimal("7.75")
    assert section.total.amount == Decimal(9)


def test_two_currencies_are_never_added():
    project, load = a_project(), a_load()
    a_lifetime(project, "rg", day(1))
    a_charge(load, "rg", day(1), "100", currency="JPY")
    a_charge(load, "rg", day(1), "2", currency="USD")
    found = {section.total.currency: section.total.amount for section in reports.company_report(NOVEMBER).sections}
    assert found == {"JPY": 100, "USD": 2}
    assert len(reports.project_report(project, NOVEMBER).sections) == 2


def test_other_months_stay_out():
    project = a_project()
    a_lifetime(project, "rg", date(2026, 10, 1))
    october = a_load(date(2026, 10, 1), date(2026, 10, 31))
    a_charge(october, "rg", date(2026, 10, 31), "5")
    assert reports.project_report(project, NOVEMBER).sections == ()
    assert reports.project_report(project, date(2026, 10, 1)).sections[0].total.amount == 5


def test_a_members_report_holds_their_projects_and_nothing_left_over():
    mine, other, load = a_project("Mine"), a_project("Other"), a_load()
    a_lifetime(mine, "rg-mine", day(1))
    a_lifetime(other, "rg-other", day(1))
    a_charge(load, "rg-mine", day(1), "1")
    a_charge(load, "rg-other", day(1), "2")
    a_charge(load, "rg-nobody", day(1), "4")
    (section,) = reports.projects_report([mine], NOVEMBER).sections
    assert ([line.project for line in section.lines], section.unattributed) == ([mine], ())
    assert section.total.amount == 1


def test_the_costs_of_some_environments_can_be_asked_for():
    project, load = a_project(), a_load()
    one = a_lifetime(project, "rg-1", day(1))
    a_lifetime(project, "rg-2", day(1))
    a_charge(load, "rg-1", day(1), "1.5")
    a_charge(load, "rg-2", day(1), "9")
    found = reports.environment_costs([one.environment_id, uuid.uuid4()], NOVEMBER)
    assert {key: [cost.amount for cost in costs] for key, costs in found.items()} == {
        one.environment_id: [Decimal("1.5")]
    }


def test_the_figures_are_as_old_as_the_oldest_subscription():
    project = a_project()
    a_type(project, "s-1", "one")
    a_type(project, "s-2", "two")
    old, new = datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, tzinfo=UTC)
    a_load(subscription_id="s-1", finished_at=old)
    a_load(subscription_id="s-1", finished_at=new)
    a_load(subscription_id="s-2", finished_at=old)
    failed = a_load(subscription_id="s-2", status=LoadStatus.FAILED, finished_at=new)
    fresh = reports.project_report(project, NOVEMBER).freshness
    assert (fresh.as_of, fresh.failing) == (old, (failed,))


def test_nothing_loaded_yet_is_said_so():
    assert reports.company_report(NOVEMBER).freshness.as_of is None


@pytest.mark.parametrize("count", [2, 40])
def test_a_report_needs_the_same_queries_for_few_and_many_environments(count: int, django_assert_num_queries):
    project, load = a_project(), a_load()
    for number in range(count):
        a_lifetime(project, f"rg-{number}", day(1))
        a_charge(load, f"rg-{number}", day(1), "1")
    with django_assert_num_queries(4):
        reports.company_report(NOVEMBER)
    with django_assert_num_queries(6):
        reports.project_report(project, NOVEMBER)


lines = st.tuples(
    st.sampled_from(["rg-a", "rg-b", "rg-c", ""]),
    st.integers(1, 30),
    st.decimals(min_value=-100, max_value=10**7, places=18, allow_nan=False),
    st.sampled_from(["JPY", "USD"]),
)
spans = st.tuples(st.sampled_from(["rg-a", "rg-b"]), st.integers(1, 28), st.integers(0, 10), st.booleans())


class ReportsAddUp(TestCase):
    """The invariant of finance: projects and left-over lines equal the loaded rows, to the last digit."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(lines, max_size=25), st.lists(spans, max_size=6))
    def test_projects_and_the_rest_equal_the_loaded_rows(self, billed, owned):
        projects, load = [a_project("One"), a_project("Two")], a_load()
        for group, since, length, first in owned:
            end = day(since) + timedelta(days=length)
            a_lifetime(projects[first], group, day(since), end)
        seen = set()
        for number, (group, number_of_day, amount, currency) in enumerate(billed):
            a_charge(load, group, day(number_of_day), str(amount), currency=currency, service=f"Service {number}")
            seen.add(currency)
        report = reports.company_report(NOVEMBER)
        loaded = dict(CostRecord.objects.values_list("currency").annotate(sum=ExactSum("amount")))
        assert {section.total.currency: section.total.amount for section in report.sections} == loaded
        for section in report.sections:
            parts = [line.cost for line in section.lines] + [line.cost for line in section.unattributed]
            assert exact.total(part.amount for part in parts) == section.total.amount
            assert exact.total(part.shown for part in parts) == section.total.shown
        for project in projects:
            own = {
                part.total.currency: part.total.amount for part in reports.project_report(project, NOVEMBER).sections
            }
            company = {
                section.total.currency: line.cost.amount
                for section in report.sections
                for line in section.lines
                if line.project == project
            }
            assert own == company


def test_months_know_their_ends():
    assert months.last_day(date(2028, 2, 3)) == date(2028, 2, 29)
    assert months.next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert months.previous_month(date(2026, 1, 15)) == date(2025, 12, 1)
    assert months.pieces(date(2026, 10, 30), date(2026, 12, 1)) == [
        (date(2026, 10, 30), date(2026, 10, 31)),
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 1)),
    ]
