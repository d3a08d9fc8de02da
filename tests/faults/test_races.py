"""F3, F5, F11, F17: several workers, zombies, duplicate messages, double submits, the last place and the last yen."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.utils import OperationalError

from accounts.models import User
from azure_emulator.launcher import Emulator
from costs.models import Budget, Reservation
from environments import claims, operations
from environments.drafts import RequestDraft
from environments.models import Environment, EnvironmentRequest, EnvironmentStatus, Operation
from environments.services import requests
from projects.models import EnvironmentType, Project
from tests.engine import (
    WorkerProcess,
    accepted_preview,
    assert_invariants,
    describe_last,
    draft_for,
    environment_for,
    turn_until_settled,
)


@contextmanager
def without(guard: str) -> Iterator[None]:
    """Release a guard for this process and those it forks."""
    os.environ["GENKAN_WITHOUT_GUARDS"] = guard
    try:
        yield
    finally:
        del os.environ["GENKAN_WITHOUT_GUARDS"]


def at_once(acts: list[Callable[[], object]], folder: Path) -> list[str]:
    """Run each act in a forked process, all released at the same moment; what each returned or raised."""
    connections.close_all()
    gate, outcomes = folder / "gate", [folder / f"outcome-{number}" for number in range(len(acts))]
    children = [_forked(act, gate, outcome) for act, outcome in zip(acts, outcomes, strict=True)]
    gate.touch()
    for child in children:
        os.waitpid(child, 0)
    return [outcome.read_text() for outcome in outcomes]


def _forked(act: Callable[[], object], gate: Path, outcome: Path) -> int:
    child = os.fork()
    if child:
        return child
    try:
        while not gate.exists():
            time.sleep(0.001)
        outcome.write_text(str(act()))
    except BaseException as error:  # noqa: BLE001 - a forked child must never return into pytest
        outcome.write_text(type(error).__name__)
    finally:
        os._exit(0)


def stack_puts(azure: Emulator) -> Counter[str]:
    """How often Azure took a PUT of each stack."""
    entries = azure.control.requests(method="PUT", path="deploymentStacks/", limit=1000)
    return Counter(entry["path"].split("?")[0].lower() for entry in entries if entry["status"] in {200, 201})


@pytest.mark.faults
def test_two_workers_at_once_do_not_double_anything(engine: Emulator, user: Callable[[str], User]) -> None:
    environments = [environment_for(user("sato.yui"), name=f"sandbox-{number}") for number in range(6)]

    workers = [WorkerProcess(), WorkerProcess()]
    statuses = [worker.wait() for worker in workers]

    assert statuses == [0, 0]
    for environment in environments:
        environment.refresh_from_db()
        assert environment.status == EnvironmentStatus.READY, describe_last(environment)
    assert set(stack_puts(engine).values()) == {1}
    assert_invariants()


@pytest.mark.faults
def test_every_message_delivered_twice_changes_nothing(
    engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    environment = environment_for(user("sato.yui"))
    operation = environment.operations.get()
    while Operation.objects.open().exists():
        at_once([lambda: operations.advance(operation.pk)] * 2, tmp_path)
        (tmp_path / "gate").unlink()

    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.READY
    assert set(stack_puts(engine).values()) == {1}
    assert_invariants()


@pytest.mark.faults
def test_a_worker_that_slept_through_its_lease_writes_nothing(
    engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    environment = environment_for(user("sato.yui"))
    engine.control.add_fault(method="GET", count=1, path="resourcegroups/", action={"kind": "delay", "seconds": 0.5})
    zombie = WorkerProcess()
    operation = environment.operations.get()
    _wait(lambda: Operation.objects.get(pk=operation.pk).fence > 0)
    zombie.signal(signal.SIGSTOP)
    fence_of_zombie = Operation.objects.get(pk=operation.pk).fence

    turn_until_settled()
    after = Operation.objects.get(pk=operation.pk)
    zombie.signal(signal.SIGCONT)

    assert zombie.wait() == 0
    environment.refresh_from_db()
    assert after.fence > fence_of_zombie
    assert environment.status == EnvironmentStatus.READY
    assert_invariants()


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _overtaken(environment: Environment) -> tuple[claims.Claim, claims.Claim]:
    """Two claims of one operation: the first one's lease ran out, the second one holds it."""
    operation = environment.operations.get()
    first = claims.claim(Operation.objects.open(), operation.pk)
    Operation.objects.filter(pk=operation.pk).update(lease_until=operation.created_at)
    second = claims.claim(Operation.objects.open(), operation.pk)
    assert first
    assert second
    return first, second


@pytest.mark.faults
def test_the_fence_rejects_whoever_was_overtaken(engine: Emulator, user: Callable[[str], User]) -> None:
    first, second = _overtaken(environment_for(user("sato.yui")))

    with pytest.raises(claims.LostClaim):
        claims.renew(Operation.objects.open(), first)

    claims.renew(Operation.objects.open(), second)


@pytest.mark.faults
def test_without_the_fence_a_stale_worker_would_write(engine: Emulator, user: Callable[[str], User]) -> None:
    first, _ = _overtaken(environment_for(user("sato.yui")))

    with without("fence"):
        claims.renew(Operation.objects.open(), first)

    assert not claims.held(Operation.objects.open(), first).exists()


