"""What has ended is deleted."""

import logging

from django.utils import timezone

from accounts.models import User
from common.errors import DomainError
from environments.models import Environment
from environments.services.environments import delete_environment

log = logging.getLogger(__name__)

_BATCH = 200


def delete_ended() -> int:
    """Start the deletion of every environment whose end has passed. Returns how many were taken up."""
    system = User.objects.system()
    count = 0
    for environment in Environment.objects.expiring_before(timezone.now()).order_by("ends_at")[:_BATCH]:
        try:
            delete_environment(actor=system, environment=environment)
        except DomainError as error:
            log.warning("ended environment not deleted", extra={"environment": environment.pk, "why": str(error)})
            continue
        count += 1
    return count
