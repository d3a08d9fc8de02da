"""The operations engine: claim a due operation, give its current step one turn, write the result if still allowed.

The row is the truth. No transaction is open while Azure is called, no worker waits for Azure, and nothing that a step
finds out is written unless the claim's fence is still the row's (docs/architecture.md).
"""

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import trail
from cloud.errors import PermanentCloudError, TransientCloudError
from common import logs
from common.crashpoints import crashpoint
from common.states import check_move
from environments import claims, endings, pace, parameters
from environments.models import Environment, Operation, Step, StepStatus
from environments.models.operation import STEP_MOVES
from environments.steps.base import Done, Result, Save, StepRefused, Stopped, Wait, nothing
from environments.steps.registry import STEPS

log = logging.getLogger(__name__)

# How long one claim may go on with turns that are due at once; far less than the step limit and the lease.
CHAIN_SECONDS = 10.0

# Codes that Azure also uses while something is only late; retried like a transient fault, but not for ever.
BOUNDED_CODES = frozenset({"PrincipalNotFound"})


class SecondWrite(Exception):
    """A step announced two writes in one turn: a programming error, because a crash between them is undefined."""


@dataclass
class OperationTurn:
    """One turn of one step: what environments.steps.base.Turn promises."""

    claim: claims.Claim
    operation: Operation
    step: Step
    steps: list[Step]
    now: datetime
    writes: list[str] = field(default_factory=list)
    keeps_claim: bool = False

    @property
    def environment(self) -> Environment:
        """The environment the operation changes."""
        return self.operation.environment

    @property
    def cancel_requested(self) -> bool:
        """True when somebody asked for the operation to be cancelled."""
        return self.operation.cancel_requested_at is not None

    @property
    def label(self) -> str:
        """`provision/resource_group`, as logs and crash points name the turn."""
        return f"{self.operation.kind}/{self.step.name}"

    def output_of(self, name: str) -> Mapping[str, Any]:
        """The output of a step of this operation; empty when it has none or is not in the plan."""
        return next((step.output for step in self.steps if step.name == name), {})

    def about_to(self, method: str, target: str, **details: Any) -> None:
        """Announce the turn's one write: the claim is renewed, the intent is in the audit before the call."""
        if self.writes:
            raise SecondWrite(f"{self.label}: {self.writes[0]} and {target}")
        self.writes.append(target)
        crashpoint(f"{self.label}/before_intent")
        with transaction.atomic():
            claims.renew(Operation.objects.open(), self.claim)
            trail.record(
                "azure.write",
                actor=self.operation.requested_by,
                subject=self.environment,
                project_id=self.environment.project_id,
                environment_id=self.environment.pk,
                operation_id=self.operation.pk,
                details={"method": method, "target": target, "step": self.step.name, **details},
            )
        crashpoint(f"{self.label}/before_call")

    def poll_seconds(self) -> float:
        """How long to wait before looking again, by the step's age and the subscription's load."""
        age = (self.now - (self.step.started_at or self.now)).total_seconds()
        return pace.poll_seconds(age=age, subscription_id=self.environment.subscription_id)


def advance(operation_id: UUID) -> float | None:
    """Give the operation a turn if it is due and free, and those that are due at once after it. Returns the seconds
    until its next turn, None when at its end or not ours."""
    held = claims.claim(Operation.objects.open(), operation_id)
    if held is None:
        return None
    token = logs.operation_id.set(str(operation_id))
    try:
        return _take_turns(_load(held))
    except claims.LostClaim:
        log.warning("stale turn given up", extra={"fence": held.fence})
        return None
    finally:
        logs.operation_id.reset(token)


def _take_turns(turn: OperationTurn) -> float | None:
    """Turns of one claim: what is due at once follows without giving the row back, for a few seconds at most."""
    until = time.monotonic() + CHAIN_SECONDS
    while True:
        crashpoint(f"{turn.label}/after_claim")
        result = _masked(turn, _run(turn))
        crashpoint(f"{turn.label}/after_call")
        turn.keeps_claim = time.monotonic() < until
        seconds = _save(turn, result)
        if seconds != 0 or not turn.keeps_claim:
            return seconds
        turn = _following(turn)


