"""F7 and its kin: Azure throttles, errs, drops connections, fails a resource, gets stuck; no request is lost."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from azure_emulator.launcher import Emulator
from environments.models import Environment, EnvironmentStatus, Operation, OperationStatus, Orphan
from environments.services.environments import delete_environment, retry_operation
from environments.sweeps import orphans
from tests.engine import WorkerProcess, assert_invariants, describe_last, environment_for, turn_until_settled

ARM = "^/subscriptions/"
# Every header Azure may say "later" with; all are short, so that the test sees the wait end.
LATER = {
    "retry-after": {"Retry-After": "1"},
    "retry-after-ms": {"x-ms-retry-after-ms": "300"},
    "none": {},
}


def several(user: User, count: int = 4) -> list[Environment]:
    return [environment_for(user, name=f"sandbox-{number}") for number in range(count)]


def assert_ready(environments: list[Environment]) -> None:
    for environment in environments:
        environment.refresh_from_db()
        assert environment.status == EnvironmentStatus.READY, describe_last(environment)


def assert_one_deployment_each(azure: Emulator, environments: list[Environment]) -> None:
    """Of all stack PUTs that Azure took, one for each environment: no second deployment."""
    taken = Counter(
        re.sub(r"\?.*", "", entry["path"]).lower()
        for entry in azure.control.requests(method="PUT", path="deploymentStacks/", limit=1000)
        if entry["status"] in {200, 201}
    )
    assert all(count == 1 for count in taken.values()), taken
    assert len(taken) <= len(environments)


def fault(azure: Emulator, *, action: dict[str, Any], **rule: Any) -> None:
    azure.control.add_fault(action=action, **{"path": ARM, **rule})


@pytest.mark.faults
@pytest.mark.parametrize("header", LATER)
def test_throttled_calls_come_back_later_and_nothing_is_lost(
    header: str, engine: Emulator, user: Callable[[str], User]
) -> None:
    environments = several(user("sato.yui"), 2)
    fault(
        engine, every=3, action={"kind": "status", "status": 429, "code": "TooManyRequests", "headers": LATER[header]}
    )

    turn_until_settled(seconds=60)

    engine.control.clear_faults()
    assert_ready(environments)
    assert_one_deployment_each(engine, environments)
    assert_invariants()


@pytest.mark.faults
def test_no_call_is_made_before_azure_allows_it(engine: Emulator, user: Callable[[str], User]) -> None:
    environments = several(user("sato.yui"), 1)
    fault(
        engine,
        method="PUT",
        path="resourcegroups/[^/]+$",
        count=1,
        action={"kind": "status", "status": 429, "code": "TooManyRequests", "headers": {"Retry-After": "2"}},
    )

    turn_until_settled(seconds=60)

    writes = engine.control.requests(method="PUT", path="resourcegroups/[^/?]+($|\\?)", limit=100)
    refused, taken = sorted(writes, key=lambda entry: entry["at"])[:2]
    assert refused["status"] == 429
    assert _seconds(taken["at"]) - _seconds(refused["at"]) >= 2
    assert_ready(environments)


def _seconds(time: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


@pytest.mark.faults
def test_errors_of_azure_s_own_are_waited_out(engine: Emulator, user: Callable[[str], User]) -> None:
    environments = several(user("sato.yui"))
    fault(engine, rate=0.2, seed=7, action={"kind": "status", "status": 500, "code": "InternalServerError"})

    turn_until_settled(seconds=60)

    engine.control.clear_faults()
    assert_ready(environments)
    assert_invariants()


@pytest.mark.faults
@pytest.mark.parametrize("moment", ["drop-before", "drop-after"])
def test_dropped_connections_cost_time_and_no_second_deployment(
    moment: str, engine: Emulator, user: Callable[[str], User]
) -> None:
    environments = several(user("sato.yui"))
    fault(engine, rate=0.2, seed=11, action={"kind": moment})

    turn_until_settled(seconds=60)

    engine.control.clear_faults()
    assert_ready(environments)
    assert_one_deployment_each(engine, environments)
    assert_invariants()


@pytest.mark.faults
def test_a_failed_resource_fails_the_build_with_azure_s_words_and_can_be_retried(
    engine: Emulator, user: Callable[[str], User]
) -> None:
    engine.control.add_fault(
        action={
            "kind": "fail-resource",
            "type": "Microsoft.App/sessionPools",
            "code": "InsufficientQuota",
            "message": "No sessions are left in this region.",
        },
    )
    environment = environment_for(user("sato.yui"), template="code-interpreter-sessions", name="interpreter")
    turn_until_settled(seconds=60)
    environment.refresh_from_db()
    failed = environment.operations.get()

    engine.control.clear_faults()
    retry_operation(actor=environment.owner, operation=failed)
    turn_until_settled(seconds=60)

    assert failed.status == OperationStatus.FAILED
    assert (failed.error_code, failed.error_message) == ("InsufficientQuota", "No sessions are left in this region.")
    assert_ready([environment])
    assert environment.generation == 2
    assert_invariants()


@pytest.mark.faults
def test_a_failed_build_can_be_deleted_and_leaves_nothing(engine: Emulator, user: Callable[[str], User]) -> None:
    engine.control.add_fault(action={"kind": "fail-resource", "type": "Microsoft.App/sessionPools"})
    environment = environment_for(user("sato.yui"), template="code-interpreter-sessions", name="interpreter")
    turn_until_settled(seconds=60)
    environment.refresh_from_db()

    delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled(seconds=60)

    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.DELETED, describe_last(environment)
    assert environment.receipt.is_complete
    assert_invariants()


@pytest.mark.faults
def test_a_stuck_delete_is_never_called_deleted(engine: Emulator, user: Callable[[str], User]) -> None:
    environment = environment_for(user("sato.yui"))
    turn_until_settled()
    environment.refresh_from_db()
    engine.control.add_fault(action={"kind": "stuck-delete", "id": environment.group_id})
    operation = delete_environment(actor=environment.owner, environment=environment)

    turn_until_settled(look=lambda: operation.steps.get(name="group_delete").looks >= 5)
    still = Environment.objects.get(pk=environment.pk)
    Operation.objects.filter(pk=operation.pk).update(deadline_at=operation.created_at)
    turn_until_settled()

    environment.refresh_from_db()
    operation.refresh_from_db()
    assert still.status == EnvironmentStatus.DELETING
    assert environment.status == EnvironmentStatus.BLOCKED
    assert operation.error_code == "DeadlineExceeded"
    assert environment.owner.notices.filter(key=f"failed:{operation.pk}").count() == 1


@pytest.mark.faults
def test_a_locked_group_blocks_the_delete_until_the_lock_is_gone(engine: Emulator, user: Callable[[str], User]) -> None:
    environment = environment_for(user("sato.yui"))
    turn_until_settled()
    environment.refresh_from_db()
    engine.control.add_fault(
        method="DELETE",
        path="resourcegroups/[^/]+$",
        action={"kind": "status", "status": 409, "code": "ScopeLocked", "message": "The scope is locked."},
    )
    blocked = delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled()
    environment.refresh_from_db()
    seen = environment.status

    engine.control.clear_faults()
    blocked.refresh_from_db()
    retry_operation(actor=environment.owner, operation=blocked)
    turn_until_settled()

    environment.refresh_from_db()
    assert (seen, blocked.error_code) == (EnvironmentStatus.BLOCKED, "ScopeLocked")
    assert environment.status == EnvironmentStatus.DELETED, describe_last(environment)
    assert_invariants()


@pytest.mark.faults
def test_the_local_azure_may_die_in_the_middle_of_deployments(engine: Emulator, user: Callable[[str], User]) -> None:
    environments = [
        environment_for(user("sato.yui"), template="code-interpreter-sessions", name=f"interpreter-{number}")
        for number in range(3)
    ]
    engine.control.clock(speed=20)
    turn_until_settled(
        look=lambda: Operation.objects.filter(steps__waiting_for__startswith="deploy").distinct().count() == 3
    )
    worker = WorkerProcess(seconds=60)

    engine.kill()
    engine.run()

    assert worker.wait() == 0
    assert_ready(environments)
    assert_invariants()
    for environment in environments:
        delete_environment(actor=environment.owner, environment=environment)
    engine.control.clock(speed=200)
    turn_until_settled(seconds=60)
    assert_invariants()


@pytest.mark.faults
def test_role_assignments_that_will_not_go_are_tried_until_they_do(
    engine: Emulator, user: Callable[[str], User]
) -> None:
    environment = environment_for(user("sato.yui"))
    turn_until_settled()
    environment.refresh_from_db()
    engine.control.add_fault(
        method="DELETE",
        path="roleAssignments/",
        count=6,
        action={"kind": "status", "status": 500, "code": "InternalServerError"},
    )

    delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled(seconds=60)

    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.DELETED, describe_last(environment)
    assert_invariants()


@pytest.mark.faults
def test_a_group_deleted_behind_our_back_is_called_missing_and_can_be_built_again(
    engine: Emulator, user: Callable[[str], User]
) -> None:
    from cloud import groups

    environment = environment_for(user("sato.yui"))
    turn_until_settled()
    environment.refresh_from_db()
    groups.delete_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    gone = {"subscription_id": environment.subscription_id, "name": environment.resource_group}
    turn_until_settled(look=lambda: groups.read_group(**gone) is None)
    Environment.objects.filter(pk=environment.pk).update(ready_at="2026-01-01T00:00:00Z")

    orphans.compare(environment.subscription_id)
    environment.refresh_from_db()
    missing = (environment.status, Orphan.objects.filter(environment=environment, resolved_at=None).count())
    retry_operation(actor=environment.owner, operation=environment.operations.latest("created_at"))
    turn_until_settled()

    assert missing == (EnvironmentStatus.MISSING, 1)
    assert_ready([environment])
    assert_invariants()
