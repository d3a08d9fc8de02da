"""Every address × every role: who gets in, who is told no (403), who is told that there is nothing (404).

A new address without a row here fails. 302 means "done" or, for those who are not signed in, "sign in first"; 409 and
422 mean "you may ask this, but not now or not like this".
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from catalog.models import TemplateVersion
from environments.models import (
    Environment,
    EnvironmentRequest,
    EnvironmentStatus,
    Grant,
    GrantReason,
    GrantStatus,
    Operation,
    OperationKind,
    OperationStatus,
    Orphan,
    OrphanKind,
    Preview,
    PreviewStatus,
    Receipt,
)
from environments.services.requests import request_digest
from portal.company import tenant
from projects.models import EnvironmentType, Membership

# Columns of the table, in this order; Apollo's things are asked for.
ROLES = {
    "anonymous": "",
    "outsider": "oliver.brown",
    "owner": "sato.yui",
    "member": "yamada.mio",
    "stranger": "suzuki.haruto",
    "lead": "tanaka.ren",
    "catalog": "nakamura.aoi",
    "finance": "ito.sakura",
    "platform": "kobayashi.kenji",
}


@dataclass(frozen=True)
class Row:
    """How an address is asked and what each role is answered; words in braces name things made by `world`."""

    method: str
    answers: str
    arguments: tuple[str, ...] = ()
    sent: Mapping[str, str] = field(default_factory=dict)

    def expected(self) -> dict[str, int]:
        """Status by role."""
        return dict(zip(ROLES, map(int, self.answers.split()), strict=True))


FORM = {
    "version": "{version}",
    "key": "{key}",
    "project": "apollo",
    "environment_type": "develop",
    "region": "japaneast",
    "lifetime_days": "7",
    "name": "wish",
}
ROWS: dict[str, Row] = {
    "accounts:callback": Row("GET", "403 403 403 403 403 403 403 403 403"),
    "accounts:me": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "accounts:sign_in": Row("GET", "200 302 302 302 302 302 302 302 302"),
    "accounts:sign_out": Row("POST", "302 302 302 302 302 302 302 302 302"),
    "audit:export": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "audit:list": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "catalog:deprecate": Row("POST", "302 403 403 403 403 403 302 403 403", ("version",)),
    "catalog:list": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "catalog:manage": Row("GET", "302 403 403 403 403 403 200 403 403"),
    "catalog:publish": Row("POST", "302 403 403 403 403 403 409 403 403", ("version",)),
    "catalog:retire": Row("POST", "302 403 403 403 403 403 302 403 403", ("version",)),
    "catalog:sync": Row("POST", "302 403 403 403 403 403 302 403 403"),
    "catalog:template": Row("GET", "302 200 200 200 200 200 200 200 200", ("template",)),
    "costs:budget": Row("GET", "302 404 403 403 404 403 404 200 200", ("project",)),
    "costs:card": Row("GET", "302 404 200 200 404 200 404 200 200", ("project",)),
    "costs:overview": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "costs:overview_csv": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "costs:project": Row("GET", "302 404 200 200 404 200 404 200 200", ("project",)),
    "costs:project_csv": Row("GET", "302 404 200 200 404 200 404 200 200", ("project",)),
    "environments:approvals": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "environments:approve": Row(
        "POST", "302 404 403 403 404 302 404 404 302", ("request",), sent={"digest": "{digest}"}
    ),
    "environments:cancel": Row("POST", "302 404 302 403 404 302 404 403 302", ("operation",)),
    "environments:delete": Row("POST", "302 404 302 403 404 302 404 403 302", ("environment",)),
    "environments:env_file": Row("POST", "302 404 200 200 404 403 404 403 403", ("environment",)),
    "environments:environment": Row("GET", "302 404 200 200 404 200 404 200 200", ("environment",)),
    "environments:extend": Row("POST", "302 404 302 403 404 302 404 403 302", ("environment",), sent={"days": "1"}),
    "environments:health": Row("GET", "302 403 403 403 403 403 403 403 200"),
    "environments:list": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "environments:notices": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "environments:operation_progress": Row("GET", "302 404 200 200 404 200 404 200 200", ("operation",)),
    "environments:orphan_adopt": Row(
        "POST",
        "302 403 403 403 403 403 403 403 302",
        ("orphan",),
        sent={"environment_type": "{kind}", "owner": "{lead}", "ends_on": "{next_week}"},
    ),
    "environments:orphan_delete": Row("POST", "302 403 403 403 403 403 403 403 302", ("orphan",)),
    "environments:orphans": Row("GET", "302 403 403 403 403 403 403 403 200"),
    "environments:preview": Row("GET", "302 404 200 404 404 404 404 404 404", ("preview",)),
    "environments:receipt": Row("GET", "302 404 200 200 404 200 404 200 200", ("deleted",)),
    "environments:receipt_json": Row("GET", "302 404 200 200 404 200 404 200 200", ("deleted",)),
    "environments:refuse": Row(
        "POST", "302 404 403 403 404 302 404 404 302", ("request",), sent={"digest": "{digest}", "reason": "No"}
    ),
    "environments:request": Row("GET", "302 404 200 200 404 200 404 404 200", ("request",)),
    "environments:request_check": Row("POST", "302 422 200 200 422 200 422 422 422", sent=FORM),
    "environments:request_form": Row("GET", "302 200 200 200 200 200 200 200 200", ("template",)),
    "environments:resources": Row("GET", "302 404 200 200 404 200 404 200 200", ("environment",)),
    "environments:retry": Row("POST", "302 404 302 403 404 302 404 403 302", ("failed_operation",)),
    "environments:share": Row(
        "POST",
        "302 404 302 403 404 302 404 403 302",
        ("environment",),
        sent={"user": "{colleague}", "role_name": "Reader"},
    ),
    "environments:submit": Row("POST", "302 422 422 422 422 422 422 422 422", sent=FORM),
    "environments:unshare": Row("POST", "302 404 302 403 404 302 404 403 302", ("environment", "grant")),
    "environments:update_form": Row("GET", "302 404 200 403 404 200 404 403 200", ("environment",)),
    "environments:withdraw": Row("POST", "302 404 302 403 404 403 404 404 403", ("request",)),
    "portal:health": Row("GET", "200 200 200 200 200 200 200 200 200"),
    "portal:home": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "portal:language": Row("POST", "302 302 302 302 302 302 302 302 302", sent={"language": "ja"}),
    "portal:theme": Row("POST", "302 302 302 302 302 302 302 302 302", sent={"theme": "dark"}),
    "projects:change_role": Row(
        "POST", "302 404 403 403 404 302 404 403 302", ("project", "membership"), sent={"role": "lead"}
    ),
    "projects:edit": Row("GET", "302 404 403 403 404 403 404 403 200", ("project",)),
    "projects:edit_type": Row("GET", "302 404 403 403 404 403 404 403 200", ("project", "type")),
    "projects:list": Row("GET", "302 200 200 200 200 200 200 200 200"),
    "projects:members": Row("GET", "302 404 200 200 404 200 404 200 200", ("project",)),
    "projects:new": Row("GET", "302 403 403 403 403 403 403 403 200"),
    "projects:new_type": Row("GET", "302 404 403 403 404 403 404 403 200", ("project",)),
    "projects:project": Row("GET", "302 404 200 200 404 200 404 200 200", ("project",)),
    "projects:remove_member": Row("POST", "302 404 403 302 404 302 404 403 302", ("project", "membership")),
}


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """The name of every address of the portal."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            yield from addresses(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def test_every_address_has_a_row_and_every_row_an_address():
    assert set(addresses()) == set(ROWS)


