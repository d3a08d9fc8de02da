"""What the environments' pages need beside the common tags."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import Template
from common import wording
from costs.reports import Money
from environments.models import Environment
from environments.views.live import portal_link

register = template.Library()

_RECEIPT_WORDS: dict[str, Promise] = {
    "resource_group": _("Resource group"),
    "role_assignment": _("Role assignment"),
    "tagged_resources": _("Resources with its tag elsewhere"),
    "tagged_resource": _("Resource with its tag"),
    "soft_deleted": _("Soft-deleted resources"),
}


@register.filter
def title(offered: Template) -> str:
    """The template's name in the reader's language."""
    if offered.name_ja and (get_language() or "").startswith("ja"):
        return offered.name_ja
    return offered.name


@register.filter
def cost_of(costs: Mapping[UUID, tuple[Money, ...]], environment: Environment) -> str:
    """What it cost, one figure a currency, never added up; a dash where nothing was charged yet."""
    figures = [wording.money(figure.shown, figure.currency) for figure in costs.get(environment.pk, ())]
    return " + ".join(figures) or "—"


@register.filter
def receipt_word(what: str) -> str:
    """What a line of a receipt is about."""
    return str(_RECEIPT_WORDS.get(what, what))


@register.filter
def portal_url(resource_id: str) -> str:
    """Where the Azure portal shows it."""
    return portal_link(resource_id)
