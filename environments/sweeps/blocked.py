"""Deletions that left something are tried again now and then: locks are removed, Azure recovers."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from environments.models import Environment, EnvironmentStatus, Operation, OperationKind
from environments.starting import start_operation

RETRY_AFTER = timedelta(hours=1)


def retry() -> int:
    """Start the deletion again of what has been blocked for an hour. Returns how many."""
    system = User.objects.system()
    count = 0
    long_ago = timezone.now() - RETRY_AFTER
    tried_lately = Operation.objects.filter(
        environment=OuterRef("pk"), kind=OperationKind.DELETE, finished_at__gt=long_ago
    )
    blocked = Environment.objects.filter(status=EnvironmentStatus.BLOCKED).exclude(Exists(tried_lately))
    for pk in list(blocked.values_list("pk", flat=True)):
        with transaction.atomic():
            environment = Environment.objects.select_for_update(of=("self",)).get(pk=pk)
            if environment.status != EnvironmentStatus.BLOCKED or environment.operations.open().exists():
                continue
            start_operation(environment, kind=OperationKind.DELETE, actor=system)
            count += 1
    return count
