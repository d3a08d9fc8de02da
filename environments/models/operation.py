"""One change to an environment and its steps; the row is the truth, a Celery message only a hint."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.states import moves


class OperationKind(models.TextChoices):
    """What the operation does."""

    PROVISION = "provision", _("Build")
    UPDATE = "update", _("Update")
    EXTEND = "extend", _("Extend")
    GRANT = "grant", _("Change access")
    REPAIR = "repair", _("Repair")
    DELETE = "delete", _("Delete")


class OperationStatus(models.TextChoices):
    """Where the operation stands; the last three are final."""

    OPEN = "open", _("In progress")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPERATION_MOVES = moves(
    {
        OperationStatus.OPEN: {
            OperationStatus.SUCCEEDED,
            OperationStatus.FAILED,
            OperationStatus.CANCELLED,
        }
    }
)


class OperationQuerySet(models.QuerySet["Operation"]):
    """Questions asked of operations."""

    def open(self) -> "OperationQuerySet":
        """Operations not yet at an end."""
        return self.filter(status=OperationStatus.OPEN)

    def due(self, now: datetime) -> "OperationQuerySet":
        """Open operations whose time has come, that nobody holds, oldest first."""
        return self.open().filter(run_at__lte=now, lease_until__lte=now).order_by("run_at")


class Operation(models.Model):
    """One change to one environment, made of steps planned up front.

    `run_at` is when the next step is due; `lease_until` and `fence` say who may write the result; `hinted_until` keeps
    the dispatcher from sending the same hint every second. `payload` holds what the kind needs (never a secret).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.ForeignKey("environments.Environment", on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=10, choices=OperationKind.choices)
    status = models.CharField(max_length=10, choices=OperationStatus.choices, default=OperationStatus.OPEN)
    generation = models.PositiveIntegerField()
    payload = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="operations")
    retry_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="retries")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    hinted_until = models.DateTimeField()
    fence = models.BigIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=200, blank=True, help_text="how a cancel ended, for people")
    error_code = models.CharField(max_length=100, blank=True)
    error_message = models.TextField(blank=True)
    error_correlation_id = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=12, blank=True, help_text="quoted by people, found in the log")

    objects = OperationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["environment"], condition=Q(status="open"), name="one_open_operation_per_environment"
            ),
        ]
        indexes = [
            models.Index(fields=["run_at"], name="operation_due", condition=Q(status="open")),
            models.Index(fields=["environment", "-created_at"], name="operation_environment"),
            models.Index(fields=["kind", "status", "-finished_at"], name="operation_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.environment} ({self.status})"

    def get_absolute_url(self) -> str:
        """The environment's page, where its operations are shown."""
        return reverse("environments:environment", args=[self.environment_id])

    @property
    def is_open(self) -> bool:
        """True until it succeeded, failed or was cancelled."""
        return self.status == OperationStatus.OPEN


class StepStatus(models.TextChoices):
    """Where the step stands."""

    PENDING = "pending", _("To do")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not needed")


STEP_MOVES = moves(
    {
        StepStatus.PENDING: {StepStatus.RUNNING, StepStatus.DONE, StepStatus.FAILED, StepStatus.SKIPPED},
        StepStatus.RUNNING: {StepStatus.RUNNING, StepStatus.DONE, StepStatus.FAILED, StepStatus.SKIPPED},
    }
)


class Step(models.Model):
    """One idempotent act of an operation: what it waits for, how often it was tried, what Azure said.

    `output` is what the step leaves for later steps and for the page; never a secret. `attempts` counts failures in a
    row, `looks` every turn the worker gave it.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=StepStatus.choices, default=StepStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    waiting_for = models.CharField(max_length=300, blank=True)
    progress_done = models.PositiveIntegerField(null=True)
    progress_total = models.PositiveIntegerField(null=True)
    output = models.JSONField(default=dict)
    error_code = models.CharField(max_length=100, blank=True)
    error_message = models.TextField(blank=True)
    error_correlation_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "position"], name="one_step_per_position"),
        ]
        indexes = [models.Index(fields=["name", "status", "-finished_at"], name="step_history")]

    def __str__(self) -> str:
        return f"{self.position} {self.name} ({self.status})"
