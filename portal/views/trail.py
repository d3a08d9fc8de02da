"""The audit trail as a page and as a download: who did what, when, to which thing."""

import json
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from audit.models import AuditEvent, AuditEventQuerySet
from common.exports import csv_response
from common.paging import keyset_page
from portal.trail_filter import TrailFilter

_HEADER = (
    "at", "actor", "action", "subject type", "subject", "subject id", "project id", "environment id", "operation id",
    "request id", "details",
)  # fmt: skip


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Newest first, filtered by the address."""
    form, found = _filtered(request)
    page = keyset_page(found.select_related("seal"), request=request, sorts={"newest": "-at"})
    context = {"form": form, "page": page, "export_query": request.GET.urlencode()}
    return render(request, "audit/list.html", context)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The same events as CSV, all of them, oldest first."""
    _form, found = _filtered(request)
    name = f"audit-{timezone.localdate().isoformat()}.csv"
    return csv_response(name, header=_HEADER, rows=_rows(found))


def _filtered(request: HttpRequest) -> tuple[TrailFilter, AuditEventQuerySet]:
    assert isinstance(request.user, User)
    form = TrailFilter(request.GET, user=request.user)
    return form, form.apply(AuditEvent.objects.visible_to(request.user))


def _rows(found: AuditEventQuerySet) -> Iterator[tuple[object, ...]]:
    for event in found.order_by("pk").iterator(chunk_size=1000):
        yield (
            event.at.isoformat(),
            event.actor_name,
            event.action,
            event.subject_type,
            event.subject_name,
            event.subject_id,
            event.project_id,
            event.environment_id,
            event.operation_id,
            event.request_id,
            json.dumps(event.details, ensure_ascii=False, sort_keys=True),
        )
