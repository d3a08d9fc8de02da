"""F8 and F12: Azure is gone for a while; people do everything at once to one environment."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from azure_emulator.launcher import Emulator
from common.errors import DomainError
from environments import operations
from environments.models import Environment, EnvironmentStatus, Operation, OperationStatus
from environments.services import environments as commands
from projects.models import EnvironmentType
from tests.engine import assert_invariants, environment_for, turn_until_settled


@pytest.mark.faults
def test_while_azure_is_gone_nothing_fails_and_afterwards_everything_is_built(
    engine: Emulator, user: Callable[[str], User]
) -> None:
    environments = [environment_for(user("sato.yui"), name=f"sandbox-{number}") for number in range(4)]
    engine.control.add_fault(
        path="^/subscriptions/", action={"kind": "status", "status": 503, "code": "ServiceUnavailable"}
    )
    turn_until_settled(
        look=lambda: all(one.steps.order_by("-attempts")[0].attempts >= 4 for one in Operation.objects.open())
    )
    during = set(Operation.objects.values_list("status", flat=True))

    engine.control.clear_faults()
    turn_until_settled()

    assert during == {OperationStatus.OPEN}
    assert set(Environment.objects.values_list("status", flat=True)) == {EnvironmentStatus.READY}
    assert len(environments) == Environment.objects.count()
    assert_invariants()


def act(name: str, environment: Environment, member: User) -> None:
    """One thing people (or the worker) do; a refusal is an answer too."""
    environment.refresh_from_db()
    owner = environment.owner
    latest = environment.operations.order_by("-created_at")[0]
    acts: dict[str, Callable[[], Any]] = {
        "turn": lambda: operations.advance(latest.pk),
        "turn thrice": lambda: [operations.advance(latest.pk) for _ in range(3)],
        "settle": turn_until_settled,
        "extend": lambda: commands.extend_environment(actor=owner, environment=environment, days=1),
        "share": lambda: commands.share_environment(
            actor=owner, environment=environment, user=member, role_name="Reader"
        ),
        "cancel": lambda: commands.cancel_operation(actor=owner, operation=latest),
        "retry": lambda: commands.retry_operation(actor=owner, operation=latest),
        "delete": lambda: commands.delete_environment(actor=owner, environment=environment),
    }
    try:
        acts[name]()
    except DomainError:
        return


ACTS = ("turn", "turn thrice", "settle", "extend", "share", "cancel", "retry", "delete")


@pytest.mark.faults
def test_whatever_people_do_in_whatever_order_the_invariants_hold(
    engine: Emulator, user: Callable[[str], User]
) -> None:
    EnvironmentType.objects.update(quota=10_000)
    owner, member = user("sato.yui"), user("yamada.mio")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.sampled_from(ACTS), min_size=3, max_size=14))
    def sequence(names: list[str]) -> None:
        environment = environment_for(owner)
        for name in names:
            act(name, environment, member)
        turn_until_settled()

    sequence()

    assert_invariants()
