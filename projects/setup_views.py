"""Pages of platform admins: setting up projects and their environment types."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import PermissionRefused
from projects import permissions, setup
from projects.models import EnvironmentType, Project
from projects.setup_forms import ProjectForm, TypeForm
from projects.views import project_of, signed_in


@require_http_methods(["GET", "POST"])
def new_project(request: HttpRequest) -> HttpResponse:
    """A form for a project and its first lead."""
    _check(request)
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = setup.create_project(actor=signed_in(request), **form.cleaned_data)
        messages.success(request, _("The project is set up. Now say where it may build."))
        return redirect("projects:new_type", made.slug)
    return _page(request, form, _("Set up a project"))


@require_http_methods(["GET", "POST"])
def edit_project(request: HttpRequest, slug: str) -> HttpResponse:
    """The same form for a project that exists."""
    found = project_of(request, slug)
    _check(request)
    form = ProjectForm(request.POST or None, instance=Project.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        setup.change_project(actor=signed_in(request), project=found, **form.cleaned_data)
        messages.success(request, _("The project is changed."))
        return redirect(found)
    return _page(request, form, _("Change %(name)s") % {"name": found.name}, found)


@require_http_methods(["GET", "POST"])
def new_type(request: HttpRequest, slug: str) -> HttpResponse:
    """A form for one more environment type."""
    found = project_of(request, slug)
    _check(request)
    form = TypeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        setup.create_type(actor=signed_in(request), project=found, **form.cleaned_data)
        messages.success(request, _("The environment type is open."))
        return redirect(found)
    return _page(request, form, _("New environment type of %(name)s") % {"name": found.name}, found)


@require_http_methods(["GET", "POST"])
def edit_type(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The same form for a type that exists."""
    found = project_of(request, slug)
    _check(request)
    row = get_object_or_404(EnvironmentType, project=found, slug=kind)
    form = TypeForm(request.POST or None, instance=EnvironmentType.objects.get(pk=row.pk))
    if request.method == "POST" and form.is_valid():
        setup.change_type(actor=signed_in(request), kind=row, **form.cleaned_data)
        messages.success(request, _("The environment type is changed."))
        return redirect(found)
    return _page(request, form, _("Change %(name)s") % {"name": row}, found)


def _check(request: HttpRequest) -> None:
    if not permissions.can_set_up(signed_in(request)):
        raise PermissionRefused(_("Only platform admins set up projects. Ask one."))


def _page(request: HttpRequest, form: Any, heading: str, project: Project | None = None) -> HttpResponse:
    context = {"form": form, "heading": heading, "project": project}
    return render(request, "projects/setup.html", context, status=422 if request.method == "POST" else 200)
