"""Differences between Azure and the portal that a person has to see."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrphanKind(models.TextChoices):
    """Which side has it."""

    ONLY_IN_AZURE = "only_in_azure", _("In Azure, not here")
    ONLY_HERE = "only_here", _("Here, not in Azure")


class Orphan(models.Model):
    """One resource group seen on one side only, with its age; resolved when it agrees again or was dealt with."""

    kind = models.CharField(max_length=14, choices=OrphanKind.choices)
    subscription_id = models.CharField(max_length=36)
    resource_group = models.CharField(max_length=90)
    region = models.CharField(max_length=40, blank=True)
    tags = models.JSONField(default=dict)
    environment = models.ForeignKey("environments.Environment", null=True, on_delete=models.CASCADE, related_name="+")
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    delete_requested_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "resource_group"],
                condition=models.Q(resolved_at=None),
                name="one_open_orphan_per_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.resource_group}"
