"""Loading charges from the local Azure: exact, whole, once, and patient when Azure is busy."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from azure_emulator import launcher
from cloud import costs as cloud_costs
from costs import services
from costs.exact import ExactSum
from costs.models import CostLoad, CostRecord, LoadStatus
from portal.company import tenant
from tests.costs.factories import a_charge, a_load, a_project, a_type

pytestmark = [pytest.mark.emulator, pytest.mark.django_db]
SUBSCRIPTION = tenant.DEVELOP.id
MARCH = date(2026, 3, 1), date(2026, 3, 31)


def history(*charges: tuple[str, str, str], service: str = "Storage") -> dict[str, object]:
    return {
        "costHistory": [
            {
                "subscription": SUBSCRIPTION,
                "resourceGroup": group,
                "resourceType": "microsoft.storage/storageaccounts",
                "service": service,
                "date": day,
                "cost": cost,
            }
            for group, day, cost in charges
        ]
    }


def load_march() -> CostLoad:
    (load,) = services.load_subscription(subscription_id=SUBSCRIPTION, since=MARCH[0], until=MARCH[1])
    return load


def test_every_digit_arrives_and_groups_are_lower_case(azure: launcher.Emulator):
    azure.control.seed(history(("RG-March", "2026-03-02", "1234567.123456")))
    load = load_march()
    record = CostRecord.objects.get(resource_group="rg-march")
    assert (record.amount, record.day) == (Decimal("1234567.123456"), date(2026, 3, 2))
    assert record.service_name == "Storage"
    assert load.status == LoadStatus.DONE
    assert load.row_count == CostRecord.objects.count()


def test_a_load_knows_its_total_in_each_currency(azure: launcher.Emulator):
    azure.control.seed(history(("rg-1", "2026-03-02", "0.1"), ("rg-2", "2026-03-03", "0.2")))
    load = load_march()
    kept = CostRecord.objects.values_list("currency").annotate(sum=ExactSum("amount"))
    assert {currency: Decimal(total) for currency, total in load.totals.items()} == dict(kept)
    assert Decimal(load.totals["JPY"]) == Decimal("0.3")


def test_every_page_is_read(azure: launcher.Emulator):
    many = [(f"rg-{number:04}", f"2026-03-{number % 28 + 1:02}", "1.000001") for number in range(5200)]
    azure.control.seed(history(*many))
    load = load_march()
    assert load.pages == 2
    assert CostRecord.objects.aggregate(sum=ExactSum("amount"))["sum"] == Decimal("5200.0052")


def test_loading_again_replaces_the_days_and_only_those(azure: launcher.Emulator):
    azure.control.seed(history(("rg-1", "2026-03-02", "5")))
    february = a_load(date(2026, 2, 1), date(2026, 2, 28), subscription_id=SUBSCRIPTION)
    kept = a_charge(february, "rg-1", date(2026, 2, 28), "9")
    load_march()
    load_march()
    assert set(CostRecord.objects.values_list("day", "amount")) == {
        (kept.day, Decimal(9)),
        (date(2026, 3, 2), Decimal(5)),
    }


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after": "900", "Retry-After": "3"}, 900),
        ({"x-ms-ratelimit-microsoft.costmanagement-entity-retry-after": "120"}, 120),
        ({}, 60),
    ],
)
def test_a_throttled_load_waits_as_long_as_azure_says_and_keeps_the_old_rows(
    azure: launcher.Emulator, headers: dict[str, str], seconds: int
):
    azure.control.seed(history(("rg-1", "2026-03-02", "5")))
    load_march()
    azure.control.add_fault(action={"kind": "status", "status": 429, "headers": headers}, path="/query", count=1)
    before = timezone.now()
    load = load_march()
    assert (load.status, load.attempts) == (LoadStatus.WAITING, 1)
    assert timedelta(seconds=seconds) <= load.run_at - before <= timedelta(seconds=seconds + 30)
    assert CostRecord.objects.count() == 1
    services.run_load(load.pk)
    load.refresh_from_db()
    assert load.status == LoadStatus.WAITING
    with time_machine.travel(load.run_at + timedelta(seconds=1)):
        services.run_load(load.pk)
    load.refresh_from_db()
    assert load.status == LoadStatus.DONE


def test_a_refused_load_says_why_and_keeps_the_old_rows(azure: launcher.Emulator):
    azure.control.seed(history(("rg-1", "2026-03-02", "5")))
    load_march()
    refusal = {"kind": "status", "status": 403, "code": "AuthorizationFailed", "message": "No access."}
    azure.control.add_fault(action=refusal, path="/query")
    load = load_march()
    assert (load.status, load.problem) == (LoadStatus.FAILED, "AuthorizationFailed: No access.")
    assert CostRecord.objects.get().amount == 5


def test_a_load_that_fails_on_its_second_page_changes_nothing(azure: launcher.Emulator):
    many = [(f"rg-{number:04}", "2026-03-02", "1") for number in range(5200)]
    azure.control.seed(history(*many))
    azure.control.add_fault(action={"kind": "status", "status": 503}, path="/query", nth=2)
    load = load_march()
    assert load.status == LoadStatus.WAITING
    assert not CostRecord.objects.exists()


def test_loads_are_planned_for_each_subscription_and_a_new_one_gets_a_past():
    project = a_project()
    a_type(project, "s-1", "one")
    a_type(project, "s-2", "two")
    a_type(a_project(), "s-2", "two")
    a_load(date(2026, 9, 1), date(2026, 9, 30), subscription_id="s-2")
    with time_machine.travel("2026-11-05T01:00:00Z"):
        loads = services.plan_loads()
        assert services.plan_loads() == []
    planned = {(load.subscription_id, load.since, load.until) for load in loads}
    november, october = (date(2026, 11, 1), date(2026, 11, 5)), (date(2026, 10, 1), date(2026, 10, 31))
    september, august = (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 8, 1), date(2026, 8, 31))
    assert planned == {("s-2", *november), ("s-2", *october)} | {
        ("s-1", *period) for period in (november, october, september, august)
    }


def test_the_month_before_is_loaded_again_until_the_fifth():
    assert services.periods(date(2026, 11, 5))[1:] == [(date(2026, 10, 1), date(2026, 10, 31))]
    assert services.periods(date(2026, 11, 6)) == [(date(2026, 11, 1), date(2026, 11, 6))]


def test_a_period_is_loaded_once_a_day():
    a_type(a_project(), "s-1")
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    done = {"subscription_id": "s-1", "since": date(2026, 11, 1), "until": date(2026, 11, 20)}
    CostLoad.objects.create(**done, status=LoadStatus.DONE, finished_at=now - timedelta(hours=23))
    assert services.plan_loads(now=now) == []
    assert len(services.plan_loads(now=now + timedelta(hours=2))) == 1


def test_two_workers_never_do_the_same_load(azure: launcher.Emulator):
    load = CostLoad.objects.create(subscription_id=SUBSCRIPTION, since=MARCH[0], until=MARCH[1])
    assert services._claim(load.pk) is not None
    assert services._claim(load.pk) is None
    assert services.due_loads() == []


def test_a_load_whose_worker_died_is_taken_up_again(azure: launcher.Emulator):
    load = CostLoad.objects.create(subscription_id=SUBSCRIPTION, since=MARCH[0], until=MARCH[1])
    services._claim(load.pk)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert services.due_loads() == [load]
        services.run_load(load.pk)
    load.refresh_from_db()
    assert load.status == LoadStatus.DONE


def test_a_worker_that_was_overtaken_writes_nothing(azure: launcher.Emulator):
    CostLoad.objects.create(subscription_id=SUBSCRIPTION, since=MARCH[0], until=MARCH[1])
    slow = services._claim(CostLoad.objects.get().pk)
    assert slow is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        services.run_load(slow.pk)
    row = cloud_costs.CostRow(MARCH[0], "rg", "Storage", Decimal(1), "JPY")
    with pytest.raises(services.LoadOvertaken):
        services._replace(slow, [row], 1)
    assert not CostRecord.objects.exists()
