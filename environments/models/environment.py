"""What exists: one resource group with its deployment stack, owner and end date, and the proof of its removal."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.states import moves


class EnvironmentStatus(models.TextChoices):
    """The environment as the portal knows it; `deleted` means proven by a receipt."""

    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    UPDATING = "updating", _("Updating")
    FAILED = "failed", _("Failed")
    MISSING = "missing", _("Gone from Azure")
    DELETING = "deleting", _("Deleting")
    BLOCKED = "blocked", _("Something is left")
    DELETED = "deleted", _("Deleted")


_S = EnvironmentStatus
ENVIRONMENT_MOVES = moves(
    {
        _S.BUILDING: {_S.READY, _S.FAILED, _S.DELETING},
        _S.READY: {_S.UPDATING, _S.DELETING, _S.MISSING},
        _S.UPDATING: {_S.READY, _S.FAILED, _S.DELETING},
        _S.FAILED: {_S.BUILDING, _S.UPDATING, _S.DELETING, _S.MISSING},
        _S.MISSING: {_S.BUILDING, _S.UPDATING, _S.DELETING, _S.READY},
        _S.DELETING: {_S.DELETED, _S.BLOCKED},
        _S.BLOCKED: {_S.DELETING},
    }
)


class EnvironmentQuerySet(models.QuerySet["Environment"]):
    """Questions asked of environments."""

    def visible_to(self, user: User) -> "EnvironmentQuerySet":
        """Environments of the person's projects; all for platform admins and finance."""
        if user.is_platform_admin or user.is_finance:
            return self.all()
        return self.filter(project__memberships__user=user).distinct()

    def live(self) -> "EnvironmentQuerySet":
        """Everything not proven deleted: it may still exist and cost."""
        return self.exclude(status=_S.DELETED)

    def expiring_before(self, moment: datetime) -> "EnvironmentQuerySet":
        """Live environments whose end lies before the moment and that no delete has taken up."""
        return self.live().exclude(status__in=[_S.DELETING, _S.BLOCKED]).filter(ends_at__lte=moment)


class Environment(models.Model):
    """One resource group in one subscription, owned by a person of a project, until its end date.

    Azure names derive from `id`: `short_id` is its first eight hex digits. `generation` grows with every deployment
    and is carried by the stack's own tag, so that a late PUT can be recognised. `parameters` and `outputs` never
    hold secure values.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="environments")
    environment_type = models.ForeignKey(
        "projects.EnvironmentType", on_delete=models.PROTECT, related_name="environments"
    )
    version = models.ForeignKey("catalog.TemplateVersion", on_delete=models.PROTECT, related_name="environments")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="environments")
    name = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    subscription_id = models.CharField(max_length=36)
    resource_group = models.CharField(max_length=90)
    stack_name = models.CharField(max_length=90)
    generation = models.PositiveIntegerField(default=1)
    parameters = models.JSONField(default=dict)
    outputs = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=EnvironmentStatus.choices, default=EnvironmentStatus.BUILDING)
    ends_at = models.DateTimeField()
    extended_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True, help_text="last drift sweep")

    objects = EnvironmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "resource_group"],
                condition=~models.Q(status="deleted"),
                name="one_live_environment_per_group",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="environment_newest"),
            models.Index(fields=["project", "-created_at"], name="environment_project"),
            models.Index(fields=["owner", "-created_at"], name="environment_owner"),
            models.Index(fields=["status", "ends_at"], name="environment_ends"),
            models.Index(fields=["checked_at"], name="environment_checked"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The environment's page."""
        return reverse("environments:environment", args=[self.pk])

    @property
    def short_id(self) -> str:
        """The first eight hex digits of the id, as Azure names carry them."""
        return self.id.hex[:8]

    @property
    def group_id(self) -> str:
        """The ARM id of the resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"

    @property
    def is_live(self) -> bool:
        """True until its deletion is proven."""
        return self.status != EnvironmentStatus.DELETED

    @property
    def has_ended(self) -> bool:
        """True when the end date has passed."""
        return self.ends_at <= timezone.now()


class Receipt(models.Model):
    """The proof that a deleted environment left nothing behind, or the named list of what is left.

    `checks` is a list of {"what", "target", "result": "gone"|"left"|"kept_until", "detail", "at"}.
    """

    environment = models.OneToOneField(Environment, on_delete=models.PROTECT, related_name="receipt")
    is_complete = models.BooleanField()
    checks = models.JSONField(default=list)
    issued_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"receipt for {self.environment}"
