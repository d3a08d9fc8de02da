"""The first page after signing in: what is mine, what waits for me, what ends soon, what it costs."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from costs import months, reports
from environments.models import Environment, EnvironmentRequest, EnvironmentStatus, Notice, Operation, Orphan
from projects.models import Project

SOON = timedelta(days=3)
_SHOWN = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One page for everybody; a part without anything to say invites or stays away."""
    user = request.user
    assert isinstance(user, User)
    return render(request, "portal/home.html", _mine(user) | _waiting(user) | _spending(user) | _watch(user))


def _mine(user: User) -> dict[str, Any]:
    """My environments, the next to end first."""
    mine = (
        Environment.objects.live()
        .filter(owner=user)
        .select_related("environment_type__project", "version__template")
        .order_by("ends_at", "pk")
    )
    ending = Environment.objects.visible_to(user).expiring_before(timezone.now() + SOON)
    others = Environment.objects.live().filter(pk__in=ending.values("pk"), project__memberships__user=user)
    return {
        "environments": mine[:_SHOWN],
        "ending": others.exclude(owner=user).select_related("project", "owner").order_by("ends_at")[:_SHOWN],
        "soon": timezone.now() + SOON,
        "asked": EnvironmentRequest.objects.pending()
        .filter(requester=user)
        .select_related("project", "version__template")
        .order_by("-created_at")[:_SHOWN],
    }


def _waiting(user: User) -> dict[str, Any]:
    """What only I can move on."""
    awaiting = EnvironmentRequest.objects.awaiting(user).values("pk")
    return {
        "approvals": EnvironmentRequest.objects.filter(pk__in=awaiting)
        .select_related("requester", "version__template", "environment_type__project")
        .order_by("created_at")[:_SHOWN],
        "notices": Notice.objects.filter(user=user).unread().order_by("-created_at")[:5],
    }


def _spending(user: User) -> dict[str, Any]:
    """What my projects cost this month: those I belong to, or the dearest of all for finance."""
    visible = Project.objects.visible_to(user).values("pk")
    projects = list(Project.objects.filter(pk__in=visible, is_active=True))
    if not projects:
        return {"spending": [], "spending_as_of": None}
    report = reports.projects_report(projects, months.first_day(months.today()))
    lines = [line for section in report.sections for line in section.lines]
    lines.sort(key=lambda line: (-line.cost.shown, line.project.name))
    return {"spending": lines[:_SHOWN], "spending_as_of": report.freshness.as_of}


def _watch(user: User) -> dict[str, Any]:
    """What operations staff look at first."""
    if not user.is_platform_admin:
        return {}
    late = Operation.objects.due(timezone.now() - timedelta(minutes=1))
    return {
        "watch": {
            "late": late.count(),
            "orphans": Orphan.objects.filter(resolved_at=None).count(),
            "stuck": Environment.objects.filter(status=EnvironmentStatus.BLOCKED).count(),
            "failed": Environment.objects.filter(status=EnvironmentStatus.FAILED).count(),
        }
    }
