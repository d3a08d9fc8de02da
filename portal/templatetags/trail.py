"""Saying events of the audit trail as sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.models import AuditEvent

register = template.Library()

_SENTENCES = {
    "user.signed_in": _("%(subject)s signed in"),
    "user.signed_out": _("%(subject)s signed out"),
    "user.sign_in_refused": _("Sign-in refused: %(subject)s"),
    "request.submitted": _("Asked for %(subject)s"),
    "request.accepted": _("Request accepted: %(subject)s"),
    "request.refused": _("Request refused: %(subject)s"),
    "request.withdrawn": _("Request withdrawn: %(subject)s"),
    "request.void": _("Request void: %(subject)s"),
    "approval.approve": _("Approved %(subject)s"),
    "approval.refuse": _("Refused %(subject)s"),
    "environment.building": _("Building of %(subject)s began"),
    "environment.ready": _("%(subject)s is ready"),
    "environment.updating": _("Change of %(subject)s began"),
    "environment.failed": _("%(subject)s failed"),
    "environment.missing": _("%(subject)s is gone from Azure"),
    "environment.deleting": _("Deletion of %(subject)s began"),
    "environment.blocked": _("Deletion of %(subject)s left something"),
    "environment.deleted": _("%(subject)s is deleted, proven by its receipt"),
    "environment.extended": _("%(subject)s was extended"),
    "environment.adopted": _("%(subject)s was adopted"),
    "environment.delete_requested": _("Asked to delete %(subject)s"),
    "environment.shared": _("%(subject)s was shared"),
    "environment.unshared": _("Sharing of %(subject)s ended"),
    "environment.env_file_read": _("The .env file of %(subject)s was downloaded"),
    "environment.drift": _("%(subject)s differed from what Genkan wrote"),
    "operation.started": _("Operation started: %(subject)s"),
    "operation.succeeded": _("Operation done: %(subject)s"),
    "operation.failed": _("Operation failed: %(subject)s"),
    "operation.cancelled": _("Operation cancelled: %(subject)s"),
    "operation.cancel_requested": _("Asked to cancel: %(subject)s"),
    "grant.active": _("Access given: %(subject)s"),
    "grant.ended": _("Access taken away: %(subject)s"),
    "grant.ending": _("Access is being taken away: %(subject)s"),
    "grant.planned": _("Access is being given: %(subject)s"),
    "project.created": _("Project created: %(subject)s"),
    "project.changed": _("Project changed: %(subject)s"),
    "environment_type.created": _("Environment type created: %(subject)s"),
    "environment_type.changed": _("Environment type changed: %(subject)s"),
    "member.added": _("Member added: %(subject)s"),
    "member.changed": _("Member's role changed: %(subject)s"),
    "member.removed": _("Member removed: %(subject)s"),
    "budget.set": _("Budget set: %(subject)s"),
    "azure.write": _("Wrote to Azure for %(subject)s"),
    "orphan.delete_requested": _("Asked to delete the orphan %(subject)s"),
    "version.added": _("Template version added: %(subject)s"),
    "version.published": _("Template version published: %(subject)s"),
    "version.deprecated": _("Template version deprecated: %(subject)s"),
    "version.retired": _("Template version retired: %(subject)s"),
}
_MAX_DEPTH = 4


@register.filter
def sentence(event: AuditEvent) -> SafeString:
    """What happened, with the subject's name; an action without a sentence of its own shows the name alone."""
    subject = event.subject_name or event.subject_id
    text = _SENTENCES.get(event.action)
    return format_html("{}", str(text) % {"subject": subject} if text else subject)


@register.filter
def detail_lines(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The particulars as name and value, nested names joined by dots; what is empty is left out."""
    return [(name, text) for name, text in _flat(details, prefix="", depth=0) if text]


def _flat(value: Any, *, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth < _MAX_DEPTH:
        for name, inner in value.items():
            yield from _flat(inner, prefix=f"{prefix}.{name}" if prefix else str(name), depth=depth + 1)
    elif isinstance(value, list | tuple):
        yield prefix, ", ".join(str(item) for item in value)
    else:
        yield prefix, "" if value is None else str(value)
