"""Pages of the catalog: the shop window, a template, and the catalog admin's list of versions."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from catalog import pages, services
from catalog.models import LONG_TEXTS, Delivery, Template, TemplateVersion, VersionStatus
from catalog.readme import readme_html
from catalog.sync import sync_built_in
from catalog.track_record import track_records
from common.errors import PermissionRefused
from common.paging import keyset_page

_CARDS = 24
_BY_NAME = {"name": "name"}


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_GET
def template_list(request: HttpRequest) -> HttpResponse:
    """What can be asked for; the same fragment answers the search while somebody types."""
    user = _person(request)
    filters = pages.read_filters(request.GET.dict())
    page = keyset_page(pages.filtered_templates(user, filters), request=request, size=_CARDS, sorts=_BY_NAME)
    context = {"page": page, "cards": pages.cards(page.items), "filters": filters}
    if getattr(request, "htmx", False):
        return render(request, "catalog/_templates.html", context)
    context |= {
        "categories": pages.categories(user),
        "deliveries": Delivery.choices,
        "can_manage": services.can_manage(user),
    }
    return render(request, "catalog/template_list.html", context)


@require_GET
def template_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One template: what it builds, asks for and gives; `?version=` shows another of its versions."""
    user = _person(request)
    template = get_object_or_404(Template.objects.visible_to(user), slug=slug)
    versions = list(template.versions.visible_to(user).defer(*LONG_TEXTS).order_by("-created_at"))
    version = TemplateVersion.objects.get(pk=_chosen(versions, request.GET.get("version", "")).pk)
    can_manage = services.can_manage(user)
    context = {
        "template": template,
        "versions": versions,
        "details": pages.details(version, with_findings=can_manage),
        "record": track_records([template.pk]).get(template.pk),
        "readme": readme_html(version),
        "can_manage": can_manage,
    }
    return render(request, "catalog/template_page.html", context)


def _chosen(versions: list[TemplateVersion], number: str) -> TemplateVersion:
    """The version asked for; otherwise the one on offer, otherwise the newest."""
    if number:
        wanted = [version for version in versions if version.number == number]
    else:
        wanted = [version for version in versions if version.status == VersionStatus.PUBLISHED] or versions
    if not wanted:
        raise Http404
    return wanted[0]


@require_GET
def version_list(request: HttpRequest) -> HttpResponse:
    """Every version with what can be done to it, newest first, for catalog admins."""
    user = _person(request)
    if not services.can_manage(user):
        raise PermissionRefused(_("Only catalog admins see drafts and retired versions. Ask one of them."))
    status = request.GET.get("status", "")
    rows = TemplateVersion.objects.select_related("template").defer(*LONG_TEXTS, "overlay_text")
    if status in VersionStatus.values:
        rows = rows.filter(status=status)
    context = {"page": keyset_page(rows, request=request), "status": status, "statuses": VersionStatus}
    return render(request, "catalog/version_list.html", context)


@require_POST
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a version on offer."""
    version = services.publish_version(actor=_person(request), version=_visible(request, pk))
    messages.success(request, _("%(version)s is on offer now.") % {"version": version})
    return redirect("catalog:manage")


@require_POST
def deprecate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a version off the offer."""
    version = services.deprecate_version(actor=_person(request), version=_visible(request, pk))
    messages.success(request, _("%(version)s can no longer be asked for.") % {"version": version})
    return redirect("catalog:manage")


@require_POST
def retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hide a version."""
    version = services.retire_version(actor=_person(request), version=_visible(request, pk))
    messages.success(request, _("%(version)s is hidden from everybody but catalog admins.") % {"version": version})
    return redirect("catalog:manage")


@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Read the built-in folder again."""
    user = _person(request)
    if not services.can_manage(user):
        raise PermissionRefused(_("Only catalog admins sync the catalog. Ask one of them."))
    counts = sync_built_in(user)
    messages.info(
        request,
        _("Synced: %(added)d added, %(changed)d changed, %(unchanged)d unchanged, %(invalid)d invalid.")
        % {
            "added": counts.added,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "invalid": counts.invalid,
        },
    )
    for finding in counts.findings:
        messages.error(request, str(finding))
    return redirect("catalog:manage")


def _visible(request: HttpRequest, pk: UUID) -> TemplateVersion:
    return get_object_or_404(TemplateVersion.objects.visible_to(_person(request)), pk=pk)
