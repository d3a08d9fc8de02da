"""Pages about projects: the list, one project, its members."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from projects import permissions, services
from projects.forms import AddMemberForm, RoleForm
from projects.models import Membership, Project, ProjectRole


def signed_in(request: HttpRequest) -> User:
    """The person; LoginRequiredMiddleware has turned everybody else away."""
    assert isinstance(request.user, User)
    return request.user


def project_of(request: HttpRequest, slug: str) -> Project:
    """The project, or 404 when the person may not see it."""
    return get_object_or_404(Project.objects.visible_to(signed_in(request)), slug=slug)


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Every project the person may see, with what they are in it."""
    user = signed_in(request)
    visible = Project.objects.visible_to(user).values("pk")
    own = Membership.objects.filter(project=OuterRef("pk"), user=user)
    projects = Project.objects.filter(pk__in=visible).annotate(
        people=Count("memberships", distinct=True),
        kinds=Count("environment_types", filter=Q(environment_types__is_open=True), distinct=True),
        is_lead=Exists(own.filter(role=ProjectRole.LEAD)),
        is_member=Exists(own),
    )
    context = {"projects": projects, "can_set_up": permissions.can_set_up(user)}
    return render(request, "projects/project_list.html", context)


@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """One project: rules of its environment types, people, tags; money and environments are a link away."""
    found = project_of(request, slug)
    context = {
        "project": found,
        "types": found.environment_types.all(),
        "memberships": found.memberships.select_related("user").order_by("-role", "user__display_name"),
        "can_manage": permissions.can_manage_members(signed_in(request), found),
        "can_set_up": permissions.can_set_up(signed_in(request)),
    }
    return render(request, "projects/project_page.html", context)


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The members, and for leads a form to add one."""
    found = project_of(request, slug)
    form = AddMemberForm(request.POST or None, project=found)
    if request.method == "POST" and form.is_valid():
        added = services.add_member(actor=signed_in(request), project=found, **form.cleaned_data)
        messages.success(request, _("%(person)s is a member now.") % {"person": added.user})
        return redirect("projects:members", slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "projects/member_list.html", _members(request, found, form), status=status)


@require_POST
def change_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make a member a lead or a developer."""
    membership = _membership(request, slug, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles of the list."))
        return redirect("projects:members", slug)
    services.change_role(actor=signed_in(request), membership=membership, role=form.cleaned_data["role"])
    messages.success(request, _("The role of %(person)s is changed.") % {"person": membership.user})
    return redirect("projects:members", slug)


@require_POST
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End a membership; the person's access in Azure ends with the next sweep."""
    membership = _membership(request, slug, pk)
    services.remove_member(actor=signed_in(request), membership=membership)
    messages.success(
        request,
        _("%(person)s is no member any more; their access in Azure is being removed.") % {"person": membership.user},
    )
    still_visible = Project.objects.visible_to(signed_in(request)).filter(slug=slug).exists()
    return redirect(reverse("projects:members", args=[slug]) if still_visible else "projects:list")


def _membership(request: HttpRequest, slug: str, pk: int) -> Membership:
    rows = project_of(request, slug).memberships.select_related("user", "project")
    return get_object_or_404(rows, pk=pk)


def _members(request: HttpRequest, found: Project, form: AddMemberForm) -> dict[str, Any]:
    return {
        "project": found,
        "form": form,
        "roles": ProjectRole,
        "memberships": found.memberships.select_related("user").order_by("-role", "user__display_name"),
        "can_manage": permissions.can_manage_members(signed_in(request), found),
    }
