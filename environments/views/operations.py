"""One operation while it runs, and all of them for operations staff."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common.errors import PermissionRefused
from environments import permissions
from environments.models import (
    Environment,
    EnvironmentStatus,
    MailStatus,
    Notice,
    Operation,
    OperationStatus,
    Preview,
    PreviewStatus,
)
from environments.progress import progress
from environments.views.http import is_htmx, operation_of, signed_in

# A due operation that nobody took for this long means that no worker or dispatcher runs.
LATE_AFTER = timedelta(minutes=1)
RECENT = timedelta(hours=24)
ROWS_SHOWN = 50


@require_GET
def operation_progress(request: HttpRequest, pk: object) -> HttpResponse:
    """The progress card of one operation; the page refreshes it only while the operation is open."""
    operation = operation_of(request, pk)
    context = {"operation": operation, "environment": operation.environment, "progress": progress(operation)}
    answer = render(request, "environments/_operation.html", context)
    if is_htmx(request) and not operation.is_open:
        # The status in the heading and the buttons change with the end: the page loads anew, once.
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """What runs, what is late, what failed lately and which mails wait."""
    if not permissions.can_see_orphans(signed_in(request)):
        raise PermissionRefused(_("Only platform admins see the health of operations."))
    return render(request, "environments/health.html", _health())


def _health() -> dict[str, Any]:
    now = timezone.now()
    operations = Operation.objects.select_related("environment__project")
    late = Q(run_at__lte=now - LATE_AFTER, lease_until__lte=now)
    running = operations.open()
    in_use = Environment.objects.filter(status=EnvironmentStatus.READY)
    failed = operations.filter(status=OperationStatus.FAILED, finished_at__gte=now - RECENT)
    return {
        "now": now,
        "kinds": running.values("kind").annotate(count=Count("pk"), oldest=Min("created_at")).order_by("kind"),
        "running_count": running.count(),
        "late": running.filter(late).order_by("run_at")[:ROWS_SHOWN],
        "failed": failed.order_by("-finished_at")[:ROWS_SHOWN],
        "oldest_check": in_use.aggregate(oldest=Min("checked_at"))["oldest"],
        "previews_late": Preview.objects.filter(late, status=PreviewStatus.RUNNING).count(),
        "mails_waiting": Notice.objects.filter(mail_status=MailStatus.PENDING, mail_at__lte=now).count(),
        "mails_failed": Notice.objects.filter(mail_status=MailStatus.FAILED).count(),
    }