def _following(turn: OperationTurn) -> OperationTurn:
    """The next turn under the same claim, with what commands may have asked of the operation meanwhile."""
    turn.operation.refresh_from_db(fields=["cancel_requested_at", "cancel_requested_by", "payload"])
    current = next(step for step in turn.steps if step.status in {StepStatus.PENDING, StepStatus.RUNNING})
    now = timezone.now()
    if current.started_at is None:
        current.started_at = now
    return OperationTurn(claim=turn.claim, operation=turn.operation, step=current, steps=turn.steps, now=now)


def _load(held: claims.Claim) -> OperationTurn:
    operation = Operation.objects.select_related(
        "requested_by",
        "environment__environment_type",
        "environment__project",
        "environment__owner",
        "environment__version__template",
    ).get(pk=held.pk)
    if not operation.is_open or operation.fence != held.fence:
        raise claims.LostClaim(str(held.pk))
    steps = list(operation.steps.all())
    current = next((step for step in steps if step.status in {StepStatus.PENDING, StepStatus.RUNNING}), None)
    if current is None:
        # Overtaken between the two reads: the operation has ended meanwhile.
        raise claims.LostClaim(str(held.pk))
    now = timezone.now()
    if current.started_at is None:
        current.started_at = now
    return OperationTurn(claim=held, operation=operation, step=current, steps=steps, now=now)


@dataclass(frozen=True)
class _Trouble:
    """A turn that ended in an error: tried again after `retry_seconds`, or final when that is None."""

    code: str
    message: str
    correlation_id: str = ""
    retry_seconds: float | None = None
    reference: str = ""
    save: Save = nothing


def _run(turn: OperationTurn) -> Result | _Trouble:
    """The step's result, or what went wrong."""
    if turn.now >= turn.operation.deadline_at:
        return _Trouble(code="DeadlineExceeded", message=turn.step.error_message)
    try:
        return STEPS[turn.step.name](turn)
    except TransientCloudError as error:
        return _transient(turn, error)
    except PermanentCloudError as error:
        root = error.root
        return _Trouble(code=root.code, message=root.message, correlation_id=error.correlation_id or "")
    except StepRefused as error:
        return _Trouble(code=error.code, message=error.message, save=error.save)
    except claims.LostClaim:
        raise
    except Exception:  # noqa: BLE001 - the worker's outermost loop: counted, logged once with its reference
        return _unforeseen(turn)


def _masked(turn: OperationTurn, result: Result | _Trouble) -> Result | _Trouble:
    """Azure's message without the secure values that it may repeat."""
    holder = turn.operation.payload.get("secrets")
    if isinstance(result, _Trouble) and holder:
        return replace(result, message=parameters.masked(result.message, holder_id=holder))
    return result


def _transient(turn: OperationTurn, error: TransientCloudError) -> _Trouble:
    attempts = turn.step.attempts + 1
    bounded = error.code in BOUNDED_CODES and attempts >= settings.ENGINE_MAX_ATTEMPTS
    return _Trouble(
        code=error.code or "",
        message=str(error),
        correlation_id=error.correlation_id or "",
        retry_seconds=None if bounded else pace.retry_seconds(attempts=attempts, retry_after=error.retry_after),
    )


def _unforeseen(turn: OperationTurn) -> _Trouble:
    reference = secrets.token_hex(4)
    attempts = turn.step.attempts + 1
    log.exception("step raised", extra={"step": turn.label, "reference": reference, "attempt": attempts})
    return _Trouble(
        code="Unforeseen",
        message=reference,
        retry_seconds=(
            pace.retry_seconds(attempts=attempts, retry_after=None) if attempts < settings.ENGINE_MAX_ATTEMPTS else None
        ),
        reference=reference,
    )


