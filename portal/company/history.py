"""Writes what the company's past left in the portal: finished environments with request, operations, receipt, audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import chain
from audit.models import AuditEvent
from catalog.models import TemplateVersion
from costs.models import GroupLifetime
from environments.models import (
    Approval,
    Decision,
    Environment,
    EnvironmentRequest,
    EnvironmentStatus,
    Operation,
    OperationKind,
    OperationStatus,
    Receipt,
    RequestStatus,
    Step,
    StepStatus,
)
from environments.plans import PLANS
from portal.company import tenant
from portal.company.past import PAST, Past
from projects.models import EnvironmentType

# How long each step took, in seconds; the pages show the median of past runs as "usually".
_SECONDS = {
    "resource_group": 4,
    "grants": 9,
    "deployment": 215,
    "child_tags": 12,
    "outputs": 3,
    "read_back": 5,
    "inventory": 4,
    "end_grants": 7,
    "release_workspaces": 3,
    "stack_delete": 95,
    "group_delete": 80,
    "purge": 20,
    "verify": 6,
}
_DATED_BY_THEMSELVES = (
    (AuditEvent, "at", "auto_now_add"),
    (Approval, "at", "auto_now_add"),
    (Environment, "created_at", "auto_now_add"),
    (EnvironmentRequest, "created_at", "auto_now_add"),
    (Operation, "created_at", "auto_now_add"),
    (Receipt, "issued_at", "auto_now"),
)


@contextmanager
def dated_by_hand() -> Iterator[None]:
    """Let rows be written with a date of the past: their fields otherwise insist on the present."""
    fields = [(model._meta.get_field(name), switch) for model, name, switch in _DATED_BY_THEMSELVES]
    for field, switch in fields:
        setattr(field, switch, False)
    try:
        yield
    finally:
        for field, switch in fields:
            setattr(field, switch, True)


def write(founded: date) -> None:
    """Every past environment that is not there yet."""
    for past in PAST:
        if not Environment.objects.filter(pk=past.id).exists():
            with transaction.atomic(), dated_by_hand():
                _Writer(past, founded).write()
    # Events of weeks ago must not look as if nobody had sealed them ever since.
    while chain.seal_new_events():
        pass


class _Writer:
    """One past environment with everything that belongs to it."""

    def __init__(self, past: Past, founded: date) -> None:
        self.past = past
        self.founded = founded
        self.asked_at = self._moment(past.first_day(founded), 9)
        self.decided_at = self.asked_at + timedelta(minutes=2)
        self.ready_at = self.asked_at + timedelta(minutes=12)
        self.ended_at = self._moment(past.last_day(founded), 9)
        self.owner = _user(past.owner)
        self.kind = EnvironmentType.objects.select_related("project").get(project__slug=past.team, slug=past.kind)
        self.version = TemplateVersion.objects.filter(template__slug=past.template).latest("created_at")

    @staticmethod
    def _moment(day: date, hour: int) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(hour, 20)))

    def write(self) -> None:
        """Environment, request, operations, lifetime, receipt, each with its audit events."""
        environment = self._environment()
        self._request(environment)
        self._event("environment.building", environment, self.asked_at, details={"group": environment.resource_group})
        self._operation(environment, OperationKind.PROVISION, self.asked_at)
        self._event("environment.ready", environment, self.ready_at, details={"from": EnvironmentStatus.BUILDING})
        self._operation(environment, OperationKind.DELETE, self.ended_at - timedelta(minutes=5))
        self._event(
            "environment.deleting",
            environment,
            self.ended_at - timedelta(minutes=5),
            details={"from": EnvironmentStatus.READY},
        )
        self._receipt(environment)
        self._event("environment.deleted", environment, self.ended_at, details={"from": EnvironmentStatus.DELETING})
        GroupLifetime.objects.create(
            subscription_id=environment.subscription_id,
            resource_group=environment.resource_group.lower(),
            project=self.kind.project,
            environment_id=environment.pk,
            environment_name=environment.name,
            since=self.past.first_day(self.founded),
            until=self.past.last_day(self.founded),
        )

    def _environment(self) -> Environment:
        past = self.past
        return Environment.objects.create(
            id=past.id,
            project=self.kind.project,
            environment_type=self.kind,
            version=self.version,
            owner=self.owner,
            name=past.name,
            region=past.region,
            subscription_id=past.subscription_id,
            resource_group=past.resource_group,
            stack_name=past.stack_name,
            status=EnvironmentStatus.DELETED,
            ends_at=self.ended_at,
            created_at=self.asked_at,
            ready_at=self.ready_at,
            deleted_at=self.ended_at,
        )

    def _request(self, environment: Environment) -> None:
        past = self.past
        request = EnvironmentRequest.objects.create(
            id=UUID(tenant.guid(f"past/{past.name}/request")),
            idempotency_key=UUID(tenant.guid(f"past/{past.name}/key")),
            status=RequestStatus.ACCEPTED,
            requester=self.owner,
            project=self.kind.project,
            environment_type=self.kind,
            version=self.version,
            environment=environment,
            name=past.name,
            region=past.region,
            lifetime_days=past.lived_days,
            approval_rule=self.kind.approval,
            digest=self.version.digest,
            created_at=self.asked_at,
            decided_at=self.decided_at,
        )
        self._event("request.submitted", request, self.asked_at, details={"digest": request.digest})
        for key in past.approvers:
            approver = _user(key)
            Approval.objects.create(
                request=request,
                approver=approver,
                decision=Decision.APPROVE,
                digest=request.digest,
                at=self.asked_at + timedelta(minutes=1),
            )
            self._event("approval.approve", request, self.asked_at + timedelta(minutes=1), actor=approver)
        self._event(
            "request.accepted", request, self.asked_at + timedelta(minutes=2), details={"from": RequestStatus.PENDING}
        )

    def _operation(self, environment: Environment, kind: OperationKind, started_at: datetime) -> None:
        total = sum(_SECONDS[name] for name in PLANS[kind])
        operation = Operation.objects.create(
            id=UUID(tenant.guid(f"past/{self.past.name}/{kind}")),
            environment=environment,
            kind=kind,
            status=OperationStatus.SUCCEEDED,
            generation=1,
            requested_by=self.owner,
            created_at=started_at,
            started_at=started_at,
            finished_at=started_at + timedelta(seconds=total),
            deadline_at=started_at + timedelta(hours=4),
            run_at=started_at,
            lease_until=started_at,
            hinted_until=started_at,
        )
        moment = started_at
        for position, name in enumerate(PLANS[kind], start=1):
            until = moment + timedelta(seconds=_SECONDS[name])
            Step.objects.create(
                operation=operation,
                position=position,
                name=name,
                status=StepStatus.DONE,
                looks=1,
                started_at=moment,
                finished_at=until,
            )
            moment = until

    def _receipt(self, environment: Environment) -> None:
        checks = [
            ("resource_group", environment.group_id),
            ("tagged_resources", f"envid={environment.pk}"),
            ("soft_deleted", environment.resource_group),
        ]
        Receipt.objects.create(
            environment=environment,
            is_complete=True,
            issued_at=self.ended_at,
            checks=[
                {"what": what, "target": target, "result": "gone", "detail": "", "at": self.ended_at.isoformat()}
                for what, target in checks
            ],
        )

    def _event(
        self,
        action: str,
        subject: Environment | EnvironmentRequest,
        at: datetime,
        *,
        actor: User | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        who = actor or self.owner
        AuditEvent.objects.create(
            at=at,
            actor=who,
            actor_name=str(who),
            action=action,
            subject_type=subject._meta.model_name or "",
            subject_id=str(subject.pk),
            subject_name=str(subject),
            project_id=self.kind.project_id,
            environment_id=self.past.id,
            details=details or {},
        )


def _user(key: str) -> User:
    return User.objects.get(object_id=tenant.person(key).object_id)
