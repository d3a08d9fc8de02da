"""The audit trail's rows: written once in the transaction of the change they tell of, then sealed into a chain."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Questions asked of the trail."""

    def visible_to(self, user: Any) -> "AuditEventQuerySet":
        """Everything for platform admins; projects for their leads, their environments for members, own acts for all.

        `user` is accounts.models.User, which lies above the trail.
        """
        if user.is_platform_admin:
            return self.all()
        memberships = user.memberships.all()
        led = memberships.filter(role="lead").values("project_id")
        joined = memberships.values("project_id")
        return self.filter(
            Q(project_id__in=led) | Q(project_id__in=joined, environment_id__isnull=False) | Q(actor_id=user.pk)
        )

    def unsealed(self) -> "AuditEventQuerySet":
        """Events that the hash chain does not cover yet, oldest first."""
        return self.filter(seal__isnull=True).order_by("pk")


class AuditEvent(models.Model):
    """One thing that happened: who, what, to which subject, with which particulars. Never changed, never deleted.

    Subjects are named by type and id, not by foreign key, because the trail lies below the apps it speaks of and
    outlives their rows. `details` never holds a secret value.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=200, blank=True)
    project_id = models.UUIDField(null=True)
    environment_id = models.UUIDField(null=True)
    operation_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["environment_id", "-id"], name="audit_environment"),
            models.Index(fields=["project_id", "-id"], name="audit_project"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["operation_id"], name="audit_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_name or self.subject_id}"


class AuditSeal(models.Model):
    """One link of the chain: a gapless number and HMAC(previous hash | the event's canonical form)."""

    number = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="seal")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"seal {self.number}"
