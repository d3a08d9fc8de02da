"""Resource groups that only one side knows: delete or adopt them, with the installation's own mark only."""

from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from common.errors import PermissionRefused
from common.paging import keyset_page
from environments import permissions
from environments.forms import AdoptForm
from environments.models import Orphan
from environments.services.orphans import adopt_orphan, delete_orphan
from environments.views.http import signed_in


@require_GET
def orphans(request: HttpRequest) -> HttpResponse:
    """Open differences between Azure and the portal, oldest first."""
    _check_permission(request)
    rows = Orphan.objects.filter(resolved_at=None).select_related("environment__project")
    page = keyset_page(rows, request=request, sorts={"oldest": "first_seen_at"})
    return render(request, "environments/orphan_list.html", {"page": page, "now": timezone.now()})


@require_http_methods(["GET", "POST"])
def orphan_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what will go, then delete the group."""
    orphan = _orphan_of(request, pk)
    if request.method == "POST":
        delete_orphan(actor=signed_in(request), orphan=orphan)
        messages.success(request, _("%(group)s is being deleted.") % {"group": orphan.resource_group})
        return redirect("environments:orphans")
    return render(request, "environments/orphan_delete.html", {"orphan": orphan})


@require_http_methods(["GET", "POST"])
def orphan_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the group a project, an owner and an end date, so that it is an environment again."""
    orphan = _orphan_of(request, pk)
    form = AdoptForm(request.POST or None, subscription_id=orphan.subscription_id)
    if request.method == "POST" and form.is_valid():
        environment = adopt_orphan(actor=signed_in(request), orphan=orphan, **_adopted_as(form))
        return redirect(environment)
    status = 422 if request.method == "POST" else 200
    return render(request, "environments/orphan_adopt.html", {"orphan": orphan, "form": form}, status=status)


def _adopted_as(form: AdoptForm) -> dict[str, Any]:
    chosen = form.cleaned_data
    ends_at = timezone.make_aware(datetime.combine(chosen["ends_on"], time(18)))
    return {
        "project": chosen["environment_type"].project,
        "environment_type": chosen["environment_type"],
        "owner": chosen["owner"],
        "ends_at": ends_at,
    }


def _check_permission(request: HttpRequest) -> None:
    if not permissions.can_see_orphans(signed_in(request)):
        raise PermissionRefused(_("Only platform admins deal with orphans. Ask one of them."))


def _orphan_of(request: HttpRequest, pk: int) -> Orphan:
    _check_permission(request)
    return get_object_or_404(Orphan.objects.filter(resolved_at=None).select_related("environment"), pk=pk)
