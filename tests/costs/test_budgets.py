"""What a project may still spend, and who gets the last yen."""

import threading
import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from common.errors import DomainError
from common.guards import Guard
from costs import budgets, reports
from costs.models import Reservation
from projects.models import Project
from tests.costs.factories import a_budget, a_charge, a_lifetime, a_load, a_project

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def reserve(project: Project, amount: str, **options: Any) -> uuid.UUID:
    holder: uuid.UUID = options.pop("holder_id", None) or uuid.uuid4()
    budgets.reserve(
        project=project,
        holder_id=holder,
        amounts_by_month=options.pop("amounts_by_month", {NOVEMBER: Decimal(amount)}),
        currency=options.pop("currency", "JPY"),
        **options,
    )
    return holder


@pytest.mark.django_db
class TestOneAtATime:
    def test_a_month_without_a_budget_has_no_limit_but_is_recorded(self):
        project = a_project()
        reserve(project, "999999999")
        assert budgets.budget_line(project, NOVEMBER) is None
        assert Reservation.objects.get().amount == Decimal(999999999)

    def test_what_is_spent_and_promised_is_taken_off(self):
        project, load = a_project(), a_load()
        a_budget(project, "1000")
        a_lifetime(project, "rg", NOVEMBER)
        a_charge(load, "rg", date(2026, 11, 3), "100.5")
        reserve(project, "300")
        line = budgets.budget_line(project, date(2026, 11, 21))
        assert line is not None
        assert (line.actual, line.reserved, line.left) == (Decimal("100.5"), Decimal(300), Decimal("599.5"))
        assert line.used_percent == 10

    def test_a_refusal_names_what_is_left_and_reserves_nothing(self):
        project = a_project()
        a_budget(project, "1000")
        reserve(project, "960")
        with pytest.raises(DomainError, match="leaves ¥40; this needs about ¥120"):
            reserve(project, "120")
        assert Reservation.objects.count() == 1

    def test_the_last_yen_can_be_reserved(self):
        project = a_project()
        a_budget(project, "1000")
        reserve(project, "1000")
        line = budgets.budget_line(project, NOVEMBER)
        assert line is not None
        assert line.left == 0

    def test_all_months_or_none(self):
        project = a_project()
        a_budget(project, "1000")
        a_budget(project, "10", DECEMBER)
        with pytest.raises(DomainError, match="December 2026"):
            reserve(project, "0", amounts_by_month={NOVEMBER: Decimal(500), DECEMBER: Decimal(500)})
        assert not Reservation.objects.exists()

    def test_saying_it_again_replaces_the_promise(self):
        project = a_project()
        a_budget(project, "1000")
        holder = reserve(project, "900")
        reserve(project, "950", holder_id=holder)
        line = budgets.budget_line(project, NOVEMBER)
        assert line is not None
        assert line.reserved == 950

    def test_a_released_promise_is_free_again_and_what_was_spent_stays_spent(self):
        project, load = a_project(), a_load()
        a_budget(project, "1000")
        lifetime = a_lifetime(project, "rg", NOVEMBER)
        holder = reserve(project, "900", environment_id=lifetime.environment_id)
        a_charge(load, "rg", date(2026, 11, 2), "400")
        budgets.release(holder)
        line = budgets.budget_line(project, NOVEMBER)
        assert line is not None
        assert (line.actual, line.reserved, line.left) == (Decimal(400), Decimal(0), Decimal(600))

    def test_what_an_environment_was_charged_uses_its_promise_up(self):
        project, load = a_project(), a_load()
        a_budget(project, "1000")
        lifetime = a_lifetime(project, "rg", NOVEMBER)
        reserve(project, "600", environment_id=lifetime.environment_id)
        a_charge(load, "rg", date(2026, 11, 2), "250")
        line = budgets.budget_line(project, NOVEMBER)
        assert line is not None
        assert (line.actual, line.reserved, line.left) == (Decimal(250), Decimal(350), Decimal(400))
        a_charge(load, "rg", date(2026, 11, 3), "500")
        line = budgets.budget_line(project, NOVEMBER)
        assert line is not None
        assert (line.actual, line.reserved, line.left) == (Decimal(750), Decimal(0), Decimal(250))

    def test_another_currency_is_shown_beside_and_never_counted(self):
        project, load = a_project(), a_load()
        a_budget(project, "1000")
        a_lifetime(project, "rg", NOVEMBER)
        a_charge(load, "rg", date(2026, 11, 2), "7", currency="USD")
        reserve(project, "5000", currency="USD")
        line = budgets.budget_line(project, NOVEMBER)
        assert line is not None
        assert (line.left, line.elsewhere) == (Decimal(1000), {"USD": Decimal(7)})

    def test_many_projects_lines_come_from_one_report(self, django_assert_num_queries):
        projects = [a_project(f"P{number}") for number in range(12)]
        for project in projects:
            a_budget(project, "100")
            reserve(project, "30")
        report = reports.company_report(NOVEMBER)
        with django_assert_num_queries(2):
            lines = budgets.budget_lines(projects, NOVEMBER, report.sums)
        assert {line.left for line in lines.values()} == {Decimal(70)}
        assert set(lines) == {project.pk for project in projects}


def ask_at_once(project: Project, amount: str, people: int) -> tuple[int, int]:
    """How many of the people got the amount and how many were refused."""
    won, lost, start = [], [], threading.Barrier(people)

    def ask() -> None:
        start.wait()
        try:
            won.append(reserve(project, amount))
        except DomainError as error:
            lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(won), len(lost)


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_only_as_many_win_as_the_budget_allows():
    project = a_project()
    a_budget(project, "1000")
    assert ask_at_once(project, "300", people=8) == (3, 5)
    assert Reservation.objects.filter(released_at=None).count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; its guard is IMMEDIATE")
def test_without_the_row_lock_more_is_promised_than_there_is(monkeypatch):
    monkeypatch.setenv("GENKAN_WITHOUT_GUARDS", Guard.ROW_LOCK)
    winners = []
    for _ in range(20):
        project = a_project()
        a_budget(project, "1000")
        winners.append(ask_at_once(project, "300", people=8)[0])
        if winners[-1] > 3:
            break
    assert max(winners) > 3