@pytest.fixture
def world(company: None, user: Callable[[str], User], azure_process: Any, broker: str) -> dict[str, Any]:
    """One of everything that an address can name, in Apollo, owned by Sato Yui."""
    owner = user("sato.yui")
    kind = EnvironmentType.objects.select_related("project").get(project__slug="apollo", slug="qa")
    version = TemplateVersion.objects.get(template__slug="empty-sandbox")
    environment = _environment(owner, kind, version)
    request = _request(owner, kind, version)
    return {
        "environment": environment.pk,
        "deleted": _deleted(owner, kind, version).pk,
        "operation": _operation(_environment(owner, kind, version, name="busy")).pk,
        "failed_operation": _failed_operation(owner, kind, version).pk,
        "grant": _grant(environment, user("yamada.mio")).pk,
        "request": request.pk,
        "digest": request.digest,
        "kind": kind.pk,
        "type": kind.slug,
        "lead": user("tanaka.ren").pk,
        "stranger": user("suzuki.haruto").pk,
        "colleague": user("emma.wilson").pk,
        "next_week": (timezone.localdate() + timedelta(days=7)).isoformat(),
        "key": uuid.uuid4(),
        "preview": _preview(owner, kind, version).pk,
        "orphan": _orphan().pk,
        "template": version.template.slug,
        "version": version.pk,
        "project": "apollo",
        "membership": Membership.objects.get(project__slug="apollo", user=user("yamada.mio")).pk,
    }


