"""Whether the portal works, for load balancers and monitors: JSON, no secrets, no sign-in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from environments.models import Operation
from portal.celery import app

# A due operation that nobody took up for this long means that no worker runs.
LATE_SECONDS = 60
_WINDOW = timedelta(seconds=60)
_BROKER_SECONDS = 2


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when everything answers and nothing is late, else 503; every value says what was seen."""
    report: dict[str, Any] = {"database": _answers(_ask_database), "broker": _answers(_ask_broker)}
    if report["database"]:
        report |= _engine(timezone.now())
    is_late = report.get("oldest_due_seconds", 0) > LATE_SECONDS
    is_well = report["database"] and report["broker"] and not is_late
    return JsonResponse({"is_well": is_well, **report}, status=200 if is_well else 503)


def _engine(now: datetime) -> dict[str, float]:
    """How late the oldest due operation is, and how many turns workers took in the last minute."""
    oldest = Operation.objects.due(now).values_list("run_at", flat=True).first()
    turns = Operation.objects.filter(fence__gt=0, lease_until__gte=now - _WINDOW).count()
    return {
        "oldest_due_seconds": round((now - oldest).total_seconds(), 1) if oldest else 0,
        "operations_claimed_last_minute": turns,
        "operations_open": Operation.objects.open().count(),
    }


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except (DatabaseError, OperationalError, OSError):
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with app.connection_for_write(connect_timeout=_BROKER_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=_BROKER_SECONDS, reraise_as_library_errors=True)
