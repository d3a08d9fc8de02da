"""An operation as its page shows it: steps as sentences, what each waits for, how long that usually takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from django.utils import timezone

from environments import explanations, sentences
from environments.explanations import ErrorText
from environments.models import Operation, OperationStatus, Step, StepStatus

# The newest runs say more about today's Azure than all runs ever.
_SAMPLE = 25


@dataclass(frozen=True)
class StepLine:
    """One step: `seconds` is how long it took or has been running, `next_at` when it is looked at again."""

    position: int
    name: str
    sentence: str
    status: str
    waiting_for: str
    seconds: float | None
    usual_seconds: float | None
    attempts: int
    next_at: datetime | None
    progress_done: int | None
    progress_total: int | None
    error: ErrorText | None


@dataclass(frozen=True)
class OperationProgress:
    """The whole operation; `remaining_seconds` comes from past runs and is None without any."""

    operation: Operation
    usual_seconds: float | None
    remaining_seconds: float | None
    lines: tuple[StepLine, ...]
    outcome: str
    error: ErrorText | None


def progress(operation: Operation) -> OperationProgress:
    """Read the operation's steps and the usual durations of its template's past runs; a fixed number of queries."""
    steps = list(operation.steps.all())
    usual = usual_seconds(operation)
    lines = tuple(_line(operation, step, usual.get(step.name)) for step in steps)
    total = sum(usual.values()) if usual else None
    return OperationProgress(
        operation=operation,
        usual_seconds=total,
        remaining_seconds=_remaining(lines) if usual and operation.is_open else None,
        lines=lines,
        outcome=sentences.outcome(operation.outcome) if operation.outcome else "",
        error=_operation_error(operation),
    )


def _line(operation: Operation, step: Step, usual: float | None) -> StepLine:
    is_current = operation.is_open and step.status in {StepStatus.PENDING, StepStatus.RUNNING} and step.started_at
    return StepLine(
        position=step.position,
        name=step.name,
        sentence=sentences.step(step.name),
        status=step.status,
        waiting_for=sentences.wait(step.waiting_for, step.output.get("waiting", {})),
        seconds=_elapsed(step),
        usual_seconds=usual,
        attempts=step.attempts,
        next_at=operation.run_at if is_current else None,
        progress_done=step.progress_done,
        progress_total=step.progress_total,
        error=_step_error(step),
    )


def _elapsed(step: Step) -> float | None:
    if step.started_at is None:
        return None
    return ((step.finished_at or timezone.now()) - step.started_at).total_seconds()


def _step_error(step: Step) -> ErrorText | None:
    if not (step.error_code or step.error_message):
        return None
    return explanations.explain(
        code=step.error_code, message=step.error_message, correlation_id=step.error_correlation_id
    )


def _operation_error(operation: Operation) -> ErrorText | None:
    if operation.status != OperationStatus.FAILED:
        return None
    return explanations.explain(
        code=operation.error_code, message=operation.error_message, correlation_id=operation.error_correlation_id
    )


def _remaining(lines: Iterable[StepLine]) -> float:
    left = 0.0
    for line in lines:
        if line.status in {StepStatus.PENDING, StepStatus.RUNNING}:
            left += max((line.usual_seconds or 0.0) - (line.seconds or 0.0), 0.0)
    return left


def usual_seconds(operation: Operation) -> dict[str, float]:
    """Median seconds of each step over the newest successful runs of the same template and kind; empty without any."""
    runs = list(
        Operation.objects.filter(
            kind=operation.kind,
            status=OperationStatus.SUCCEEDED,
            environment__version__template=operation.environment.version.template_id,
        )
        .order_by("-finished_at")
        .values_list("pk", flat=True)[:_SAMPLE]
    )
    return _medians(Step.objects.filter(operation__in=runs, status=StepStatus.DONE))


def _medians(steps: Any) -> dict[str, float]:
    seconds: dict[str, list[float]] = {}
    for name, started, finished in steps.values_list("name", "started_at", "finished_at"):
        if started and finished:
            seconds.setdefault(name, []).append((finished - started).total_seconds())
    return {name: median(values) for name, values in seconds.items()}
