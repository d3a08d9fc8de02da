"""Who else may touch an environment: sharing with a project member and taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from environments.forms import ShareForm
from environments.services.environments import share_environment, unshare_environment
from environments.views.http import environment_of, signed_in


@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, pk: object) -> HttpResponse:
    """Give a project member a role until the environment ends."""
    environment = environment_of(request, pk)
    form = ShareForm(request.POST or None, environment=environment)
    if request.method == "POST" and form.is_valid():
        share_environment(actor=signed_in(request), environment=environment, **form.cleaned_data)
        messages.success(request, _("Shared. Azure is being told; the access table shows when it is active."))
        return redirect(environment)
    status = 422 if request.method == "POST" else 200
    context = {"environment": environment, "form": form}
    return render(request, "environments/environment_share.html", context, status=status)


@require_POST
def unshare(request: HttpRequest, pk: object, grant: int) -> HttpResponse:
    """Take a shared role back."""
    environment = environment_of(request, pk)
    row = get_object_or_404(environment.grants, pk=grant)
    unshare_environment(actor=signed_in(request), environment=environment, grant=row)
    messages.success(request, _("Access is being removed."))
    return redirect(environment)
