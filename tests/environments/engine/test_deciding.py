"""Approvals: by whom, of what exactly, and what makes them void."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.models import User
from azure_emulator.launcher import Emulator
from catalog.models import TemplateVersion, VersionStatus
from cloud import groups
from common.errors import DomainError, GoneMeanwhile, InputRefused, PermissionRefused
from environments import previews
from environments.models import (
    Environment,
    EnvironmentRequest,
    EnvironmentStatus,
    Preview,
    PreviewStatus,
    RequestStatus,
    SecretParameter,
)
from environments.services import requests
from tests.engine import ask, assert_invariants, draft_for, turn_previews, turn_until_settled

Person = Callable[[str], User]


def asked(user: Person, *, kind: str = "qa", region: str = "eastus2") -> EnvironmentRequest:
    """A request of Sato's that waits; its what-if is Azure's own."""
    draft = draft_for(user("sato.yui"), kind=kind, region=region, name="for-review")
    preview = requests.start_preview(actor=draft.requester, draft=draft)
    turn_previews()
    preview.refresh_from_db()
    assert preview.status == PreviewStatus.ACCEPTED, preview.error_message
    return requests.submit_request(actor=draft.requester, draft=draft, preview=preview)


def test_what_needs_a_lead_s_approval_is_not_built_before_it(engine: Emulator, user: Person) -> None:
    request = asked(user)

    assert request.status == RequestStatus.PENDING
    assert not Environment.objects.exists()
    assert EnvironmentRequest.objects.awaiting(user("tanaka.ren")).get() == request


def test_after_approval_azure_is_asked_once_more_and_then_it_is_built(engine: Emulator, user: Person) -> None:
    request = asked(user)

    requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="fine")
    request.refresh_from_db()
    before = request.status
    turn_previews()
    turn_until_settled()

    request.refresh_from_db()
    assert (before, request.status) == (RequestStatus.PENDING, RequestStatus.ACCEPTED)
    assert request.environment is not None
    assert request.environment.status == EnvironmentStatus.READY
    assert_invariants()


def test_an_approver_cannot_approve_their_own_request(engine: Emulator, user: Person) -> None:
    draft = draft_for(user("tanaka.ren"), kind="qa", name="my-own")
    request = ask(draft)

    with pytest.raises(PermissionRefused):
        requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="")


def test_a_plain_member_cannot_approve(engine: Emulator, user: Person) -> None:
    request = asked(user)

    with pytest.raises(PermissionRefused):
        requests.approve_request(actor=user("yamada.mio"), request=request, digest=request.digest, reason="")


def test_two_people_means_two_different_people(engine: Emulator, user: Person) -> None:
    request = asked(user, kind="staging", region="swedencentral")
    requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="one")

    with pytest.raises(DomainError):
        requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="again")
    request.refresh_from_db()
    after_one = request.recheck_id
    requests.approve_request(actor=user("emma.wilson"), request=request, digest=request.digest, reason="two")
    turn_previews()

    request.refresh_from_db()
    assert after_one is None
    assert request.status == RequestStatus.ACCEPTED


def test_a_lead_who_comes_after_the_last_approval_hears_that_it_is_decided(engine: Emulator, user: Person) -> None:
    request = asked(user)
    requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="")

    with pytest.raises(GoneMeanwhile):
        requests.approve_request(actor=user("emma.wilson"), request=request, digest=request.digest, reason="")


def test_a_refusal_needs_a_reason_and_reaches_the_requester(engine: Emulator, user: Person) -> None:
    request = asked(user)

    with pytest.raises(InputRefused):
        requests.refuse_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="  ")
    requests.refuse_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="Use Develop.")

    request.refresh_from_db()
    assert request.status == RequestStatus.REFUSED
    assert "Use Develop." in user("sato.yui").notices.get(key=f"decided:{request.pk}").body


def test_an_approval_of_something_else_voids_the_request(engine: Emulator, user: Person) -> None:
    request = asked(user)

    with pytest.raises(GoneMeanwhile):
        requests.approve_request(actor=user("tanaka.ren"), request=request, digest="0" * 64, reason="")

    request.refresh_from_db()
    assert request.status == RequestStatus.VOID
    assert request.decision_note


@pytest.mark.parametrize("change", [{"parameters": {"x": 1}}, {"region": "westus3"}, {"lifetime_days": 30}])
def test_a_request_changed_behind_everybody_s_back_is_void(
    change: dict[str, object], engine: Emulator, user: Person
) -> None:
    request = asked(user)
    EnvironmentRequest.objects.filter(pk=request.pk).update(**change)

    with pytest.raises(GoneMeanwhile):
        requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="")

    request.refresh_from_db()
    assert request.status == RequestStatus.VOID


def test_a_version_retired_before_the_approval_voids_the_request(engine: Emulator, user: Person) -> None:
    request = asked(user)
    TemplateVersion.objects.filter(pk=request.version_id).update(status=VersionStatus.RETIRED)

    with pytest.raises(GoneMeanwhile):
        requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="")


def test_a_what_if_that_says_something_else_by_now_voids_the_request(engine: Emulator, user: Person) -> None:
    request = asked(user)
    groups.write_group(
        subscription_id=request.environment_type.subscription_id,
        name=requests.draft_of(request).resource_group,
        location=request.region,
        tags={"made": "by somebody else"},
    )

    requests.approve_request(actor=user("tanaka.ren"), request=request, digest=request.digest, reason="fine")
    turn_previews()

    request.refresh_from_db()
    assert request.status == RequestStatus.VOID
    assert not Environment.objects.exists()


def test_withdrawing_frees_the_place_and_erases_secrets(engine: Emulator, user: Person) -> None:
    draft = draft_for(
        user("sato.yui"),
        kind="qa",
        name="with-secret",
        template="chatgpt-web-app",
        secrets={"signInClientSecret": "canary-77aa"},
        parameters={"signInClientId": "11111111-2222-3333-4444-555555555555"},
    )
    request = ask(draft)
    kept = SecretParameter.objects.filter(holder_id=request.pk).count()

    requests.withdraw_request(actor=draft.requester, request=request)

    request.refresh_from_db()
    assert (kept, SecretParameter.objects.filter(holder_id=request.pk).count()) == (1, 0)
    assert request.status == RequestStatus.WITHDRAWN


def test_a_refused_preview_cannot_be_submitted(engine: Emulator, user: Person) -> None:
    draft = draft_for(user("sato.yui"))
    preview = previews.fresh_preview(actor=draft.requester, draft=draft)
    Preview.objects.filter(pk=preview.pk).update(status=PreviewStatus.REFUSED, error_code="QuotaExceeded")
    preview.refresh_from_db()

    with pytest.raises(DomainError) as refused:
        requests.submit_request(actor=draft.requester, draft=draft, preview=preview)

    assert "Azure refuses it" in str(refused.value.reasons[0])
    assert not EnvironmentRequest.objects.exists()


def test_a_preview_of_other_parameters_does_not_count(engine: Emulator, user: Person) -> None:
    draft = draft_for(user("sato.yui"))
    preview = previews.fresh_preview(actor=draft.requester, draft=draft)
    Preview.objects.filter(pk=preview.pk).update(status=PreviewStatus.ACCEPTED)
    preview.refresh_from_db()

    with pytest.raises(InputRefused):
        requests.submit_request(actor=draft.requester, draft=replace(draft, name="another-name"), preview=preview)


def test_a_request_nobody_decides_about_for_a_month_is_void_and_its_place_is_free(
    engine: Emulator, user: Person
) -> None:
    request = asked(user)
    EnvironmentRequest.objects.filter(pk=request.pk).update(created_at=timezone.now() - requests.PENDING_LIMIT)

    voided = [requests.expire_requests(), requests.expire_requests()]

    request.refresh_from_db()
    assert voided == [1, 0]
    assert request.status == RequestStatus.VOID
    assert user("sato.yui").notices.filter(key=f"decided:{request.pk}").exists()
