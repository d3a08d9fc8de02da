"""F1: SIGKILL at every step boundary of provision and delete; nothing is lost, nothing doubled."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from azure_emulator.launcher import Emulator
from environments.models import EnvironmentStatus, OperationKind
from environments.plans import PLANS
from environments.services.environments import delete_environment
from tests.engine import WorkerProcess, assert_invariants, describe_last, environment_for

MOMENTS = ("after_claim", "before_intent", "before_call", "after_call", "after_commit")
# Steps that only read announce no write, so the two moments around the announcement do not exist for them.
READING = {"outputs", "inventory", "verify", "read_back", "release_workspaces", "purge", "child_tags"}
SIGKILL = -9


def points(kind: OperationKind) -> list[str]:
    return [
        f"{kind}/{step}/{moment}"
        for step in PLANS[kind]
        for moment in MOMENTS
        if not (step in READING and moment in {"before_intent", "before_call"})
    ]


@pytest.mark.faults
@pytest.mark.parametrize("point", points(OperationKind.PROVISION))
def test_a_build_survives_the_worker_s_death(
    point: str, engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    environment = environment_for(user("sato.yui"))

    died = WorkerProcess(crash_at=point, mark=tmp_path / "mark").wait()
    finished = WorkerProcess().wait()

    environment.refresh_from_db()
    assert (died, finished) == (SIGKILL, 0)
    assert environment.status == EnvironmentStatus.READY, describe_last(environment)
    assert_invariants()


@pytest.mark.faults
@pytest.mark.parametrize("point", points(OperationKind.DELETE))
def test_a_delete_survives_the_worker_s_death(
    point: str, engine: Emulator, user: Callable[[str], User], tmp_path: Path
) -> None:
    environment = environment_for(user("sato.yui"))
    assert WorkerProcess().wait() == 0
    environment.refresh_from_db()
    delete_environment(actor=environment.owner, environment=environment)

    died = WorkerProcess(crash_at=point, mark=tmp_path / "mark").wait()
    finished = WorkerProcess().wait()

    environment.refresh_from_db()
    assert (died, finished) == (SIGKILL, 0)
    assert environment.status == EnvironmentStatus.DELETED, describe_last(environment)
    assert environment.receipt.is_complete
    assert_invariants()