def _environment(owner: User, kind: EnvironmentType, version: TemplateVersion, name: str = "sandbox") -> Environment:
    return Environment.objects.create(
        project=kind.project,
        environment_type=kind,
        version=version,
        owner=owner,
        name=name,
        region="japaneast",
        subscription_id=kind.subscription_id,
        resource_group=f"rg-apollo-{name}",
        stack_name=f"genkan-{name}",
        status=EnvironmentStatus.READY,
        ends_at=timezone.now() + timedelta(days=5),
    )


def _deleted(owner: User, kind: EnvironmentType, version: TemplateVersion) -> Environment:
    gone = _environment(owner, kind, version, name="gone")
    Environment.objects.filter(pk=gone.pk).update(status=EnvironmentStatus.DELETED, deleted_at=timezone.now())
    Receipt.objects.create(environment=gone, is_complete=True)
    return gone


def _operation(environment: Environment, **changes: Any) -> Operation:
    now = timezone.now()
    moments = dict.fromkeys(("run_at", "lease_until", "hinted_until", "deadline_at"), now + timedelta(hours=1))
    wanted = {"kind": OperationKind.UPDATE, "status": OperationStatus.OPEN, **moments, **changes}
    return Operation.objects.create(environment=environment, generation=1, requested_by=environment.owner, **wanted)


def _failed_operation(owner: User, kind: EnvironmentType, version: TemplateVersion) -> Operation:
    broken = _environment(owner, kind, version, name="broken")
    Environment.objects.filter(pk=broken.pk).update(status=EnvironmentStatus.FAILED)
    return _operation(broken, kind=OperationKind.PROVISION, status=OperationStatus.FAILED, finished_at=timezone.now())


def _grant(environment: Environment, user: User) -> Grant:
    return Grant.objects.create(
        environment=environment,
        user=user,
        scope=environment.group_id,
        principal_id=user.object_id,
        principal_type="User",
        principal_name=str(user),
        role_name="Reader",
        role_id="acdd72a7-3385-48ef-bd42-f606fba81ae7",
        assignment=environment.pk,
        reason=GrantReason.SHARED,
        status=GrantStatus.ACTIVE,
        until=environment.ends_at,
    )


def _request(owner: User, kind: EnvironmentType, version: TemplateVersion) -> EnvironmentRequest:
    request = EnvironmentRequest.objects.create(
        idempotency_key=tenant.guid("access/key"),
        requester=owner,
        project=kind.project,
        environment_type=kind,
        version=version,
        name="wanted",
        region="japaneast",
        lifetime_days=7,
        approval_rule=kind.approval,
    )
    request.digest = request_digest(request)
    request.save()
    return request


def _preview(owner: User, kind: EnvironmentType, version: TemplateVersion) -> Preview:
    now = timezone.now()
    return Preview.objects.create(
        user=owner,
        environment_type=kind,
        version=version,
        content_digest="0" * 64,
        status=PreviewStatus.ACCEPTED,
        finished_at=now,
        run_at=now,
        lease_until=now,
        hinted_until=now,
    )


def _orphan() -> Orphan:
    return Orphan.objects.create(
        kind=OrphanKind.ONLY_IN_AZURE,
        subscription_id=tenant.QA.id,
        resource_group="rg-apollo-forgotten",
        tags={"genkaninstance": settings.INSTANCE_ID},
        last_seen_at=timezone.now(),
    )


def answer(client: Client, row: Row, name: str, world: dict[str, Any]) -> int:
    """The status of one request, whose effects are undone so that the next role finds the same world."""
    address = reverse(name, args=[world[argument] for argument in row.arguments])
    sent = {name: value.format(**world) for name, value in row.sent.items()}
    with transaction.atomic():
        response = client.get(address, sent) if row.method == "GET" else client.post(address, sent)
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("name", ROWS)
def test_each_role_gets_the_answer_of_the_table(name, world, signed_in):
    row = ROWS[name]
    clients = {role: signed_in(key) if key else Client() for role, key in ROLES.items()}
    found = {role: answer(client, row, name, world) for role, client in clients.items()}
    assert found == row.expected()
