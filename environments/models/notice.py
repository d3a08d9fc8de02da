"""Notices to people: shown in the portal and mailed once, through an outbox row."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MailStatus(models.TextChoices):
    """What became of the mail."""

    PENDING = "pending", _("To be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")
    NONE = "none", _("Not mailed")


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions asked of notices."""

    def unread(self) -> "NoticeQuerySet":
        """Notices their person has not opened."""
        return self.filter(read_at=None)

    def mail_due(self, now: datetime) -> "NoticeQuerySet":
        """Mails whose time has come and that nobody is sending."""
        return self.filter(mail_status=MailStatus.PENDING, mail_at__lte=now, mail_lease_until__lte=now).order_by(
            "mail_at"
        )


class Notice(models.Model):
    """One message to one person; `key` makes it unique, so that no sweep says the same thing twice.

    `subject` and `body` are stored in the person's language at the time of writing.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    environment = models.ForeignKey("environments.Environment", null=True, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    mail_status = models.CharField(max_length=8, choices=MailStatus.choices, default=MailStatus.PENDING)
    mail_at = models.DateTimeField()
    mail_lease_until = models.DateTimeField()
    mail_attempts = models.PositiveIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notice_per_key")]
        indexes = [
            models.Index(fields=["mail_at"], name="notice_mail_due", condition=Q(mail_status="pending")),
            models.Index(fields=["user", "-created_at"], name="notice_user"),
        ]

    def __str__(self) -> str:
        return self.subject
