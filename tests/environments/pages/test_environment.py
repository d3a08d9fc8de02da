"""The environment's page, its progress, its changes and its receipt."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from environments.models import Environment, EnvironmentStatus, Operation, OperationKind, OperationStatus
from tests.environments.pages.conftest import Team, client_of
from tests.factories import (
    EnvironmentFactory,
    GrantFactory,
    MembershipFactory,
    OperationFactory,
    ReceiptFactory,
    StepFactory,
)

HTMX = {"HX-Request": "true"}


def url(name: str, row: Environment | Operation) -> str:
    return reverse(f"environments:{name}", args=[row.pk])


def own(team: Team, **fields: object) -> Environment:
    """An environment of the team's developer."""
    return EnvironmentFactory.create(
        **{"environment_type": team.environment_type, "owner": team.developer, "version": team.version, **fields}
    )


def test_the_page_says_what_it_is_where_it_is_and_how_to_use_it(team: Team) -> None:
    environment = own(team, outputs={"ENDPOINT": "https://example.com"})
    GrantFactory.create(environment=environment)

    text = team.as_developer().get(environment.get_absolute_url()).content.decode()

    for shown in (
        environment.name,
        "Ready",
        environment.resource_group,
        "https://example.com",
        "az account set",
        "azd env new",
        "Reader",
        "costcenter",
    ):
        assert shown in text


def test_the_page_loads_without_asking_azure_and_links_to_what_azure_says(team: Team) -> None:
    environment = own(team)

    text = team.as_developer().get(environment.get_absolute_url()).content.decode()

    assert f'href="{url("resources", environment)}"' in text
    assert f'hx-get="{url("resources", environment)}"' in text


def test_azure_that_cannot_be_reached_is_a_sentence_not_an_error_page(team: Team, settings: Any) -> None:
    environment = own(team)
    settings.AZURE_RESOURCE_MANAGER = settings.AZURE_AUTHORITY = "https://localhost:1"

    page = team.as_developer().get(url("resources", environment))

    assert page.status_code == 200
    assert "did not answer" in page.content.decode()


def test_a_non_member_finds_nothing(team: Team) -> None:
    environment = own(team)
    client = client_of(team.outsider)

    for name in ("environment", "resources", "receipt", "receipt_json", "extend", "delete", "share", "update_form"):
        assert client.get(url(name, environment)).status_code == 404, name
    for name in ("env_file", "extend", "delete", "share"):
        assert client.post(url(name, environment), {"days": 1}).status_code == 404, name


def test_a_signed_out_person_is_sent_to_sign_in(team: Team) -> None:
    answer = Client().get(own(team).get_absolute_url())

    assert answer.status_code == 302
    assert "/account/" in answer["Location"]


def test_a_member_sees_it_without_the_owners_buttons(team: Team) -> None:
    environment = own(team)
    colleague = MembershipFactory.create(project=team.project).user

    text = client_of(colleague).get(environment.get_absolute_url()).content.decode()

    for name in ("delete", "extend", "share", "update_form", "env_file"):
        assert url(name, environment) not in text


def test_a_colleague_cannot_change_it(team: Team) -> None:
    environment = own(team)
    colleague = client_of(MembershipFactory.create(project=team.project).user)

    assert colleague.post(url("delete", environment)).status_code == 403
    assert colleague.post(url("extend", environment), {"days": 1}).status_code == 403
    assert colleague.post(url("env_file", environment)).status_code == 403
    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.READY
    assert not Operation.objects.exists()


def test_progress_refreshes_only_while_the_operation_is_open(team: Team) -> None:
    operation = OperationFactory.create(environment=own(team, status=EnvironmentStatus.BUILDING))
    StepFactory.create(operation=operation, name="deployment", status="running", started_at=timezone.now(), attempts=2)
    client = team.as_developer()

    running = client.get(url("operation_progress", operation), headers=HTMX)
    operation.status = OperationStatus.SUCCEEDED
    operation.save()
    ended = client.get(url("operation_progress", operation), headers=HTMX)

    assert 'hx-trigger="every 3s"' in running.content.decode()
    assert "Azure was busy 2 times" in running.content.decode()
    assert "every 3s" not in ended.content.decode()
    assert ended["HX-Refresh"] == "true"


def test_a_failed_step_shows_an_explanation_and_azures_own_words(team: Team) -> None:
    operation = OperationFactory.create(
        environment=own(team, status=EnvironmentStatus.FAILED),
        status=OperationStatus.FAILED,
        error_code="QuotaExceeded",
        error_message="Operation could not be completed as it results in exceeding approved quota.",
        reference="AB12CD34",
    )
    StepFactory.create(
        operation=operation, status="failed", error_code="QuotaExceeded", error_message="exceeding quota"
    )

    text = team.as_developer().get(operation.get_absolute_url()).content.decode()

    for shown in ("quota in this region is used up", "QuotaExceeded", "exceeding approved quota", "AB12CD34", "Retry"):
        assert shown in text


def test_azures_words_are_text_not_markup(team: Team) -> None:
    operation = OperationFactory.create(
        environment=own(team, status=EnvironmentStatus.FAILED),
        status=OperationStatus.FAILED,
        error_message="<script>alert(1)</script>",
    )

    text = team.as_developer().get(operation.get_absolute_url()).content.decode()

    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text


def test_the_page_costs_a_fixed_number_of_queries(team: Team, django_assert_max_num_queries) -> None:
    environment = own(team)
    for _count in range(5):
        OperationFactory.create(environment=environment, status=OperationStatus.SUCCEEDED, finished_at=timezone.now())
    for _count in range(8):
        member = MembershipFactory.create(project=team.project).user
        GrantFactory.create(environment=environment, user=member, reason="shared")
    client = team.as_developer()

    with django_assert_max_num_queries(45):
        assert client.get(environment.get_absolute_url()).status_code == 200


