"""What a step is: one idempotent act on Azure that returns what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from environments.models import Environment, Operation, Step

Save = Callable[[], None]


def nothing() -> None:
    """The default of `save`: there is nothing else to write."""


@dataclass(frozen=True)
class Done:
    """The step is achieved. `output` joins the step's output; `save` runs in the transaction that records it."""

    output: Mapping[str, Any] = field(default_factory=dict)
    save: Save = nothing
    skipped: bool = False


@dataclass(frozen=True)
class Wait:
    """Not yet: look again in `seconds`. `reason` names a sentence of environments.sentences.WAITS, `about` fills it."""

    seconds: float
    reason: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)
    save: Save = nothing
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Stopped:
    """The operation was cancelled here; `outcome` names a sentence of environments.sentences.OUTCOMES."""

    outcome: str
    output: Mapping[str, Any] = field(default_factory=dict)


Result = Done | Wait | Stopped


class StepRefused(Exception):
    """The step cannot succeed, for a reason of ours: a code that environments.explanations knows and the particulars.

    `save` runs in the transaction that records the failure.
    """

    def __init__(self, code: str, message: str, *, save: Save = nothing) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.save = save


class Turn(Protocol):
    """What a step sees of its turn: rows, the time, earlier outputs, and the one way to announce a write."""

    operation: Operation
    step: Step
    now: datetime

    @property
    def environment(self) -> Environment:
        """The environment the operation changes."""

    @property
    def cancel_requested(self) -> bool:
        """True when somebody asked for the operation to be cancelled."""

    def output_of(self, name: str) -> Mapping[str, Any]:
        """The output of an earlier step of this operation."""

    def about_to(self, method: str, target: str, **details: Any) -> None:
        """Announce the one write of this turn: proves the claim, renews the lease, records the intent in the audit."""

    def poll_seconds(self) -> float:
        """How long to wait before looking again, by the step's age and the subscription's load."""


StepFunction = Callable[[Turn], Result]
