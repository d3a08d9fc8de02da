"""Azure role assignments the portal made, each with its reason and end."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# The namespace of our deterministic role-assignment names; changing it would orphan every grant.
GRANT_NAMESPACE = uuid.UUID("6f3f6d0e-6a53-5f0e-9a43-1d3a1f0c7b52")


class GrantReason(models.TextChoices):
    """Why the role assignment exists."""

    OWNER = "owner", _("Owner")
    PROJECT = "project", _("Project group")
    TEMPLATE = "template", _("The template asks for it")
    SHARED = "shared", _("Shared")


class GrantStatus(models.TextChoices):
    """Planned rows are written before the PUT, so that a sweeper knows what may exist."""

    PLANNED = "planned", _("Being granted")
    ACTIVE = "active", _("Active")
    ENDING = "ending", _("Being removed")
    ENDED = "ended", _("Removed")


def assignment_id(*, scope: str, principal_id: str, role_id: str) -> uuid.UUID:
    """The role assignment's name: the same triple always gives the same GUID, so PUT can be repeated."""
    return uuid.uuid5(GRANT_NAMESPACE, f"{scope.lower()}|{principal_id.lower()}|{role_id.lower()}")


class Grant(models.Model):
    """One role for one principal on one scope. `assignment` is the role assignment's name in Azure."""

    environment = models.ForeignKey("environments.Environment", on_delete=models.PROTECT, related_name="grants")
    assignment = models.UUIDField()
    scope = models.CharField(max_length=300)
    principal_id = models.CharField(max_length=36)
    principal_type = models.CharField(max_length=20)
    principal_name = models.CharField(max_length=150)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    role_id = models.CharField(max_length=36)
    role_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=10, choices=GrantReason.choices)
    status = models.CharField(max_length=8, choices=GrantStatus.choices, default=GrantStatus.PLANNED)
    until = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    granted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment"], name="one_row_per_assignment")]
        indexes = [models.Index(fields=["environment", "status"], name="grant_environment")]

    def __str__(self) -> str:
        return f"{self.role_name} for {self.principal_name}"
