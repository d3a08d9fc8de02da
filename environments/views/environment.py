"""One environment: how far it is, what it is for its people, who may touch it, what happened to it."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from audit.models import AuditEvent
from catalog.blueprint import blueprint
from costs import months
from costs.reports import environment_costs
from environments import permissions, tags
from environments.forms import ExtendForm, ShareForm
from environments.models import Environment, GrantStatus, Operation, Receipt
from environments.progress import progress
from environments.services.environments import env_file as env_file_text
from environments.views.http import environment_of, is_htmx, signed_in
from environments.views.live import live_resources, portal_link

EVENTS_SHOWN = 15


@require_GET
def page(request: HttpRequest, pk: object) -> HttpResponse:
    """Everything about one environment except what only Azure knows, which loads beside it."""
    environment = environment_of(request, pk)
    return render(request, "environments/environment_page.html", _about(signed_in(request), environment))


@require_GET
def resources(request: HttpRequest, pk: object) -> HttpResponse:
    """What Azure lists in the group right now."""
    environment = environment_of(request, pk)
    live = live_resources(environment)
    context = {"environment": environment, "live": live, "links": {row.id: portal_link(row.id) for row in live.rows}}
    name = "environments/_resources.html" if is_htmx(request) else "environments/resource_list.html"
    return render(request, name, context)


@never_cache
@require_POST
def env_file(request: HttpRequest, pk: object) -> HttpResponse:
    """The `.env` file with keys fetched now; a POST because it is audited and must not be prefetched."""
    environment = environment_of(request, pk)
    text = env_file_text(actor=signed_in(request), environment=environment)
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = _as_file(f"{environment.name}.env")
    return answer


@require_GET
def receipt(request: HttpRequest, pk: object) -> HttpResponse:
    """The proof that nothing is left, or the named list of what is."""
    environment = environment_of(request, pk)
    proof = get_object_or_404(Receipt, environment=environment)
    return render(request, "environments/receipt.html", {"environment": environment, "receipt": proof})


@require_GET
def receipt_json(request: HttpRequest, pk: object) -> HttpResponse:
    """The same as a file to keep."""
    environment = environment_of(request, pk)
    proof = get_object_or_404(Receipt, environment=environment)
    answer = JsonResponse(_receipt_document(environment, proof), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = _as_file(f"receipt-{environment.name}-{environment.short_id}.json")
    return answer


def _as_file(name: str) -> str:
    """The download's name, quoted: adopted environments carry whatever name their group has."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


def _about(actor: User, environment: Environment) -> dict[str, Any]:
    operations = list(environment.operations.select_related("requested_by").order_by("-created_at")[:6])
    for operation in operations:
        operation.environment = environment
    latest = operations[0] if operations else None
    return {
        "environment": environment,
        "operation": latest,
        "progress": progress(latest) if latest is not None else None,
        "earlier": operations[1:],
        "grants": environment.grants.exclude(status=GrantStatus.ENDED).order_by("principal_type", "principal_name"),
        "events": _events(environment),
        "waiting": environment.requests.pending().select_related("requester").first(),
        "receipt": Receipt.objects.filter(environment=environment).first(),
        "env_names": [name.name for name in blueprint(environment.version).env],
        "costs": environment_costs([environment.pk], months.first_day(months.today())),
        "tags": tags.for_environment(environment),
        "portal_link": portal_link(environment.group_id),
        "tenant_id": settings.AZURE_TENANT_ID,
        "may": _allowed(actor, environment, latest),
        "extend_form": ExtendForm(auto_id="extend-%s"),
        "share_form": ShareForm(environment=environment, auto_id="share-%s"),
    }


def _events(environment: Environment) -> QuerySet[AuditEvent]:
    """What people would tell of it; the single writes to Azure are in the audit log."""
    rows = AuditEvent.objects.filter(environment_id=environment.pk).exclude(action="azure.write")
    return rows.order_by("-pk")[:EVENTS_SHOWN]


def _allowed(actor: User, environment: Environment, latest: Operation | None) -> dict[str, bool]:
    """Which buttons the person gets; the commands check again."""
    return {
        "delete": permissions.can_delete(actor, environment),
        "extend": permissions.can_extend(actor, environment),
        "share": permissions.can_share(actor, environment),
        "update": permissions.can_update(actor, environment),
        "read_keys": permissions.can_read_secrets(actor, environment),
        "cancel": latest is not None and permissions.can_cancel(actor, latest),
        "retry": latest is not None and permissions.can_retry(actor, latest),
    }


def _receipt_document(environment: Environment, proof: Receipt) -> dict[str, Any]:
    return {
        "environment": {
            "id": str(environment.pk),
            "name": environment.name,
            "project": environment.project.slug,
            "type": environment.environment_type.slug,
            "template": environment.version.template.slug,
            "templateVersion": environment.version.number,
            "owner": environment.owner.display_name,
            "subscription": environment.subscription_id,
            "resourceGroup": environment.resource_group,
            "createdAt": environment.created_at.isoformat(),
            "deletedAt": environment.deleted_at.isoformat() if environment.deleted_at else None,
        },
        "complete": proof.is_complete,
        "issuedAt": proof.issued_at.isoformat(),
        "checks": proof.checks,
        "installation": settings.INSTANCE_ID,
    }
