"""What the request form's page is made of: template, version, form, and after a check the card."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog.forms import PREFIX
from catalog.models import Template, TemplateVersion, VersionStatus
from common.errors import DomainError, GoneMeanwhile, PermissionRefused
from environments import permissions
from environments.forms import RequestForm
from environments.models import Environment, EnvironmentRequest
from environments.views.card import Card
from environments.views.http import environment_of, signed_in

# Buttons on the card that solve a rule post `fix-<field>`; only these fields can be solved that way.
FIX_PREFIX = "fix-"
_FIXABLE = frozenset({"environment_type", "region", "lifetime_days", "name"})


@dataclass(frozen=True)
class RequestPage:
    """Everything the page and its fragments show. `is_stale` says that the version was withdrawn meanwhile."""

    template: Template
    version: TemplateVersion
    form: RequestForm
    environment: Environment | None = None
    card: Card | None = None
    refusal: DomainError | None = None
    is_stale: bool = False

    @property
    def form_url(self) -> str:
        """Where the form is drawn again for changed choices."""
        if self.environment is not None:
            return reverse("environments:update_form", args=[self.environment.pk])
        return reverse("environments:request_form", args=[self.template.slug])

    @property
    def newer_version(self) -> TemplateVersion | None:
        """The version on offer, when an environment is being changed with an older one."""
        if self.environment is None or self.version.status == VersionStatus.PUBLISHED:
            return None
        offered = self.template.versions.filter(status=VersionStatus.PUBLISHED)
        return offered.order_by("-published_at").first()

    @property
    def problem_status(self) -> int:
        """409 when the version went away under the form, 422 when the input is wrong."""
        return 409 if self.is_stale else 422

    @property
    def message(self) -> str | Promise:
        """What has to be said above the form."""
        if self.refusal is not None:
            return self.refusal.message
        if self.is_stale:
            return _(
                "The version you were filling in was withdrawn while the form was open. "
                "This is version %(number)s with your values: check them again."
            ) % {"number": self.version.number}
        return ""

    def with_card(self, made: Card) -> "RequestPage":
        """The page after a check."""
        return replace(self, card=made)

    def with_refusal(self, error: DomainError) -> "RequestPage":
        """The page after a refused command."""
        return replace(self, refusal=error)


def new_page(request: HttpRequest, template: Template) -> RequestPage:
    """The empty form, or the form as far as it is filled in."""
    version = offered_version(template)
    actor = signed_in(request)
    if request.method == "POST":
        form = RequestForm.recomputed(with_fixes(request.POST), actor=actor, version=version)
    else:
        form = RequestForm(actor=actor, version=version, initial={"project": request.GET.get("project")})
    return RequestPage(template, version, form)


def changed_page(request: HttpRequest, environment: Environment) -> RequestPage:
    """The form with an environment's present settings, or as far as it is filled in."""
    actor = signed_in(request)
    check_may_update(request, environment)
    wanted = request.POST.get("version") or request.GET.get("version")
    version = _version_wanted(environment, wanted) if wanted else updated_version(environment)
    options: dict[str, Any] = {"actor": actor, "version": version, "environment": environment}
    if request.method == "POST":
        form = RequestForm.recomputed(with_fixes(request.POST), **options)
    else:
        present = {PREFIX + name: value for name, value in environment.parameters.items()}
        form = RequestForm(initial=present, **options)
    return RequestPage(version.template, version, form, environment)


def posted_page(request: HttpRequest) -> RequestPage:
    """The form as posted, bound to the version it was made for, or drawn for today's when that was withdrawn."""
    data = with_fixes(request.POST)
    environment = environment_of(request, _uuid(data.get("environment"))) if data.get("environment") else None
    if environment is not None:
        check_may_update(request, environment)
    posted = get_object_or_404(TemplateVersion.objects.select_related("template"), pk=_uuid(data.get("version")))
    if environment is not None and posted.template_id != environment.version.template_id:
        raise Http404
    version = _version_bound(posted, environment)
    options: dict[str, Any] = {"actor": signed_in(request), "version": version, "environment": environment}
    is_stale = posted.pk != version.pk
    form = RequestForm.recomputed(data, **options) if is_stale else RequestForm(data, **options)
    return RequestPage(version.template, version, form, environment, is_stale=is_stale)


def already_asked(request: HttpRequest) -> EnvironmentRequest | None:
    """The request that this very form led to before, whatever has changed since; its key is the person's own."""
    mine = EnvironmentRequest.objects.filter(requester=signed_in(request)).select_related("environment")
    try:
        return mine.filter(idempotency_key=uuid.UUID(request.POST.get("key", ""))).first()
    except ValueError:
        return None


def check_may_update(request: HttpRequest, environment: Environment) -> None:
    """Refuse people who may see the environment but not change it."""
    if not permissions.can_update(signed_in(request), environment):
        raise PermissionRefused(
            _("You cannot change this environment now. Its owner or a project lead can, while it is ready or failed.")
        )


def offered_version(template: Template) -> TemplateVersion:
    """The newest published version, or the sentence that nothing is on offer."""
    published = template.versions.filter(status=VersionStatus.PUBLISHED).select_related("template")
    version = published.order_by("-published_at", "-created_at").first()
    if version is None:
        raise GoneMeanwhile(
            _("%(template)s is no longer on offer. Choose another template in the catalog.") % {"template": template}
        )
    return version


def updated_version(environment: Environment) -> TemplateVersion:
    """The version an environment would be redeployed with: its own while that is not retired, else the newest."""
    if environment.version.status in {VersionStatus.PUBLISHED, VersionStatus.DEPRECATED}:
        return environment.version
    return offered_version(environment.version.template)


def _version_bound(posted: TemplateVersion, environment: Environment | None) -> TemplateVersion:
    """The posted version while it can be asked for, otherwise what takes its place."""
    if posted.status == VersionStatus.PUBLISHED:
        return posted
    return updated_version(environment) if environment is not None else offered_version(posted.template)


def _version_wanted(environment: Environment, text: str) -> TemplateVersion:
    """Its own version, or a published one of the same template; anything else leaves it as it is."""
    offered = environment.version.template.versions.filter(status=VersionStatus.PUBLISHED).select_related("template")
    return offered.filter(pk=_uuid(text)).first() or updated_version(environment)


def with_fixes(data: QueryDict) -> QueryDict:
    """The posted form with the value of the solving button put in place."""
    fixed = data.copy()
    for name in data:
        field = name.removeprefix(FIX_PREFIX)
        if name.startswith(FIX_PREFIX) and field in _FIXABLE:
            fixed[field] = data.get(name, "")
    return fixed


def _uuid(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text or "")
    except ValueError as error:
        raise Http404 from error
