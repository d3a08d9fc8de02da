"""What Azure says about a request before anyone asks for it: validation and what-if, worked out by the worker."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PreviewStatus(models.TextChoices):
    """Where the preview stands."""

    RUNNING = "running", _("Azure is checking")
    ACCEPTED = "accepted", _("Azure accepts it")
    REFUSED = "refused", _("Azure refuses it")
    FAILED = "failed", _("Azure could not be asked")


class Preview(models.Model):
    """One validation and what-if of one exact content.

    `content_digest` covers version, parameters (secure ones as a keyed hash), type, region and name. `payload` holds
    what is sent except secure values, which lie in SecretParameter rows. `changes` is a list of
    {"action", "type", "name", "id", "deltas": [{"path", "action", "before", "after"}]}; `what_if_digest` is its digest
    without volatile values. `phase` is submit_validate → poll_validate → submit_what_if → poll_what_if.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    environment_type = models.ForeignKey("projects.EnvironmentType", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey("catalog.TemplateVersion", on_delete=models.PROTECT, related_name="+")
    environment = models.ForeignKey("environments.Environment", null=True, on_delete=models.CASCADE, related_name="+")
    content_digest = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=PreviewStatus.choices, default=PreviewStatus.RUNNING)
    phase = models.CharField(max_length=20, default="submit_validate")
    status_url = models.TextField(blank=True)
    changes = models.JSONField(default=list)
    what_if_digest = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    error_message = models.TextField(blank=True)
    error_correlation_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    # The same claim as an operation's: due time, lease, fence.
    run_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    hinted_until = models.DateTimeField()
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["run_at"], name="preview_due", condition=Q(status="running")),
            models.Index(fields=["user", "content_digest"], name="preview_content"),
        ]

    def __str__(self) -> str:
        return f"preview {self.content_digest[:8]}: {self.status}"

    @property
    def is_open(self) -> bool:
        """True while Azure has not answered."""
        return self.status == PreviewStatus.RUNNING
