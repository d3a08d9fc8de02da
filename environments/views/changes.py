"""Changing what exists: extend, delete, cancel and retry, each asked for on a page that says what will happen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from environments import permissions
from environments.forms import ExtendForm
from environments.services.environments import (
    cancel_operation,
    delete_environment,
    extend_environment,
    retry_operation,
)
from environments.views.http import environment_of, operation_of, signed_in
from environments.views.live import live_resources


@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, pk: object) -> HttpResponse:
    """Move the end date by some days."""
    environment = environment_of(request, pk)
    form = ExtendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        extend_environment(actor=signed_in(request), environment=environment, days=form.cleaned_data["days"])
        messages.success(request, _("Extended. The new end date is being written to Azure."))
        return redirect(environment)
    status = 422 if request.method == "POST" else 200
    context = {"environment": environment, "form": form}
    return render(request, "environments/environment_extend.html", context, status=status)


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: object) -> HttpResponse:
    """Say what will go, then delete it."""
    environment = environment_of(request, pk)
    actor = signed_in(request)
    if request.method == "POST":
        delete_environment(actor=actor, environment=environment)
        return redirect(environment)
    context = {
        "environment": environment,
        "may_delete": permissions.can_delete(actor, environment),
        "live": live_resources(environment),
        "grants": environment.grants.exclude(status="ended").order_by("principal_name"),
    }
    return render(request, "environments/environment_delete.html", context)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, pk: object) -> HttpResponse:
    """Say what cancelling can still do, then ask for it."""
    operation = operation_of(request, pk)
    actor = signed_in(request)
    if request.method == "POST":
        cancel_operation(actor=actor, operation=operation)
        messages.success(request, _("Cancelling. The page says how it ended as soon as Azure has answered."))
        return redirect(operation.environment)
    context = {
        "operation": operation,
        "environment": operation.environment,
        "may_cancel": permissions.can_cancel(actor, operation),
    }
    return render(request, "environments/operation_cancel.html", context)


@require_POST
def retry(request: HttpRequest, pk: object) -> HttpResponse:
    """Start a new operation that does what the failed one did not."""
    operation = operation_of(request, pk)
    retry_operation(actor=signed_in(request), operation=operation)
    return redirect(operation.environment)
