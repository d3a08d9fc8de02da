"""Asking for an environment (or a change of one) and deciding about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import trail
from common.errors import DomainError, GoneMeanwhile, InputRefused, PermissionRefused
from common.guards import Guard, is_on
from costs import budgets
from environments import estimate as estimates
from environments import granting, messages, parameters, permissions, previews, rules
from environments.drafts import RequestDraft, digest_of, keyed_digest
from environments.models import (
    Approval,
    Decision,
    Environment,
    EnvironmentRequest,
    OperationKind,
    Preview,
    PreviewStatus,
    RequestKind,
    RequestStatus,
)
from environments.moving import move_request
from environments.names import environment_id, stack_name
from environments.starting import busy, start_operation
from projects.models import EnvironmentType

# How long a request may wait for its approval.
PENDING_LIMIT = timedelta(days=30)


def start_preview(*, actor: User, draft: RequestDraft) -> Preview:
    """Ask Azure about the draft; answers with the running or recent preview of the same content."""
    if not permissions.is_member(actor, draft.project.pk):
        raise PermissionRefused(_("Only members of the project can ask for its environments."))
    return previews.start_preview(actor=actor, draft=draft)


def submit_request(*, actor: User, draft: RequestDraft, preview: Preview | None) -> EnvironmentRequest:
    """Freeze the draft into a request; the same key again gives the same request, however often it is sent.

    Raises InputRefused or DomainError with `reasons` naming every rule that is not met. Nothing is written then.
    """
    if existing := _already_asked(actor, draft):
        return existing
    try:
        return _submit(actor=actor, draft=draft, preview=preview)
    except IntegrityError:
        if existing := _already_asked(actor, draft):
            return existing
        raise


def _already_asked(actor: User, draft: RequestDraft) -> EnvironmentRequest | None:
    return EnvironmentRequest.objects.filter(requester=actor, idempotency_key=draft.key).first()


@transaction.atomic
def _submit(*, actor: User, draft: RequestDraft, preview: Preview | None) -> EnvironmentRequest:
    _lock_type(draft.environment_type)
    if existing := _already_asked(actor, draft):
        return existing
    lines = rules.check_rules(actor=actor, draft=draft, preview=preview)
    _refuse_failing(lines)
    assert preview is not None
    request = _freeze(actor, draft, preview)
    parameters.keep(draft.secrets, holder_id=request.pk)
    _reserve(request)
    trail.record(
        "request.submitted",
        actor=actor,
        subject=request,
        project_id=request.project_id,
        environment_id=request.environment_id,
        details={"digest": request.digest, "version": str(request.version), "kind": request.kind},
    )
    if rules.approvers_needed(request.approval_rule) == 0:
        _accept(request, actor=actor)
    else:
        messages.approval_wanted(request)
    return request


def _lock_type(environment_type: EnvironmentType) -> None:
    """Hold the type's row, so that of two requests for the last place one is counted before the other.

    SQLite has one writer at a time anyway once the transaction is IMMEDIATE.
    """
    if is_on(Guard.ROW_LOCK):
        EnvironmentType.objects.select_for_update().get(pk=environment_type.pk)


def _refuse_failing(lines: tuple[rules.RuleLine, ...]) -> None:
    failed = rules.failing(lines)
    if failed:
        status = PermissionRefused if failed[0].key == "member" else DomainError
        raise status(
            _("This cannot be asked for as it is."), reasons=[f"{line.statement}. {line.reason}" for line in failed]
        )
    if any(line.is_ok is None for line in lines):
        raise InputRefused(_("Azure has not finished checking this. Wait for its answer, then ask again."))


def _freeze(actor: User, draft: RequestDraft, preview: Preview) -> EnvironmentRequest:
    expected = (
        estimates.estimate(draft.version, start=timezone.localdate(), days=draft.lifetime_days)
        if draft.environment is None
        else None
    )
    request = EnvironmentRequest(
        idempotency_key=draft.key,
        kind=RequestKind.UPDATE if draft.environment else RequestKind.CREATE,
        requester=actor,
        project=draft.project,
        environment_type=draft.environment_type,
        version=draft.version,
        environment=draft.environment,
        name=draft.name,
        region=draft.region,
        lifetime_days=draft.lifetime_days,
        parameters=dict(draft.parameters),
        purpose=draft.purpose,
        approval_rule=draft.environment_type.approval,
        what_if_digest=preview.what_if_digest,
        changes=preview.changes,
        estimate_amount=expected.total if expected else None,
        estimate_currency=expected.currency if expected else "",
    )
    request.digest = _digest(request, {name: keyed_digest(value) for name, value in draft.secrets.items()})
    request.save(force_insert=True)
    return request


def request_digest(request: EnvironmentRequest) -> str:
    """The digest of what the request holds now: what an approval must have been given for."""
    hidden = {name: keyed_digest(value) for name, value in parameters.reveal(request.pk).items()}
    return _digest(request, hidden)


def _digest(request: EnvironmentRequest, hidden: dict[str, str]) -> str:
    return digest_of(
        {
            "version": request.version.digest,
            "parameters": request.parameters,
            "secrets": hidden,
            "type": str(request.environment_type_id),
            "region": request.region,
            "name": request.name,
            "lifetime": request.lifetime_days,
            "estimate": None if request.estimate_amount is None else str(request.estimate_amount.normalize()),
            "currency": request.estimate_currency,
            "what_if": request.what_if_digest,
        }
    )


def _reserve(request: EnvironmentRequest) -> None:
    if request.kind != RequestKind.CREATE:
        return
    expected = estimates.estimate(request.version, start=timezone.localdate(), days=request.lifetime_days)
    if expected is None:
        return
    budgets.reserve(
        project=request.project,
        holder_id=request.pk,
        amounts_by_month=expected.by_month,
        currency=expected.currency,
        environment_id=environment_id(requester_id=request.requester_id, key=request.idempotency_key),
    )


def approve_request(*, actor: User, request: EnvironmentRequest, digest: str, reason: str) -> EnvironmentRequest:
    """Agree to exactly what `digest` stands for; the last approval needed starts the work."""
    return _decide(actor=actor, request=request, digest=digest, reason=reason, decision=Decision.APPROVE)


def refuse_request(*, actor: User, request: EnvironmentRequest, digest: str, reason: str) -> EnvironmentRequest:
    """Say no, with a reason the requester will read."""
    if not reason.strip():
        raise InputRefused(_("Say why you refuse it; the requester will read your reason."))
    return _decide(actor=actor, request=request, digest=digest, reason=reason, decision=Decision.REFUSE)


def _decide(
    *, actor: User, request: EnvironmentRequest, digest: str, reason: str, decision: Decision
) -> EnvironmentRequest:
    problem: DomainError | None = None
    with transaction.atomic():
        request = _locked(request)
        _may_decide(actor, request)
        if void := _void_reason(request, digest):
            _void(request, actor=actor, note=void)
            problem = GoneMeanwhile(void)
        else:
            _record_decision(actor, request, reason=reason.strip(), decision=decision)
    if problem is not None:
        raise problem
    return request


def _locked(request: EnvironmentRequest) -> EnvironmentRequest:
    return (
        EnvironmentRequest.objects.select_for_update(of=("self",))
        .select_related("project", "environment_type", "version__template", "requester")
        .get(pk=request.pk)
    )


def _may_decide(actor: User, request: EnvironmentRequest) -> None:
    if request.requester_id == actor.pk:
        raise PermissionRefused(_("You cannot decide about your own request. Another lead has to."))
    if request.status != RequestStatus.PENDING or request.recheck_id is not None:
        raise GoneMeanwhile(_("This request has been decided or withdrawn in the meantime."))
    if request.approvals.filter(approver=actor).exists():
        raise DomainError(_("You have already decided about this request."))
    if not permissions.can_approve(actor, request):
        raise PermissionRefused(_("Only leads of the project can decide about its requests."))


def _void_reason(request: EnvironmentRequest, seen: str) -> str:
    """Why the request can no longer be approved as it was seen; empty when nothing changed."""
    if request_digest(request) != request.digest or seen != request.digest:
        return str(
            _("What was asked for is not what you were shown, so the request is void. Ask the person to ask again.")
        )
    if request.version.status not in {"published", "deprecated"}:
        return str(_("The template version has been withdrawn, so the request is void. Ask the person to ask again."))
    return ""


def _void(request: EnvironmentRequest, *, actor: User, note: str) -> None:
    move_request(request, RequestStatus.VOID, actor=actor, decided_at=timezone.now(), decision_note=note)
    _let_go(request)
    messages.request_decided(request)


@transaction.atomic
def expire_requests() -> int:
    """Requests nobody decided about for a month become void, so that nothing is promised or kept for ever."""
    long_ago = timezone.now() - PENDING_LIMIT
    note = str(_("Nobody decided about this request for 30 days. Ask again if you still need it."))
    waiting = EnvironmentRequest.objects.pending().filter(created_at__lte=long_ago).select_for_update(of=("self",))
    count = 0
    for request in waiting.select_related("project", "requester"):
        _void(request, actor=User.objects.system(), note=note)
        count += 1
    return count


def _record_decision(actor: User, request: EnvironmentRequest, *, reason: str, decision: Decision) -> None:
    Approval.objects.create(
        request=request, approver=actor, decision=decision, reason=reason[:500], digest=request.digest
    )
    trail.record(
        f"approval.{decision}",
        actor=actor,
        subject=request,
        project_id=request.project_id,
        environment_id=request.environment_id,
        details={"digest": request.digest, "reason": reason},
    )
    if decision == Decision.REFUSE:
        move_request(request, RequestStatus.REFUSED, actor=actor, decided_at=timezone.now(), decision_note=reason)
        _let_go(request)
        messages.request_decided(request)
        return
    agreed = request.approvals.filter(decision=Decision.APPROVE, digest=request.digest).count()
    if agreed >= rules.approvers_needed(request.approval_rule):
        _recheck(request)


def _recheck(request: EnvironmentRequest) -> None:
    """Everybody has agreed; Azure is asked once more, because days may have passed since the what-if they saw."""
    draft = replace(draft_of(request), secrets=parameters.reveal(request.pk))
    request.recheck = previews.fresh_preview(actor=request.requester, draft=draft)
    request.save(update_fields=["recheck"])


def settle_rechecked() -> int:
    """Accept (or void) approved requests whose second what-if has been answered. Returns how many."""
    answered = EnvironmentRequest.objects.pending().exclude(recheck=None).exclude(recheck__status=PreviewStatus.RUNNING)
    return sum(_settle(request) for request in list(answered))


@transaction.atomic
def _settle(request: EnvironmentRequest) -> bool:
    request = _locked(request)
    preview = request.recheck
    if request.status != RequestStatus.PENDING or preview is None:
        return False
    system = User.objects.system()
    if preview.status == PreviewStatus.FAILED:
        _recheck(request)
        return False
    if void := _recheck_problem(request, preview):
        _void(request, actor=system, note=void)
        return True
    _accept(request, actor=system)
    messages.request_decided(request)
    return True


def _recheck_problem(request: EnvironmentRequest, preview: Preview) -> str:
    if preview.status == PreviewStatus.REFUSED:
        return str(_("Azure refuses it now: %(message)s Ask again.") % {"message": preview.error_message})
    if preview.what_if_digest != request.what_if_digest:
        return str(_("What Azure would change is no longer what was approved, so the request is void. Ask again."))
    return (
        "" if _environment_is_free(request) else str(_("The environment was changed or deleted meanwhile. Ask again."))
    )


def _environment_is_free(request: EnvironmentRequest) -> bool:
    """A change needs its environment still there and idle; a new one needs nothing."""
    if request.environment is None:
        return True
    usable = permissions.can_update(request.requester, request.environment)
    return usable and not request.environment.operations.open().exists()


@transaction.atomic
def withdraw_request(*, actor: User, request: EnvironmentRequest) -> EnvironmentRequest:
    """Take it back before it is decided."""
    request = _locked(request)
    if request.requester_id != actor.pk:
        raise PermissionRefused(_("Only the person who asked can withdraw the request."))
    if request.status != RequestStatus.PENDING:
        raise GoneMeanwhile(_("This request has been decided or withdrawn in the meantime."))
    move_request(request, RequestStatus.WITHDRAWN, actor=actor, decided_at=timezone.now())
    _let_go(request)
    return request


def _let_go(request: EnvironmentRequest) -> None:
    parameters.forget(request.pk)
    budgets.release(request.pk)


def _accept(request: EnvironmentRequest, *, actor: User) -> None:
    """Make the environment (or change it) and start the operation, all in the caller's transaction."""
    begin: dict[str, Callable[[EnvironmentRequest], Environment]] = {
        RequestKind.CREATE: _create_environment,
        RequestKind.UPDATE: _change_environment,
    }
    environment = begin[request.kind](request)
    request.environment = environment
    request.save(update_fields=["environment"])
    move_request(request, RequestStatus.ACCEPTED, actor=actor, decided_at=timezone.now())
    kind = OperationKind.PROVISION if request.kind == RequestKind.CREATE else OperationKind.UPDATE
    granting.plan_grants(environment)
    start_operation(environment, kind=kind, actor=request.requester, payload={"secrets": str(request.pk)})


