"""Requests and approvals: who sees them, who may answer, and that the answer is bound to what was shown."""

from decimal import Decimal

from django.urls import reverse

from environments.models import EnvironmentRequest, Preview, RequestStatus
from environments.services.requests import request_digest
from tests.environments.pages.conftest import Team, client_of
from tests.factories import SECRET_PARAMETER, EnvironmentTypeFactory, PreviewFactory, RequestFactory, VersionFactory


def waiting(team: Team, **fields: object) -> EnvironmentRequest:
    """A request of the team's developer with a true digest."""
    kind = EnvironmentTypeFactory.create(project=team.project, slug="qa", name="QA", approval="lead")
    row = RequestFactory.create(environment_type=kind, requester=team.developer, version=team.version, **fields)
    row.digest = request_digest(row)
    row.save()
    return row


def url(name: str, row: EnvironmentRequest) -> str:
    return reverse(f"environments:{name}", args=[row.pk])


def test_the_inbox_shows_everything_a_decision_needs(team: Team) -> None:
    change = {"action": "create", "type": "Microsoft.Web/sites", "name": "site-1", "id": "/x", "deltas": []}
    waiting(
        team, parameters={"capacity": 42}, purpose="A demo on Friday", changes=[change], estimate_amount=Decimal(4200)
    )

    text = client_of(team.lead).get("/approvals/").content.decode()

    for shown in ("A demo on Friday", "42", "site-1", "Contributor", "costcenter", "Approve", "Refuse"):
        assert shown in text


def test_the_inbox_is_empty_for_the_requester_but_names_their_request(team: Team) -> None:
    row = waiting(team)

    text = team.as_developer().get("/approvals/").content.decode()

    assert "Nothing waits for you" in text
    assert row.name in text


def test_the_inbox_costs_the_same_for_many_as_for_few(team: Team, django_assert_max_num_queries) -> None:
    first = waiting(team)
    client = client_of(team.lead)
    client.get("/approvals/")
    for _count in range(8):
        RequestFactory.create(environment_type=first.environment_type, requester=team.developer, version=team.version)

    with django_assert_max_num_queries(20):
        page = client.get("/approvals/")

    assert len(page.context["items"]) == 9


def test_a_lead_approves_and_azure_is_asked_once_more(team: Team) -> None:
    row = waiting(team)

    answer = client_of(team.lead).post(url("approve", row), {"digest": row.digest, "reason": "Good"}, follow=True)

    row.refresh_from_db()
    assert row.recheck is not None
    assert "Azure is asked once more" in answer.content.decode()


def test_a_page_that_waits_for_the_recheck_refreshes_itself(team: Team) -> None:
    row = waiting(team, recheck=PreviewFactory.create(status="running"))

    answer = team.as_developer().get(row.get_absolute_url(), headers={"HX-Request": "true"})

    assert 'hx-trigger="every 3s"' in answer.content.decode()


def test_approving_with_a_digest_of_something_else_voids_the_request(team: Team) -> None:
    row = waiting(team)

    answer = client_of(team.lead).post(url("approve", row), {"digest": "f" * 64, "reason": ""})

    row.refresh_from_db()
    assert answer.status_code == 409
    assert row.status == RequestStatus.VOID
    assert not Preview.objects.exists()


def test_a_malformed_digest_is_refused_at_the_form_and_changes_nothing(team: Team) -> None:
    row = waiting(team)

    answer = client_of(team.lead).post(url("approve", row), {"digest": "../../x", "reason": ""})

    row.refresh_from_db()
    assert answer.status_code == 422
    assert row.status == RequestStatus.PENDING


def test_refusing_needs_a_reason(team: Team) -> None:
    row = waiting(team)

    answer = client_of(team.lead).post(url("refuse", row), {"digest": row.digest, "reason": " "})

    row.refresh_from_db()
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    assert row.status == RequestStatus.PENDING


def test_a_refused_requester_reads_the_reason(team: Team) -> None:
    row = waiting(team)
    client_of(team.lead).post(url("refuse", row), {"digest": row.digest, "reason": "Too large for a demo"})

    text = team.as_developer().get(row.get_absolute_url()).content.decode()

    assert "Too large for a demo" in text
    assert "Ask again" in text


def test_a_requester_cannot_approve_their_own_request(team: Team) -> None:
    row = waiting(team)

    answer = team.as_developer().post(url("approve", row), {"digest": row.digest, "reason": ""})

    row.refresh_from_db()
    assert answer.status_code == 403
    assert row.status == RequestStatus.PENDING
    assert "Your decision" not in team.as_developer().get(row.get_absolute_url()).content.decode()


def test_a_request_of_another_project_is_not_found(team: Team) -> None:
    row = waiting(team)
    client = client_of(team.outsider)

    assert client.get(row.get_absolute_url()).status_code == 404
    for name in ("approve", "refuse", "withdraw"):
        assert client.post(url(name, row), {"digest": row.digest, "reason": "x"}).status_code == 404


def test_only_the_requester_withdraws(team: Team) -> None:
    row = waiting(team)

    by_lead = client_of(team.lead).post(url("withdraw", row))
    by_requester = team.as_developer().post(url("withdraw", row))

    row.refresh_from_db()
    assert by_lead.status_code == 403
    assert by_requester.status_code == 302
    assert row.status == RequestStatus.WITHDRAWN


def test_a_decision_after_the_withdrawal_is_refused(team: Team) -> None:
    row = waiting(team)
    team.as_developer().post(url("withdraw", row))

    answer = client_of(team.lead).post(url("approve", row), {"digest": row.digest, "reason": ""})

    assert answer.status_code == 409


def test_decisions_are_never_a_get(team: Team) -> None:
    row = waiting(team)

    assert {client_of(team.lead).get(url(name, row)).status_code for name in ("approve", "refuse", "withdraw")} == {405}


def test_a_secure_parameter_is_named_but_not_shown_to_the_approver(team: Team) -> None:
    team.version = VersionFactory.create(parameters=SECRET_PARAMETER)
    row = waiting(team)

    text = client_of(team.lead).get(row.get_absolute_url()).content.decode()

    assert "secret, never shown" in text
