"""The sample company's rows and history: consistent, repeatable, accepted by the doctor."""

from datetime import date

import pytest
from django.db.models import Sum

from costs.models import Budget
from environments import doctor
from environments.models import Environment, EnvironmentStatus, Receipt
from portal.company import history, past, rows, tenant
from projects.models import EnvironmentType, Membership, Project

FOUNDED = date(2026, 11, 21)

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    rows.write(FOUNDED)
    history.write(FOUNDED)


def test_every_project_has_its_people_types_and_budgets(written):
    assert Project.objects.count() == len(tenant.TEAMS)
    assert Membership.objects.count() == sum(len(team.members) for team in tenant.TEAMS)
    assert EnvironmentType.objects.count() == sum(len(team.kinds) for team in tenant.TEAMS)
    november = Budget.objects.filter(month=date(2026, 11, 1)).aggregate(total=Sum("amount"))["total"]
    assert november == sum(team.monthly_budget for team in tenant.TEAMS)


def test_writing_it_twice_changes_nothing(written):
    def counts():
        return [model.objects.count() for model in (Project, Membership, EnvironmentType, Budget, Environment, Receipt)]

    before = counts()
    rows.write(FOUNDED)
    history.write(FOUNDED)
    assert counts() == before


def test_every_past_environment_is_deleted_with_a_complete_receipt(written):
    assert Environment.objects.filter(status=EnvironmentStatus.DELETED).count() == len(past.PAST)
    assert Receipt.objects.filter(is_complete=True).count() == len(past.PAST)


def test_past_dates_are_those_of_the_past(written):
    spring = Environment.objects.get(name="chat-spring")
    assert spring.created_at.date() == date(2026, 9, 8)
    assert spring.deleted_at is not None
    assert spring.deleted_at.date() == date(2026, 9, 20)
    assert spring.receipt.issued_at == spring.deleted_at


def test_the_doctor_finds_nothing_wrong_with_the_history(written):
    findings = {invariant.number: found for invariant, found in doctor.examine(with_azure=False) if found}
    assert findings == {}


def test_rows_date_themselves_again_afterwards(written):
    assert Environment._meta.get_field("created_at").auto_now_add


def test_every_charge_lies_in_the_past_and_comes_out_the_same_twice():
    charges = list(past.charges(FOUNDED))
    assert charges == list(past.charges(FOUNDED))
    assert all(charge.day < FOUNDED and charge.amount > 0 for charge in charges)
