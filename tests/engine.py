"""Driving the engine in tests: asking for environments, turning operations to their end, here or forked."""

import os
import signal
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connections
from django.utils import timezone

from accounts.models import User
from catalog.models import TemplateVersion
from environments import doctor, operations, previews
from environments.drafts import RequestDraft
from environments.models import Environment, EnvironmentRequest, Operation, Preview, PreviewStatus
from environments.services import requests
from projects.models import EnvironmentType

# What the fault tests shorten, so that a lease runs out and a retry comes while a person would wait for it.
BRISK: dict[str, float] = {
    "ENGINE_LEASE_SECONDS": 1.0,
    "ENGINE_POLL_MIN_SECONDS": 0.05,
    "ENGINE_POLL_MAX_SECONDS": 0.3,
    "ENGINE_RETRY_BASE_SECONDS": 0.05,
    "ENGINE_HINT_SECONDS": 0.2,
    # Tests ask for far more in a minute than people do; what the budget does is tested in tests/cloud.
    "AZURE_BUDGET_SHARE": 0.0,
}


def draft_for(
    user: User,
    *,
    template: str = "empty-sandbox",
    project: str = "apollo",
    kind: str = "develop",
    name: str = "sandbox",
    region: str = "eastus2",
    days: int = 7,
    parameters: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    environment: Environment | None = None,
) -> RequestDraft:
    """A draft that meets the rules unless told otherwise."""
    environment_type = EnvironmentType.objects.select_related("project").get(project__slug=project, slug=kind)
    version = TemplateVersion.objects.filter(template__slug=template).order_by("-created_at")[0]
    return RequestDraft(
        key=uuid.uuid4(),
        requester=user,
        project=environment_type.project,
        environment_type=environment_type,
        version=version,
        name=name,
        region=region,
        lifetime_days=days,
        parameters=parameters or {},
        secrets=secrets or {},
        environment=environment,
    )


def accepted_preview(draft: RequestDraft) -> Preview:
    """A preview of the draft as if Azure had accepted it just now."""
    preview = previews.fresh_preview(actor=draft.requester, draft=draft)
    now = timezone.now()
    Preview.objects.filter(pk=preview.pk).update(
        status=PreviewStatus.ACCEPTED, finished_at=now, what_if_digest="0" * 64
    )
    preview.refresh_from_db()
    return preview


def ask(draft: RequestDraft) -> EnvironmentRequest:
    """Submit the draft with an accepted preview."""
    return requests.submit_request(actor=draft.requester, draft=draft, preview=accepted_preview(draft))


def environment_for(user: User, **wishes: Any) -> Environment:
    """An accepted request's environment, its operation planned and not yet begun."""
    request = ask(draft_for(user, **wishes))
    assert request.environment is not None
    return request.environment


def turn_until_settled(*, seconds: float = 30, look: Callable[[], bool] | None = None) -> None:
    """Be the worker: advance whatever is due until nothing is open (or `look` says so)."""
    deadline = time.monotonic() + seconds
    while not (look() if look else not Operation.objects.open().exists()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not settled after {seconds} s: {describe_open()}")
        turned = [operations.advance(pk) for pk in Operation.objects.due(timezone.now()).values_list("pk", flat=True)]
        if not turned:
            time.sleep(0.01)


def turn_previews(*, seconds: float = 30) -> None:
    """Be the worker for previews until all are answered."""
    deadline = time.monotonic() + seconds
    while previews.open_previews().exists():
        if time.monotonic() > deadline:
            raise AssertionError(f"previews not answered after {seconds} s")
        due = previews.open_previews().filter(run_at__lte=timezone.now())
        for pk in list(due.values_list("pk", flat=True)):
            previews.advance_preview(pk)
        time.sleep(0.01)
    requests.settle_rechecked()


def describe_open() -> str:
    """What is open and where it stands, for the message of a failed test."""
    lines = []
    for operation in Operation.objects.open():
        step = operation.steps.exclude(status__in=["done", "skipped"]).first()
        at = (
            f"{step.name} {step.status} {step.waiting_for} {step.error_code} {step.error_message}"
            if step
            else "no step"
        )
        lines.append(
            f"{operation.kind}: {at}, due in {(operation.run_at - timezone.now()) / timedelta(seconds=1):.1f} s"
        )
    return "; ".join(lines)


class WorkerProcess:
    """A forked process that turns operations until nothing is open; it may be told to die at a crash point."""

    def __init__(self, *, crash_at: str = "", mark: Path | None = None, seconds: float = 30) -> None:
        connections.close_all()
        self.pid = os.fork()
        if self.pid == 0:
            self._run(crash_at, mark, seconds)

    def _run(self, crash_at: str, mark: Path | None, seconds: float) -> None:
        if crash_at:
            os.environ["GENKAN_CRASH_AT"] = crash_at
            os.environ["GENKAN_CRASH_MARK"] = str(mark)
        try:
            turn_until_settled(seconds=seconds)
        except BaseException:  # noqa: BLE001 - a forked child must never return into pytest
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Its exit status; negative for the signal that killed it."""
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.signal(signal.SIGKILL)
        self.wait()


def assert_invariants() -> None:
    """Every invariant that manage.py doctor knows holds, Azure included."""
    problems = [
        f"{invariant.number} {finding.subject}: {finding.problem}"
        for invariant, findings in doctor.examine(with_azure=True)
        for finding in findings
    ]
    assert not problems, "\n".join(problems)


def describe_last(environment: Environment) -> str:
    """The environment's last operation and its steps, for the message of a failed test."""
    operation = environment.operations.order_by("-created_at").first()
    if operation is None:
        return "no operation"
    steps = "; ".join(f"{s.name}={s.status} {s.error_code} {s.error_message}".strip() for s in operation.steps.all())
    return f"{operation.kind} {operation.status} {operation.error_code} {operation.error_message}: {steps}"
