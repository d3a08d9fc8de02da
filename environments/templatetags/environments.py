"""What the environments' pages need beside the common tags."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.models import AuditEvent
from catalog.models import Template
from common import wording
from costs.reports import Money
from environments.models import Environment
from environments.views.live import portal_link

register = template.Library()

_HAPPENED: dict[str, Promise] = {
    "azure.write": _("wrote to Azure"),
    "environment.adopted": _("adopted it"),
    "environment.building": _("started to build it"),
    "environment.ready": _("it is ready"),
    "environment.updating": _("started to change it"),
    "environment.failed": _("it failed"),
    "environment.missing": _("it is gone from Azure"),
    "environment.deleting": _("started to delete it"),
    "environment.blocked": _("something is left of it"),
    "environment.deleted": _("it is deleted"),
    "environment.delete_requested": _("asked for its deletion"),
    "environment.drift": _("found it changed in Azure and repaired it"),
    "environment.env_file_read": _("downloaded its .env file"),
    "environment.extended": _("extended it"),
    "environment.shared": _("shared it"),
    "environment.unshared": _("took access back"),
    "operation.started": _("started an operation"),
    "operation.succeeded": _("the operation succeeded"),
    "operation.failed": _("the operation failed"),
    "operation.cancelled": _("the operation was cancelled"),
    "operation.cancel_requested": _("asked to cancel"),
    "request.submitted": _("asked for it"),
    "request.accepted": _("the request was accepted"),
    "request.refused": _("the request was refused"),
    "request.withdrawn": _("withdrew the request"),
    "request.void": _("the request became void"),
    "approval.approve": _("approved it"),
    "approval.refuse": _("refused it"),
    "grant.active": _("access was granted"),
    "grant.ended": _("access was removed"),
}


@register.filter
def title(offered: Template) -> str:
    """The template's name in the reader's language."""
    if offered.name_ja and (get_language() or "").startswith("ja"):
        return offered.name_ja
    return offered.name


@register.filter
def happened(event: AuditEvent) -> str:
    """What happened, in words; the particulars that tell two such events apart follow."""
    words = str(_HAPPENED.get(event.action, event.action))
    particulars = [
        str(event.details[name]) for name in ("kind", "person", "role", "what", "target") if event.details.get(name)
    ]
    return f"{words} ({', '.join(particulars)})" if particulars else words


@register.filter
def cost_of(costs: Mapping[UUID, tuple[Money, ...]], environment: Environment) -> str:
    """What it cost, one figure a currency, never added up; a dash where nothing was charged yet."""
    figures = [wording.money(figure.shown, figure.currency) for figure in costs.get(environment.pk, ())]
    return " + ".join(figures) or "—"


@register.filter
def portal_url(resource_id: str) -> str:
    """Where the Azure portal shows it."""
    return portal_link(resource_id)
