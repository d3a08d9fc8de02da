"""Charges as Azure reports them, whose group they belong to, and what projects may still spend."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from costs.exact import ExactDecimalField
from projects.models import Project


class LoadStatus(models.TextChoices):
    """Where a load stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class CostLoad(models.Model):
    """One run of the loader over one subscription and at most a month; its totals equal the rows it wrote.

    `run_at` is when it may run (again): Azure's throttling moves it, nobody sleeps. `totals` is {currency: digits},
    because two currencies are never added.
    """

    subscription_id = models.CharField(max_length=36)
    since = models.DateField()
    until = models.DateField(help_text="inclusive")
    status = models.CharField(max_length=8, choices=LoadStatus.choices, default=LoadStatus.WAITING)
    run_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    row_count = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    totals = models.JSONField(default=dict)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "since"],
                condition=Q(status__in=["waiting", "running"]),
                name="one_open_load_per_period",
            )
        ]
        indexes = [
            models.Index(fields=["subscription_id", "since", "-id"], name="load_newest"),
            models.Index(fields=["run_at"], name="load_due", condition=Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.since}…{self.until}: {self.status}"


class CostRecord(models.Model):
    """One charge line for one day: subscription, lower-cased resource group, service, amount, currency."""

    subscription_id = models.CharField(max_length=36)
    resource_group = models.CharField(max_length=90, blank=True, help_text="lower case; empty when Azure names none")
    day = models.DateField()
    service_name = models.CharField(max_length=120, blank=True)
    amount = ExactDecimalField()
    currency = models.CharField(max_length=3)
    load = models.ForeignKey(CostLoad, on_delete=models.CASCADE, related_name="records")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "resource_group", "day", "service_name", "currency"],
                name="one_record_per_charge_line",
            )
        ]
        indexes = [models.Index(fields=["subscription_id", "day"], name="cost_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.resource_group or '-'} {self.amount} {self.currency}"


class GroupLifetime(models.Model):
    """When a resource group belonged to an environment; `environments` writes it, attribution reads it.

    A group name can be used again after deletion, so matching is by interval, never by name alone. `until` is the
    day the group was proven gone; charges keep arriving for some days after it and still match.
    """

    subscription_id = models.CharField(max_length=36)
    resource_group = models.CharField(max_length=90, help_text="lower case")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="group_lifetimes")
    environment_id = models.UUIDField()
    environment_name = models.CharField(max_length=120)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "resource_group"],
                condition=Q(until=None),
                name="one_owner_per_live_group",
            )
        ]
        indexes = [
            models.Index(fields=["subscription_id", "resource_group", "since"], name="lifetime_match"),
            models.Index(fields=["environment_id"], name="lifetime_environment"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_group} {self.since}…{self.until or ''}"


class Budget(models.Model):
    """What a project may spend in a month. The row is the lock under which reservations are made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="budgets")
    month = models.DateField(help_text="the first day")
    amount = ExactDecimalField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "month"], name="one_budget_per_month")]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m}: {self.amount} {self.currency}"


class Reservation(models.Model):
    """What an open request or environment is expected to still cost in a month; released when it ends."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reservations")
    month = models.DateField(help_text="the first day")
    holder_id = models.UUIDField(help_text="the request it was made for")
    environment_id = models.UUIDField(null=True, help_text="whose charges use it up")
    amount = ExactDecimalField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder_id", "month"],
                condition=Q(released_at=None),
                name="one_open_reservation_per_month",
            )
        ]
        indexes = [models.Index(fields=["project", "month"], name="reservation_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.amount} {self.currency}"