def _save(turn: OperationTurn, result: Result | _Trouble) -> float | None:
    """Write the turn's result in one transaction through the fence; raises LostClaim when overtaken."""
    seconds: float | None
    with transaction.atomic():
        # Environment before operation, the order in which commands lock them: the other way round is a deadlock.
        Environment.objects.select_for_update().only("pk").get(pk=turn.operation.environment_id)
        match result:
            case Done():
                seconds = _save_done(turn, result)
            case Wait():
                seconds = _save_wait(turn, result)
            case Stopped():
                _save_stopped(turn, result)
                seconds = None
            case _Trouble():
                seconds = _save_trouble(turn, result)
    crashpoint(f"{turn.label}/after_commit")
    return seconds


def _release(turn: OperationTurn, *, seconds: float, **changes: Any) -> None:
    """Write the operation row and give the lease back, unless the next turn follows at once under the same claim.

    Everything else of the turn follows in the same transaction.
    """
    now = timezone.now()
    run_at = now + timedelta(seconds=seconds)
    goes_on = turn.keeps_claim and seconds == 0
    lease = now + timedelta(seconds=settings.ENGINE_LEASE_SECONDS) if goes_on else now
    rows = claims.held(Operation.objects.open(), turn.claim)
    if turn.operation.started_at is None:
        turn.operation.started_at = changes["started_at"] = turn.now
    if not rows.update(run_at=run_at, lease_until=lease, hinted_until=run_at, **changes):
        raise claims.LostClaim(str(turn.claim.pk))


def _move_step(turn: OperationTurn, status: StepStatus, **changes: Any) -> None:
    step = turn.step
    check_move(STEP_MOVES, source=step.status, target=status)
    step.status = status
    step.looks += 1
    for name, value in changes.items():
        setattr(step, name, value)
    step.save()


def _clear_trouble() -> dict[str, Any]:
    return {"attempts": 0, "error_code": "", "error_message": "", "error_correlation_id": ""}


def _save_done(turn: OperationTurn, result: Done) -> float | None:
    is_last = turn.step.position == turn.steps[-1].position
    _release(turn, seconds=0)
    _move_step(
        turn,
        StepStatus.SKIPPED if result.skipped else StepStatus.DONE,
        finished_at=timezone.now(),
        waiting_for="",
        progress_done=turn.step.progress_total,
        output={**turn.step.output, **result.output},
        **_clear_trouble(),
    )
    result.save()
    if not is_last:
        return 0.0
    endings.succeed(turn.operation)
    return None


def _save_wait(turn: OperationTurn, result: Wait) -> float:
    _release(turn, seconds=result.seconds)
    _move_step(
        turn,
        StepStatus.RUNNING,
        waiting_for=result.reason,
        progress_done=result.done,
        progress_total=result.total,
        output={**turn.step.output, **result.output, "waiting": dict(result.about)},
        **_clear_trouble(),
    )
    result.save()
    return result.seconds


def _save_stopped(turn: OperationTurn, result: Stopped) -> None:
    _release(turn, seconds=0)
    _move_step(
        turn,
        StepStatus.SKIPPED,
        finished_at=timezone.now(),
        waiting_for="",
        output={**turn.step.output, **result.output},
        **_clear_trouble(),
    )
    endings.cancel(turn.operation, outcome=result.outcome)


def _save_trouble(turn: OperationTurn, trouble: _Trouble) -> float | None:
    told = {
        "attempts": turn.step.attempts + 1,
        "error_code": trouble.code[:100],
        "error_message": trouble.message,
        "error_correlation_id": trouble.correlation_id[:64],
    }
    if trouble.retry_seconds is not None:
        _release(turn, seconds=trouble.retry_seconds)
        _move_step(turn, StepStatus.RUNNING, **told)
        return trouble.retry_seconds
    _release(turn, seconds=0)
    _move_step(turn, StepStatus.FAILED, finished_at=timezone.now(), waiting_for="", **told)
    trouble.save()
    endings.fail(
        turn.operation,
        code=trouble.code,
        message=trouble.message,
        correlation_id=trouble.correlation_id,
        reference=trouble.reference,
    )
    return None