def test_extending_moves_the_end(team: Team) -> None:
    environment = own(team)
    before = environment.ends_at

    answer = team.as_developer().post(url("extend", environment), {"days": 3})

    environment.refresh_from_db()
    assert answer.status_code == 302
    assert environment.ends_at == before + timedelta(days=3)


@pytest.mark.parametrize("days", ["0", "-1", "x", "", "99999999999999999999"])
def test_a_senseless_extension_is_refused_at_the_field(team: Team, days: str) -> None:
    environment = own(team)

    answer = team.as_developer().post(url("extend", environment), {"days": days})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_an_extension_beyond_the_types_limit_is_refused_with_the_latest_date(team: Team) -> None:
    environment = own(team)

    answer = team.as_developer().post(url("extend", environment), {"days": 60})

    assert answer.status_code == 422
    assert "no later than" in answer.content.decode()


def test_deleting_is_confirmed_on_a_page_that_writes_nothing(team: Team) -> None:
    environment = own(team)

    page = team.as_developer().get(url("delete", environment))

    assert page.status_code == 200
    assert environment.resource_group in page.content.decode()
    assert not Operation.objects.exists()


def test_deleting_starts_the_removal(team: Team) -> None:
    environment = own(team)

    answer = team.as_developer().post(url("delete", environment))

    assert answer.status_code == 302
    assert Operation.objects.get().kind == OperationKind.DELETE


def test_cancelling_is_confirmed_and_then_asked_for(team: Team) -> None:
    operation = OperationFactory.create(environment=own(team, status=EnvironmentStatus.BUILDING))
    client = team.as_developer()

    page = client.get(url("cancel", operation))
    answer = client.post(url("cancel", operation))

    operation.refresh_from_db()
    assert "Cancel it" in page.content.decode()
    assert answer.status_code == 302
    assert operation.cancel_requested_at is not None


def test_an_ended_operation_cannot_be_cancelled(team: Team) -> None:
    operation = OperationFactory.create(environment=own(team), status=OperationStatus.SUCCEEDED)

    answer = team.as_developer().post(url("cancel", operation))

    assert answer.status_code == 409


def test_retrying_starts_a_new_operation(team: Team) -> None:
    failed = OperationFactory.create(
        environment=own(team, status=EnvironmentStatus.FAILED, ready_at=None), status=OperationStatus.FAILED
    )

    answer = team.as_developer().post(url("retry", failed))

    assert answer.status_code == 302
    assert Operation.objects.open().get().retry_of == failed


def test_sharing_gives_a_member_a_role_and_takes_it_back(team: Team) -> None:
    environment = own(team)
    client = team.as_developer()

    client.post(url("share", environment), {"user": team.lead.pk, "role_name": "Reader"})
    grant = environment.grants.get(reason="shared")
    Operation.objects.update(status=OperationStatus.SUCCEEDED)
    answer = client.post(reverse("environments:unshare", args=[environment.pk, grant.pk]))

    grant.refresh_from_db()
    assert answer.status_code == 302
    assert grant.status == "ending"


@pytest.mark.parametrize("role", ["Owner", "User Access Administrator", "", "x" * 500])
def test_a_role_that_hands_out_roles_cannot_be_shared(team: Team, role: str) -> None:
    environment = own(team)

    answer = team.as_developer().post(url("share", environment), {"user": team.lead.pk, "role_name": role})

    assert answer.status_code == 422
    assert not environment.grants.exists()


def test_it_cannot_be_shared_outside_the_project(team: Team) -> None:
    environment = own(team)

    answer = team.as_developer().post(url("share", environment), {"user": team.outsider.pk, "role_name": "Reader"})

    assert answer.status_code == 422


def test_another_environments_grant_cannot_be_taken_back_here(team: Team) -> None:
    environment, other = own(team), GrantFactory.create()

    answer = team.as_developer().post(reverse("environments:unshare", args=[environment.pk, other.pk]))

    assert answer.status_code == 404


def test_the_env_file_is_a_download_for_the_owner(team: Team) -> None:
    answer = team.as_developer().post(url("env_file", own(team)))

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]


def test_the_receipt_is_a_page_and_a_file(team: Team) -> None:
    environment = ReceiptFactory.create(environment=own(team, status=EnvironmentStatus.DELETED)).environment
    client = team.as_developer()

    page = client.get(url("receipt", environment))
    document = client.get(url("receipt_json", environment))

    assert "nothing is left" in page.content.decode()
    assert json.loads(document.content)["complete"] is True
    assert document["Content-Disposition"].startswith("attachment")


def test_a_receipt_with_leftovers_names_them(team: Team) -> None:
    checks = [{"what": "role assignment", "target": "abc-def", "result": "left", "detail": "locked"}]
    environment = ReceiptFactory.create(
        environment=own(team, status=EnvironmentStatus.BLOCKED), is_complete=False, checks=checks
    ).environment

    text = team.as_developer().get(url("receipt", environment)).content.decode()

    assert "something is left" in text
    assert "abc-def" in text


def test_an_environment_without_a_receipt_has_no_receipt_page(team: Team) -> None:
    assert team.as_developer().get(url("receipt", own(team))).status_code == 404


def test_buttons_of_changes_are_never_links(team: Team) -> None:
    environment = own(team)
    operation = OperationFactory.create(environment=environment, status=OperationStatus.FAILED)
    client = team.as_developer()

    assert client.get(url("retry", operation)).status_code == 405
    assert client.get(url("env_file", environment)).status_code == 405