@pytest.mark.faults
def test_without_the_lease_two_workers_would_take_the_same_turn(
    engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    operation = environment_for(user("sato.yui")).operations.get()

    def take() -> bool:
        return claims.claim(Operation.objects.open(), operation.pk) is not None

    guarded = [*at_once([take] * 4, tmp_path), str(take())]
    with without("lease"):
        unguarded = [take(), take()]

    assert Counter(guarded)["True"] == 1
    assert unguarded == [True, True]


@pytest.mark.faults
def test_without_looking_first_a_crash_would_deploy_twice(
    engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    with without("get_first"):
        environment_for(user("sato.yui"))
        WorkerProcess(crash_at="provision/deployment/after_call", mark=tmp_path / "mark").wait()
        WorkerProcess(crash_at="provision/deployment/after_commit", mark=tmp_path / "again").wait()

    assert len(stack_puts(engine)) == 2
    with pytest.raises(AssertionError, match="I2"):
        assert_invariants()


@pytest.mark.faults
def test_fifty_submits_of_one_form_make_one_environment(
    engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    draft = draft_for(user("sato.yui"))
    preview = accepted_preview(draft)
    submit = lambda: requests.submit_request(actor=draft.requester, draft=draft, preview=preview).pk  # noqa: E731

    answers = at_once([submit] * 50, tmp_path)

    assert len(set(answers)) == 1, Counter(answers)
    assert Environment.objects.count() == EnvironmentRequest.objects.count() == Operation.objects.count() == 1


def _submits(user: User, count: int) -> list[Callable[[], object]]:
    return [_submit_of(draft_for(user, name=f"sandbox-{number}")) for number in range(count)]


def _submit_of(draft: RequestDraft) -> Callable[[], object]:
    preview = accepted_preview(draft)
    return lambda: requests.submit_request(actor=draft.requester, draft=draft, preview=preview).status


@pytest.mark.faults
def test_the_last_place_of_a_quota_is_given_once(engine: Emulator, user: Callable[[str], User], tmp_path: Path) -> None:
    EnvironmentType.objects.filter(project__slug="apollo", slug="develop").update(quota=1)

    answers = Counter(at_once(_submits(user("sato.yui"), 20), tmp_path))

    assert answers == {"accepted": 1, "DomainError": 19}


@pytest.mark.faults
def test_the_last_yen_of_a_budget_is_reserved_once(
    engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    EnvironmentType.objects.filter(project__slug="apollo", slug="develop").update(quota=100)
    apollo = Project.objects.get(slug="apollo")
    acts = _priced_submits(user("sato.yui"), 20)
    one = EnvironmentRequest.objects.count()
    Budget.objects.filter(project=apollo).update(amount=_price_of_one() * Decimal("1.5"))

    answers = Counter(at_once(acts, tmp_path))

    assert one == 0
    assert answers == {"accepted": 1, "DomainError": 19}
    assert Reservation.objects.values("holder_id").distinct().count() == 1


def _priced_submits(user: User, count: int) -> list[Callable[[], object]]:
    return [
        _submit_of(draft_for(user, template="code-interpreter-sessions", name=f"priced-{number}", days=1))
        for number in range(count)
    ]


def _price_of_one() -> Decimal:
    from catalog.blueprint import blueprint
    from catalog.models import TemplateVersion

    figure = blueprint(TemplateVersion.objects.get(template__slug="code-interpreter-sessions")).daily_cost
    assert figure is not None
    return figure.amount


def _submit_slowly(submit: Callable[[], object], folder: Path) -> object:
    """Submit, and let another request be submitted before this one's transaction is in."""
    with transaction.atomic():
        answer = submit()
        (folder / "read").touch()
        _patiently(folder / "written", seconds=1)
    return answer


def _submit_meanwhile(submit: Callable[[], object], folder: Path) -> object:
    _patiently(folder / "read", seconds=10)
    try:
        return submit()
    finally:
        (folder / "written").touch()


@pytest.mark.faults
@pytest.mark.parametrize(("released", "second"), [("", "DomainError"), ("row_lock", "accepted")])
def test_only_the_row_lock_keeps_the_last_place_from_being_given_twice(
    released: str, second: str, engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time; its guard is the IMMEDIATE transaction, tested below")
    EnvironmentType.objects.filter(project__slug="apollo", slug="develop").update(quota=1)
    one, other = _submits(user("sato.yui"), 2)

    with without(released):
        answers = at_once([lambda: _submit_slowly(one, tmp_path), lambda: _submit_meanwhile(other, tmp_path)], tmp_path)

    assert answers == ["accepted", second]


def _read_then_write(folder: Path) -> str:
    """A transaction that reads, lets another one commit, and then writes."""
    with transaction.atomic():
        EnvironmentType.objects.count()
        (folder / "read").touch()
        _patiently(folder / "written", seconds=1)
        EnvironmentType.objects.update(quota=7)
    return "committed"


def _write_meanwhile(folder: Path) -> str:
    _patiently(folder / "read", seconds=10)
    with transaction.atomic():
        EnvironmentType.objects.update(quota=8)
    (folder / "written").touch()
    return "committed"


def _patiently(path: Path, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.005)


@pytest.mark.faults
@pytest.mark.parametrize(("mode", "reader"), [("IMMEDIATE", "committed"), ("DEFERRED", OperationalError.__name__)])
def test_only_immediate_transactions_let_a_reader_become_a_writer_on_sqlite(
    mode: str, reader: str, engine: Emulator, tmp_path: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has row locks, tested above")
    shipped = connection.settings_dict["OPTIONS"]["transaction_mode"]
    connection.close()
    connection.settings_dict["OPTIONS"]["transaction_mode"] = mode
    try:
        answers = at_once([lambda: _read_then_write(tmp_path), lambda: _write_meanwhile(tmp_path)], tmp_path)
    finally:
        connection.settings_dict["OPTIONS"]["transaction_mode"] = shipped

    assert shipped == "IMMEDIATE"
    assert answers == [reader, "committed"]
