"""Invariants that the database alone can answer for."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from audit import chain
from audit.models import AuditEvent
from catalog.blueprint import blueprint
from common.states import Moves
from costs import budgets
from costs.models import Budget
from environments import rules
from environments.doctor.finding import Finding
from environments.models import (
    Environment,
    EnvironmentRequest,
    EnvironmentStatus,
    Operation,
    RequestStatus,
    SecretParameter,
)
from environments.models.environment import ENVIRONMENT_MOVES
from environments.models.request import REQUEST_MOVES
from projects.models import EnvironmentType

_TRANSIENT = {EnvironmentStatus.BUILDING, EnvironmentStatus.UPDATING, EnvironmentStatus.DELETING}


def nothing_is_lost() -> Iterator[Finding]:
    """Accepted requests have environments; unsettled environments have an open operation; no operation is overdue."""
    for request in EnvironmentRequest.objects.filter(status=RequestStatus.ACCEPTED, environment=None):
        yield Finding(f"request {request.pk}", "accepted, but there is no environment")
    unsettled = Environment.objects.filter(status__in=_TRANSIENT).exclude(operations__status="open")
    for environment in unsettled:
        yield Finding(f"environment {environment.pk}", f"{environment.status}, but no operation is open")
    late = timezone.now() - timedelta(seconds=settings.ENGINE_LEASE_SECONDS + 60)
    for operation in Operation.objects.open().filter(run_at__lt=late, lease_until__lt=late):
        yield Finding(
            f"operation {operation.pk}", f"due since {operation.run_at:%Y-%m-%d %H:%M:%S} and nobody works on it"
        )


def one_deployment_per_generation() -> Iterator[Finding]:
    """Each generation of an environment was written under one stack name only."""
    writes = AuditEvent.objects.filter(action="azure.write", details__step="deployment", details__method="PUT")
    targets: dict[tuple[str, int], set[str]] = defaultdict(set)
    for environment_id, details in writes.values_list("environment_id", "details"):
        targets[str(environment_id), int(details["generation"])].add(details["target"].lower())
    for (environment, generation), names in targets.items():
        if len(names) > 1:
            yield Finding(f"environment {environment}", f"generation {generation} was deployed as {sorted(names)}")


def deleted_is_proven() -> Iterator[Finding]:
    """A deleted environment has a complete receipt, no grant that may exist, no secure value kept."""
    for environment in Environment.objects.filter(status=EnvironmentStatus.DELETED).select_related("receipt"):
        receipt = getattr(environment, "receipt", None)
        if receipt is None or not receipt.is_complete:
            yield Finding(f"environment {environment.pk}", "deleted without a complete receipt")
    living = Environment.objects.filter(
        status=EnvironmentStatus.DELETED, grants__status__in=["planned", "active", "ending"]
    )
    for environment in living.distinct():
        yield Finding(f"environment {environment.pk}", "deleted, but a grant is not ended")
    holders = EnvironmentRequest.objects.filter(environment__status=EnvironmentStatus.DELETED).values("pk")
    for holder in SecretParameter.objects.filter(holder_id__in=holders).values_list("holder_id", flat=True).distinct():
        yield Finding(f"request {holder}", "its environment is deleted, but secure values are kept")


def limits_hold() -> Iterator[Finding]:
    """Quotas count live environments and waiting requests; budgets count charges and reservations."""
    for kind in EnvironmentType.objects.select_related("project"):
        used = rules.quota_used(kind)
        if used > kind.quota:
            yield Finding(f"environment type {kind}", f"{used} environments, {kind.quota} allowed")
    for budget in Budget.objects.select_related("project"):
        line = budgets.budget_line(budget.project, budget.month)
        if line is not None and line.actual <= line.amount < line.actual + line.reserved:
            yield Finding(f"budget {budget}", f"{line.actual} spent and {line.reserved} reserved of {line.amount}")


def audit_is_complete() -> Iterator[Finding]:
    """The newest status event of each environment and request tells its status; the chain verifies."""
    yield from _last_event_agrees("environment", dict(Environment.objects.values_list("pk", "status")))
    requests = EnvironmentRequest.objects.exclude(status=RequestStatus.PENDING)
    yield from _last_event_agrees("request", dict(requests.values_list("pk", "status")))
    if problem := chain.verify().problem:
        yield Finding("audit trail", str(problem))


def _status_events(noun: str, moves: Moves) -> dict[str, list[str]]:
    """Per subject the statuses its audit events tell, oldest first."""
    statuses = set(moves) | {target for targets in moves.values() for target in targets}
    actions = {f"{noun}.{status}" for status in statuses}
    told: dict[str, list[str]] = defaultdict(list)
    events = AuditEvent.objects.filter(action__in=actions).order_by("pk")
    for subject, action in events.values_list("subject_id", "action"):
        told[subject].append(action.split(".", 1)[1])
    return told


def _last_event_agrees(noun: str, statuses: dict[object, str]) -> Iterator[Finding]:
    told = _status_events(noun, ENVIRONMENT_MOVES if noun == "environment" else REQUEST_MOVES)
    for pk, status in statuses.items():
        heard = told.get(str(pk), [])
        if not heard or heard[-1] != status:
            yield Finding(
                f"{noun} {pk}", f"is {status}, but the audit's last word is {heard[-1] if heard else 'nothing'}"
            )


def no_plain_secrets() -> Iterator[Finding]:
    """No column that pages show holds a parameter or output that its template calls secure."""
    for environment in Environment.objects.select_related("version__template"):
        template = blueprint(environment.version).template
        secure = {name.lower() for name, parameter in template.parameters.items() if parameter.secure}
        hidden = {name.lower() for name, output in template.outputs.items() if output.secure}
        for name in environment.parameters:
            if name.lower() in secure:
                yield Finding(f"environment {environment.pk}", f"parameter {name} is secure, but stored in plain")
        for name in environment.outputs:
            if name.lower() in hidden:
                yield Finding(f"environment {environment.pk}", f"output {name} is secure, but stored in plain")


def moves_are_declared() -> Iterator[Finding]:
    """Replaying the audit, every move of an environment is in the table, and no environment has two open operations."""
    for subject, statuses in _status_events("environment", ENVIRONMENT_MOVES).items():
        for source, target in pairwise(statuses):
            if target not in ENVIRONMENT_MOVES.get(source, frozenset()):
                yield Finding(f"environment {subject}", f"moved from {source} to {target}")
    doubled = Operation.objects.open().values("environment").annotate(n=Count("pk")).filter(n__gt=1)
    for row in doubled:
        yield Finding(f"environment {row['environment']}", f"{row['n']} operations are open")
