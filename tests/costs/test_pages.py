"""The pages about money, through the portal's own URLs."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEvent
from projects.models import Project, ProjectRole
from tests.costs.factories import (
    a_budget,
    a_charge,
    a_lifetime,
    a_load,
    a_member,
    a_project,
    a_user,
)

pytestmark = pytest.mark.django_db
Open = Callable[[User], Client]


@pytest.fixture(autouse=True)
def the_21st():
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False):
        yield


@pytest.fixture
def open_as() -> Open:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.EntraBackend")
        return client

    return client_of


@pytest.fixture
def billed() -> Project:
    project, load = a_project("Apollo", slug="apollo"), a_load()
    a_lifetime(project, "rg-kept", date(2026, 11, 1))
    a_lifetime(project, "rg-gone", date(2026, 11, 1), date(2026, 11, 4))
    a_charge(load, "rg-kept", date(2026, 11, 2), "1000.4")
    a_charge(load, "rg-gone", date(2026, 11, 3), "234.6")
    a_charge(load, "rg-foreign", date(2026, 11, 3), "50.123456789012345678")
    a_budget(project, "5000")
    return project


def rows_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_finance_sees_every_project_and_what_belongs_to_nobody(billed: Project, open_as: Open):
    page = open_as(a_user(is_finance=True)).get(reverse("costs:overview"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "¥1,285" in text
    assert "Not attributed" in text
    assert "rg-foreign" in text
    assert "19 Nov 2026, 16:00 UTC" in text


def test_a_japanese_reader_sees_the_month_after_the_year(billed: Project, open_as: Open):
    client = open_as(a_user(is_finance=True))
    client.post("/language/", {"language": "ja", "next": "/"})
    assert ">2026年11月<" in client.get(reverse("costs:overview")).content.decode()


def test_a_member_sees_their_projects_and_nothing_of_others(billed: Project, open_as: Open):
    other, load = a_project("Secret"), a_load()
    a_lifetime(other, "rg-other", date(2026, 11, 1))
    a_charge(load, "rg-other", date(2026, 11, 3), "777")
    user = a_user()
    a_member(billed, user)
    text = open_as(user).get(reverse("costs:overview")).content.decode()
    assert "Apollo" in text
    assert "¥1,235" in text
    for foreign in ("Secret", "777", "rg-foreign", "Not attributed"):
        assert foreign not in text


def test_a_projects_page_lists_deleted_environments_and_the_budget(billed: Project, open_as: Open):
    user = a_user()
    a_member(billed, user)
    text = open_as(user).get(reverse("costs:project", args=["apollo"])).content.decode()
    for expected in ("Apollo-rg-kept", "Apollo-rg-gone", "¥1,000", "¥235", "¥1,235", "¥5,000", "24 %"):
        assert expected in text


def test_somebody_elses_project_does_not_exist(billed: Project, open_as: Open):
    client = open_as(a_user())
    for name in ("costs:project", "costs:card", "costs:project_csv"):
        assert client.get(reverse(name, args=["apollo"])).status_code == 404


def test_the_card_of_the_project_page_is_a_fragment(billed: Project, open_as: Open):
    page = open_as(a_user(is_platform_admin=True)).get(reverse("costs:card", args=["apollo"]))
    assert page.content.decode().lstrip().startswith("<section")


def test_the_download_has_every_digit_and_adds_up(billed: Project, open_as: Open):
    client = open_as(a_user(is_finance=True))
    rows = rows_of(client.get(reverse("costs:overview_csv") + "?month=2026-11"))
    assert [(row["Project"], row["Resource group"], row["Cost"]) for row in rows] == [
        ("Apollo", "", "1235"),
        ("", "rg-foreign", "50.123456789012345678"),
    ]
    own = rows_of(client.get(reverse("costs:project_csv", args=["apollo"])))
    assert [(row["Environment"], row["Until"], row["Cost"]) for row in own] == [
        ("Apollo-rg-kept", "", "1000.4"),
        ("Apollo-rg-gone", "2026-11-04", "234.6"),
    ]


def test_a_download_never_holds_a_formula(open_as: Open):
    project, load = a_project("=cmd|' /C calc'!A0", slug="formula"), a_load()
    a_lifetime(project, "rg", date(2026, 11, 1))
    a_charge(load, "rg", date(2026, 11, 2), "1")
    rows = rows_of(open_as(a_user(is_finance=True)).get(reverse("costs:overview_csv")))
    assert rows[0]["Project"].startswith("'=")


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "2031-01", "1999-12", "2026-11-01", "26-1"])
def test_a_month_that_is_none_does_not_exist(month: str, open_as: Open):
    assert open_as(a_user()).get(reverse("costs:overview"), {"month": month}).status_code == 404


def test_an_earlier_month_can_be_chosen(billed: Project, open_as: Open):
    page = open_as(a_user(is_finance=True)).get(reverse("costs:overview"), {"month": "2026-10"})
    assert "No charges in this month" in page.content.decode()


def test_nothing_loaded_yet_is_an_invitation_to_wait(open_as: Open):
    text = open_as(a_user(is_finance=True)).get(reverse("costs:overview")).content.decode()
    assert "Nothing has been loaded" in text


def test_a_failed_load_is_named(billed: Project, open_as: Open):
    failed = a_load(subscription_id="s-9", status="failed")
    failed.problem = "AuthorizationFailed: no access"
    failed.save()
    text = open_as(a_user(is_finance=True)).get(reverse("costs:overview")).content.decode()
    assert "AuthorizationFailed: no access" in text


@pytest.mark.parametrize("count", [2, 30])
def test_the_overview_asks_the_same_number_of_questions_however_long_it_is(
    count: int, open_as: Open, django_assert_max_num_queries
):
    load = a_load()
    user = a_user(is_finance=True)
    for number in range(count):
        project = a_project(f"P{number}")
        a_member(project, user, ProjectRole.LEAD)
        a_budget(project, "100")
        a_lifetime(project, f"rg-{number}", date(2026, 11, 1))
        a_charge(load, f"rg-{number}", date(2026, 11, 2), "7")
    client = open_as(user)
    with django_assert_max_num_queries(14):
        assert client.get(reverse("costs:overview")).status_code == 200


def test_finance_sets_a_budget_and_the_trail_says_so(billed: Project, open_as: Open):
    client, page = open_as(a_user(is_finance=True)), reverse("costs:budget", args=["apollo"])
    shown = client.get(page).content.decode()
    assert "¥5,000" in shown
    assert 'value="5000"' in shown
    answer = client.post(page, {"month": "2026-11-01", "amount": "7000.50", "currency": "JPY"})
    assert answer["Location"] == reverse("costs:project", args=["apollo"])
    client.post(page, {"month": "2026-12-01", "amount": "100", "currency": "JPY"})
    assert {str(budget.month): budget.amount for budget in billed.budgets.all()} == {
        "2026-11-01": Decimal("7000.5"),
        "2026-12-01": Decimal(100),
    }
    first = AuditEvent.objects.filter(action="budget.set").order_by("pk").first()
    assert first is not None
    assert first.details == {"month": "2026-11", "from": "5000 JPY", "to": "7000.5 JPY"}


@pytest.mark.parametrize(
    "bad",
    [
        {"amount": "-1"},
        {"amount": "a lot"},
        {"amount": "1e30"},
        {"currency": "yen"},
        {"month": "2026-10-01"},
        {"month": "nonsense"},
    ],
)
def test_a_budget_that_makes_no_sense_comes_back(bad: dict[str, str], billed: Project, open_as: Open):
    wish = {"month": "2026-11-01", "amount": "1", "currency": "JPY", **bad}
    answer = open_as(a_user(is_finance=True)).post(reverse("costs:budget", args=["apollo"]), wish)
    assert answer.status_code == 422
    assert billed.budgets.get().amount == 5000


def test_a_lead_cannot_raise_their_own_budget(billed: Project, open_as: Open):
    user = a_user()
    a_member(billed, user, ProjectRole.LEAD)
    client, page = open_as(user), reverse("costs:budget", args=["apollo"])
    assert client.get(page).status_code == 403
    assert client.post(page, {"month": "2026-11-01", "amount": "1", "currency": "JPY"}).status_code == 403
    assert billed.budgets.get().amount == 5000
