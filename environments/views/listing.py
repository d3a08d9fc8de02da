"""The list of environments: filters and sort order in the address, one page at a time."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from common.paging import keyset_page
from costs import months
from costs.reports import environment_costs
from environments.forms import EnvironmentFilter
from environments.models import Environment, EnvironmentStatus
from environments.models.environment import EnvironmentQuerySet
from environments.views.http import LONG_TEXTS, is_htmx, signed_in

SORTS = {"age": "-created_at", "ends": "ends_at", "name": "name"}


@require_GET
def environments(request: HttpRequest) -> HttpResponse:
    """Environments of the person's projects."""
    actor = signed_in(request)
    form = EnvironmentFilter(request.GET, actor=actor)
    chosen = Environment.objects.filter(pk__in=_wanted(actor, form.wanted).values("pk")).defer(*LONG_TEXTS)
    rows = chosen.select_related("project", "environment_type", "version__template", "owner")
    page = keyset_page(rows, request=request, sorts=SORTS)
    costs = environment_costs([row.pk for row in page], months.first_day(months.today()))
    context = {"page": page, "costs": costs, "form": form, "is_filtered": form.is_narrowing}
    name = "environments/_environments.html" if is_htmx(request) else "environments/environment_list.html"
    return render(request, name, context)


def _wanted(actor: User, wanted: dict[str, Any]) -> EnvironmentQuerySet:
    rows = Environment.objects.visible_to(actor)
    status = wanted.get("status")
    if not status:
        rows = rows.exclude(status=EnvironmentStatus.DELETED)
    elif status != "all":
        rows = rows.filter(status=status)
    if wanted.get("whose") == "mine":
        rows = rows.filter(owner=actor)
    if wanted.get("project"):
        rows = rows.filter(project=wanted["project"])
    if wanted.get("ends"):
        rows = rows.live().filter(ends_at__lte=timezone.now() + timedelta(days=int(wanted["ends"])))
    if text := wanted.get("q"):
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(resource_group__icontains=text)
            | Q(owner__display_name__icontains=text)
            | Q(version__template__name__icontains=text)
        )
    return rows
