"""The mail outbox: a row is leased, sent, marked; a mail that cannot be sent is tried five times."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from environments.models import MailStatus, Notice

log = logging.getLogger(__name__)

ATTEMPTS = 5
RETRY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
_BATCH = 100


def send_due() -> int:
    """Send what is due. Of two processes only one gets a row's lease. Returns how many were sent."""
    now = timezone.now()
    sent = 0
    for notice in Notice.objects.mail_due(now).select_related("user")[:_BATCH]:
        leased = Notice.objects.mail_due(now).order_by().filter(pk=notice.pk)
        if leased.update(mail_lease_until=now + LEASE, mail_attempts=notice.mail_attempts + 1):
            sent += _send(notice)
    return sent


def _send(notice: Notice) -> bool:
    body = f"{notice.body}\n\n{settings.PORTAL_URL}{notice.url}\n"
    row = Notice.objects.filter(pk=notice.pk)
    try:
        send_mail(notice.subject, body, settings.DEFAULT_FROM_EMAIL, [notice.user.email])
    except (SMTPException, OSError):
        given_up = notice.mail_attempts + 1 >= ATTEMPTS
        log.warning("mail not sent", extra={"notice": notice.pk, "given_up": given_up})
        status = MailStatus.FAILED if given_up else MailStatus.PENDING
        row.update(mail_status=status, mail_at=timezone.now() + RETRY, mail_lease_until=timezone.now())
        return False
    row.update(mail_status=MailStatus.SENT)
    return True