def _create_environment(request: EnvironmentRequest) -> Environment:
    draft = draft_of(request)
    environment = Environment.objects.create(
        id=draft.environment_id,
        project=request.project,
        environment_type=request.environment_type,
        version=request.version,
        owner=request.requester,
        name=request.name,
        region=request.region,
        subscription_id=request.environment_type.subscription_id,
        resource_group=draft.resource_group,
        stack_name=stack_name(draft.environment_id),
        parameters=request.parameters,
        ends_at=timezone.now() + timedelta(days=request.lifetime_days),
    )
    trail.record(
        "environment.building",
        actor=request.requester,
        subject=environment,
        project_id=environment.project_id,
        environment_id=environment.pk,
        details={"request": str(request.pk), "group": environment.resource_group},
    )
    return environment


def _change_environment(request: EnvironmentRequest) -> Environment:
    assert request.environment_id is not None
    environment = Environment.objects.select_for_update(of=("self",)).get(pk=request.environment_id)
    if environment.operations.open().exists():
        raise busy()
    environment.version = request.version
    environment.parameters = request.parameters
    environment.generation += 1
    environment.save(update_fields=["version", "parameters", "generation"])
    return environment


def draft_of(request: EnvironmentRequest) -> RequestDraft:
    """The request as a draft again (without secure values), for pages that show what was asked."""
    return RequestDraft(
        key=request.idempotency_key,
        requester=request.requester,
        project=request.project,
        environment_type=request.environment_type,
        version=request.version,
        name=request.name,
        region=request.region,
        lifetime_days=request.lifetime_days,
        purpose=request.purpose,
        parameters=request.parameters,
        environment=request.environment if request.kind == RequestKind.UPDATE else None,
    )
