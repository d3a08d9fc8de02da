"""What someone asked for, frozen, and who agreed to exactly that."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.states import moves


class RequestKind(models.TextChoices):
    """A new environment, or changed parameters for one that exists."""

    CREATE = "create", _("New environment")
    UPDATE = "update", _("Change")


class RequestStatus(models.TextChoices):
    """Where the request stands; every value but the first is final."""

    PENDING = "pending", _("Waiting for approval")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    VOID = "void", _("Void")


REQUEST_MOVES = moves(
    {
        RequestStatus.PENDING: {
            RequestStatus.ACCEPTED,
            RequestStatus.REFUSED,
            RequestStatus.WITHDRAWN,
            RequestStatus.VOID,
        },
    }
)


class EnvironmentRequestQuerySet(models.QuerySet["EnvironmentRequest"]):
    """Questions asked of requests."""

    def visible_to(self, user: User) -> "EnvironmentRequestQuerySet":
        """Requests of projects the person belongs to; all for platform admins."""
        if user.is_platform_admin:
            return self.all()
        return self.filter(project__memberships__user=user).distinct()

    def pending(self) -> "EnvironmentRequestQuerySet":
        """Requests that wait for a decision."""
        return self.filter(status=RequestStatus.PENDING)

    def awaiting(self, user: User) -> "EnvironmentRequestQuerySet":
        """Pending requests this person may decide now: leads for their projects, platform admins for all; never their
        own, never twice."""
        rows = self.pending().filter(recheck=None).exclude(requester=user).exclude(approvals__approver=user)
        if user.is_platform_admin:
            return rows
        return rows.filter(project__memberships__user=user, project__memberships__role="lead").distinct()


class EnvironmentRequest(models.Model):
    """A frozen wish: version, parameters, lifetime, price and what-if; approvals are bound to its digest.

    `parameters` holds plain values only; secure ones are SecretParameter rows. `digest` covers version digest,
    parameters, secure values (keyed hash), region, lifetime, estimate and what-if digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    idempotency_key = models.UUIDField()
    kind = models.CharField(max_length=8, choices=RequestKind.choices, default=RequestKind.CREATE)
    status = models.CharField(max_length=10, choices=RequestStatus.choices, default=RequestStatus.PENDING)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="requests")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="requests")
    environment_type = models.ForeignKey("projects.EnvironmentType", on_delete=models.PROTECT, related_name="requests")
    version = models.ForeignKey("catalog.TemplateVersion", on_delete=models.PROTECT, related_name="requests")
    environment = models.ForeignKey(
        "environments.Environment", null=True, on_delete=models.PROTECT, related_name="requests"
    )
    name = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    lifetime_days = models.PositiveIntegerField()
    parameters = models.JSONField(default=dict)
    purpose = models.CharField(max_length=200, blank=True)
    approval_rule = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    what_if_digest = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=list)
    # The what-if made once more after the last approval; building starts only when it says the same.
    recheck = models.ForeignKey("environments.Preview", null=True, on_delete=models.SET_NULL, related_name="+")
    estimate_amount = models.DecimalField(max_digits=38, decimal_places=18, null=True)
    estimate_currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    objects = EnvironmentRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requester", "idempotency_key"], name="one_request_per_key"),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at"], name="request_status"),
            models.Index(fields=["project", "-created_at"], name="request_project"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.project}"

    def get_absolute_url(self) -> str:
        """The request's page."""
        return reverse("environments:request", args=[self.pk])


class Decision(models.TextChoices):
    """What an approver said."""

    APPROVE = "approve", _("Approved")
    REFUSE = "refuse", _("Refused")


class Approval(models.Model):
    """One person's decision with its reason, bound to the digest of what they saw."""

    request = models.ForeignKey(EnvironmentRequest, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    reason = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "approver"], name="one_decision_per_person")]

    def __str__(self) -> str:
        return f"{self.approver} {self.decision} {self.request}"
