"""Small things every view of this app needs: who asks, what they may see, how a form or a refusal is answered."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from environments.models import Environment, EnvironmentRequest, Operation

# Long texts of a template version that no page of this app prints; the blueprint loads them when it is not cached.
LONG_TEXTS = (
    "version__arm_text",
    "version__manifest_text",
    "version__overlay_text",
    "version__readme_text",
)


def signed_in(request: HttpRequest) -> User:
    """The person; LoginRequiredMiddleware has turned everybody else away."""
    assert isinstance(request.user, User)
    return request.user


def is_htmx(request: HttpRequest) -> bool:
    """True when htmx asks for a fragment of the page."""
    return bool(getattr(request, "htmx", False))


def environment_of(request: HttpRequest, pk: object) -> Environment:
    """The environment with what its pages show of it, or 404 when the person may not see it."""
    visible = Environment.objects.visible_to(signed_in(request))
    rows = (
        Environment.objects.filter(pk__in=visible.values("pk"))
        .select_related("project", "environment_type", "version__template", "owner")
        .defer(*LONG_TEXTS)
    )
    return get_object_or_404(rows, pk=pk)


def operation_of(request: HttpRequest, pk: object) -> Operation:
    """The operation of an environment the person may see, or 404."""
    visible = Environment.objects.visible_to(signed_in(request))
    rows = Operation.objects.filter(environment__in=visible.values("pk")).select_related(
        "environment__project", "environment__environment_type", "environment__version__template", "requested_by"
    )
    return get_object_or_404(rows, pk=pk)


def request_of(request: HttpRequest, pk: object) -> EnvironmentRequest:
    """The request of a project the person belongs to, or 404."""
    visible = EnvironmentRequest.objects.visible_to(signed_in(request))
    rows = (
        EnvironmentRequest.objects.filter(pk__in=visible.values("pk"))
        .select_related("project", "environment_type", "version__template", "requester", "environment")
        .defer(*LONG_TEXTS)
    )
    return get_object_or_404(rows, pk=pk)
