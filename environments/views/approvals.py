"""Requests that wait for a decision: the inbox, the request's page, and the answers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from common.paging import keyset_page
from environments import permissions
from environments.forms import DecisionForm, RefusalForm
from environments.models import EnvironmentRequest, RequestStatus
from environments.services.requests import approve_request, refuse_request, withdraw_request
from environments.views.http import is_htmx, request_of, signed_in
from environments.views.wish import frozen_wish

PAGE_SIZE = 10


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything this person can decide, each with all a decision needs, oldest first."""
    actor = signed_in(request)
    waiting = EnvironmentRequest.objects.filter(pk__in=EnvironmentRequest.objects.awaiting(actor).values("pk"))
    rows = waiting.select_related("project", "environment_type", "version__template", "requester", "environment")
    rows = rows.prefetch_related("approvals__approver")
    page = keyset_page(rows, request=request, size=PAGE_SIZE, sorts={"oldest": "created_at"})
    mine = EnvironmentRequest.objects.pending().filter(requester=actor).select_related("project", "version__template")
    context = {"page": page, "items": [_about(row, may_decide=True) for row in page], "mine": mine[:PAGE_SIZE]}
    return render(request, "environments/approval_list.html", context)


@require_GET
def request_page(request: HttpRequest, pk: object) -> HttpResponse:
    """One request: what was asked, who said what, and the buttons for whoever may answer."""
    wanted = request_of(request, pk)
    context = _decidable(signed_in(request), wanted)
    if not is_htmx(request):
        return render(request, "environments/request_page.html", context)
    answer = render(request, "environments/_request_state.html", context)
    if wanted.status != RequestStatus.PENDING:
        # Buttons and heading change with the decision: the page loads anew, once.
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def approve(request: HttpRequest, pk: object) -> HttpResponse:
    """Agree to exactly what the page showed."""
    wanted = request_of(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused_form(request, wanted, approve_form=form)
    approve_request(actor=signed_in(request), request=wanted, **form.cleaned_data)
    messages.success(request, _("Approved."))
    return redirect(wanted)


@require_POST
def refuse(request: HttpRequest, pk: object) -> HttpResponse:
    """Say no, with the reason."""
    wanted = request_of(request, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _refused_form(request, wanted, refuse_form=form)
    refuse_request(actor=signed_in(request), request=wanted, **form.cleaned_data)
    messages.success(request, _("Refused. The requester is told why."))
    return redirect(wanted)


@require_POST
def withdraw(request: HttpRequest, pk: object) -> HttpResponse:
    """Take one's own request back."""
    wanted = request_of(request, pk)
    withdraw_request(actor=signed_in(request), request=wanted)
    messages.success(request, _("Withdrawn."))
    return redirect(wanted)


def _refused_form(request: HttpRequest, wanted: EnvironmentRequest, **forms: DecisionForm) -> HttpResponse:
    context = {**_decidable(signed_in(request), wanted), **forms}
    return render(request, "environments/request_page.html", context, status=422)


def _decidable(actor: User, wanted: EnvironmentRequest) -> dict[str, Any]:
    """The request's page for this person."""
    may_withdraw = permissions.can_withdraw(actor, wanted)
    return {**_about(wanted, may_decide=permissions.can_approve(actor, wanted)), "may_withdraw": may_withdraw}


def _about(wanted: EnvironmentRequest, *, may_decide: bool) -> dict[str, Any]:
    """A request with everything an approver needs to know and the forms to answer with."""
    return {
        "wanted": wanted,
        "wish": frozen_wish(wanted),
        "approvals": wanted.approvals.all(),
        "may_decide": may_decide,
        "approve_form": DecisionForm(initial={"digest": wanted.digest}, auto_id=f"approve-{wanted.pk.hex[:8]}-%s"),
        "refuse_form": RefusalForm(initial={"digest": wanted.digest}, auto_id=f"refuse-{wanted.pk.hex[:8]}-%s"),
    }
