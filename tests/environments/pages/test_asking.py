"""The request form: what it offers, what it refuses, and that nothing is half written."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import VersionStatus
from environments.models import Environment, EnvironmentRequest, Preview, PreviewStatus
from tests.environments.pages.conftest import Team, client_of
from tests.factories import (
    SECRET_PARAMETER,
    EnvironmentFactory,
    EnvironmentTypeFactory,
    MembershipFactory,
    VersionFactory,
)

HTMX = {"HX-Request": "true"}


def form_url(team: Team) -> str:
    return reverse("environments:request_form", args=[team.version.template.slug])


CHECK = "/requests/check/"
SUBMIT = "/requests/submit/"


def test_the_form_offers_only_regions_of_both_the_type_and_the_template(team: Team) -> None:
    page = team.as_developer().get(form_url(team))

    assert page.status_code == 200
    form = page.context["page"].form
    assert [value for value, _label in form.fields["region"].choices] == ["eastus2"]


def test_the_form_starts_with_the_types_lifetime(team: Team) -> None:
    page = team.as_developer().get(form_url(team))

    assert 'name="lifetime_days" value="14"' in page.content.decode()


def test_a_person_without_a_project_is_told_whom_to_ask(team: Team) -> None:
    page = client_of(team.admin).get(form_url(team))

    assert page.status_code == 200
    assert "Ask a project lead to add you" in page.content.decode()


def test_updating_the_form_keeps_values_and_writes_nothing(team: Team) -> None:
    other = EnvironmentTypeFactory.create(
        project=team.project, slug="qa", name="QA", regions=["japaneast"], max_lifetime_days=20
    )

    page = team.as_developer().post(form_url(team), team.wish(environment_type="qa", **{"p-capacity": "33"}))

    assert page.status_code == 200
    text = page.content.decode()
    assert '<option value="japaneast" selected>' in text
    assert 'value="33"' in text
    assert 'value="chat-demo"' in text
    assert page.context["page"].form.chosen_type == other
    assert not Preview.objects.exists()


def test_changing_the_project_falls_back_to_one_of_its_types(team: Team) -> None:
    second = EnvironmentTypeFactory.create(slug="lab", name="Lab")
    MembershipFactory.create(project=second.project, user=team.developer)

    page = team.as_developer().post(form_url(team), team.wish(project=second.project.slug))

    assert page.status_code == 200
    assert page.context["page"].form.chosen_type == second


def test_a_check_starts_one_preview_however_often_it_is_sent(team: Team) -> None:
    client, wish = team.as_developer(), team.wish()

    first = client.post(CHECK, wish)
    client.post(CHECK, wish)

    assert first.status_code == 200
    assert Preview.objects.count() == 1
    assert "Azure is checking" in first.content.decode()


def test_the_card_cannot_be_submitted_while_azure_is_checking(team: Team) -> None:
    page = team.as_developer().post(CHECK, team.wish())

    assert not page.context["page"].card.can_submit
    assert 'formaction="/requests/submit/"' not in page.content.decode()


def test_the_card_offers_the_button_once_every_line_is_met(team: Team, azure_accepts: Callable[[], None]) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    azure_accepts()

    page = client.post(CHECK, wish)

    assert page.context["page"].card.failing == ()
    assert 'formaction="/requests/submit/"' in page.content.decode()


def test_submitting_without_approval_builds_the_environment(team: Team, azure_accepts: Callable[[], None]) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    azure_accepts()

    answer = client.post(SUBMIT, wish)

    environment = Environment.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == environment.get_absolute_url()


def test_a_double_click_makes_one_request(team: Team, azure_accepts: Callable[[], None]) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    azure_accepts()

    first, second = client.post(SUBMIT, wish), client.post(SUBMIT, wish)

    assert first["Location"] == second["Location"]
    assert EnvironmentRequest.objects.count() == 1


def test_a_second_click_after_the_version_was_withdrawn_still_leads_to_the_first_request(
    team: Team, azure_accepts: Callable[[], None]
) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    azure_accepts()
    first = client.post(SUBMIT, wish)
    team.version.status = VersionStatus.DEPRECATED
    team.version.save()

    second = client.post(SUBMIT, wish)

    assert second.status_code == 302
    assert second["Location"] == first["Location"]


def test_submitting_what_was_never_checked_is_refused_and_the_form_is_kept(team: Team) -> None:
    page = team.as_developer().post(SUBMIT, team.wish())

    assert page.status_code == 422
    assert 'value="chat-demo"' in page.content.decode()
    assert not EnvironmentRequest.objects.exists()


def test_changing_a_value_after_the_check_is_refused(team: Team, azure_accepts: Callable[[], None]) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    azure_accepts()

    page = client.post(SUBMIT, {**wish, "p-capacity": "50"})

    assert page.status_code == 422
    assert not EnvironmentRequest.objects.exists()


def test_quota_taken_by_somebody_else_in_between_is_refused_by_name(
    team: Team, azure_accepts: Callable[[], None]
) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    azure_accepts()
    team.environment_type.quota = 1
    team.environment_type.save()
    EnvironmentFactory.create(environment_type=team.environment_type)

    page = client.post(SUBMIT, wish)

    assert page.status_code == 409
    assert "is full" in page.content.decode()
    assert not EnvironmentRequest.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("region", "mars", "is not offered for this type and template"),
        ("region", "westeurope", "is not offered for this type and template"),
        ("lifetime_days", "0", "greater than or equal to 1"),
        ("lifetime_days", "31", "less than or equal to 30"),
        ("lifetime_days", "9" * 30, "less than or equal to 30"),
        ("lifetime_days", "seven", "Enter a whole number"),
        ("name", "../../etc", "lower-case letters"),
        ("name", "a/b", "lower-case letters"),
        ("name", "Chat", "lower-case letters"),
        ("name", "chat--demo", "lower-case letters"),
        ("name", "my-microsoft-chat", "microsoft"),
        ("name", "login-page", "login"),
        ("name", "x" * 31, "at most 30 characters"),
        ("name", "chat\x00demo", "Null characters are not allowed"),
        ("purpose", "y" * 201, "at most 200 characters"),
        ("project", "no-such-project", "Select a valid choice"),
        ("environment_type", "no-such-type", "not open in the chosen project"),
        ("p-capacity", "51", "less than or equal to 50"),
        ("p-capacity", "many", "Enter a whole number"),
        ("p-tier", "gold", "cannot be chosen here"),
        ("p-settings", '{"a": ', ""),
        ("p-settings", "[1]", "object"),
        ("p-settings", '{"a": "' + "b" * 300_000 + '"}', ""),
        ("p-settings", "[" * 5_000, ""),
        ("p-unheard-of", "1", "does not have"),
        ("key", "not-a-key", "valid UUID"),
    ],
)
def test_input_that_makes_no_sense_is_refused_at_its_field(team: Team, field: str, value: str, sentence: str) -> None:
    page = team.as_developer().post(CHECK, team.wish(**{field: value}))

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert 'role="alert"' in page.content.decode()
    assert not Preview.objects.exists()


def test_a_project_the_person_is_not_in_cannot_be_chosen(team: Team) -> None:
    page = client_of(team.outsider).post(CHECK, team.wish())

    assert page.status_code == 422
    assert not Preview.objects.exists()


def test_a_closed_type_cannot_be_chosen(team: Team) -> None:
    EnvironmentTypeFactory.create(project=team.project, slug="closed", name="Closed", is_open=False)

    page = team.as_developer().post(CHECK, team.wish(environment_type="closed"))

    assert page.status_code == 422


@pytest.mark.parametrize("version", ["00000000-0000-4000-8000-000000000000", "1 or 1=1", "", None])
def test_an_unknown_version_is_not_found(team: Team, version: str | None) -> None:
    assert team.as_developer().post(CHECK, team.wish(version=version)).status_code == 404


def test_a_version_withdrawn_while_the_form_was_open_gives_the_new_one_with_the_values(team: Team) -> None:
    team.version.status = VersionStatus.DEPRECATED
    team.version.save()
    newer = VersionFactory.create(template=team.version.template, number="2.0.0")

    page = team.as_developer().post(CHECK, team.wish())

    text = page.content.decode()
    assert page.status_code == 409
    assert "was withdrawn while the form was open" in text
    assert f'name="version" value="{newer.pk}"' in text
    assert 'value="chat-demo"' in text


def test_a_template_withdrawn_altogether_says_so(team: Team) -> None:
    team.version.status = VersionStatus.RETIRED
    team.version.save()

    page = team.as_developer().post(CHECK, team.wish())

    assert page.status_code == 409
    assert "no longer on offer" in page.content.decode()


def test_an_unknown_template_is_not_found(team: Team) -> None:
    assert team.as_developer().get(reverse("environments:request_form", args=["nothing"])).status_code == 404


def test_a_solving_button_puts_its_value_in_place(team: Team) -> None:
    wish = team.wish(lifetime_days="31", **{"fix-lifetime_days": "9"})

    page = team.as_developer().post(CHECK, wish)

    assert page.status_code == 200
    assert page.context["page"].card.draft.lifetime_days == 9


def test_a_solving_button_cannot_set_what_no_rule_offers(team: Team) -> None:
    wish = team.wish(**{"fix-key": str(uuid.uuid4()), "fix-p-capacity": "20"})

    page = team.as_developer().post(CHECK, wish)

    assert page.context["page"].card.draft.key == uuid.UUID(wish["key"])
    assert page.context["page"].card.draft.parameters.get("capacity", 10) == 10


def test_htmx_gets_the_form_part_and_the_status(team: Team) -> None:
    page = team.as_developer().post(CHECK, team.wish(name="NO"), headers=HTMX)

    assert page.status_code == 422
    assert page.content.decode().lstrip().startswith('<form id="request"')


def test_a_waiting_card_that_asks_again_gets_only_the_card(team: Team) -> None:
    page = team.as_developer().post(CHECK, team.wish(), headers={**HTMX, "HX-Target": "presubmit"})

    assert page.content.decode().lstrip().startswith('<aside id="presubmit"')


def test_a_preview_asks_again_only_while_it_is_open(team: Team, azure_accepts: Callable[[], None]) -> None:
    client = team.as_developer()
    client.post(CHECK, team.wish())
    url = reverse("environments:preview", args=[Preview.objects.get().pk])

    before = client.get(url, headers=HTMX).content.decode()
    azure_accepts()
    after = client.get(url, headers=HTMX).content.decode()

    assert 'hx-trigger="every 2s"' in before
    assert "every" not in after
    assert 'hx-trigger="load"' in after


def test_somebody_elses_preview_is_not_found(team: Team) -> None:
    team.as_developer().post(CHECK, team.wish())
    url = reverse("environments:preview", args=[Preview.objects.get().pk])

    assert client_of(team.lead).get(url).status_code == 404


def test_azures_refusal_is_on_the_card_and_keeps_the_button_away(team: Team) -> None:
    client, wish = team.as_developer(), team.wish()
    client.post(CHECK, wish)
    Preview.objects.update(
        status=PreviewStatus.REFUSED,
        error_code="QuotaExceeded",
        error_message="No capacity in eastus2.",
        finished_at=timezone.now(),
    )

    page = client.post(CHECK, wish)

    text = page.content.decode()
    assert "No capacity in eastus2." in text
    assert "1 thing to solve" in text
    assert 'formaction="/requests/submit/"' not in text


def test_a_lifetime_of_thousands_of_digits_is_no_error_page(team: Team) -> None:
    address = f"/requests/new/{team.version.template.slug}/"

    answer = team.as_developer().post(address, team.wish(lifetime_days="9" * 5000))

    assert answer.status_code == 200


def test_a_template_that_is_hidden_has_no_form(team: Team) -> None:
    version = VersionFactory.create(status="draft")

    assert team.as_developer().get(f"/requests/new/{version.template.slug}/").status_code == 404


def test_a_secret_is_never_sent_back(team: Team) -> None:
    version = VersionFactory.create(parameters=SECRET_PARAMETER)
    wish = team.wish(version=str(version.pk), **{"p-adminPassword": "correct-horse-battery"})

    page = team.as_developer().post(CHECK, wish)

    assert page.status_code == 200
    assert "correct-horse" not in page.content.decode()
    assert page["Cache-Control"].find("no-store") >= 0
    assert "correct-horse" not in str(list(Preview.objects.values()))


def test_a_signed_out_form_leads_to_signing_in(team: Team) -> None:
    answer = Client().post(CHECK, team.wish(), headers=HTMX)

    assert answer.status_code == 401
    assert "HX-Redirect" in answer


def test_the_check_is_never_a_get(team: Team) -> None:
    assert team.as_developer().get(CHECK).status_code == 405
    assert team.as_developer().get(SUBMIT).status_code == 405


def test_two_people_with_the_same_key_have_two_requests(team: Team, azure_accepts: Callable[[], None]) -> None:
    wish = team.wish()
    for client in (team.as_developer(), client_of(team.lead)):
        client.post(CHECK, wish)
        azure_accepts()
        client.post(SUBMIT, wish)

    assert EnvironmentRequest.objects.count() == 2
    assert Environment.objects.count() == 2


@pytest.mark.parametrize(
    "flood",
    [{"p-settings": "x" * 3_000_000}, {f"p-{number}": "x" for number in range(2_500)}],
    ids=["too large", "too many fields"],
)
def test_a_flood_is_turned_away_before_it_is_read(team: Team, flood: dict[str, str]) -> None:
    answer = team.as_developer().post(CHECK, team.wish(**flood))

    assert answer.status_code == 400
    assert not Preview.objects.exists()


def test_markup_in_a_value_comes_back_as_text(team: Team) -> None:
    page = team.as_developer().post(CHECK, team.wish(name="<script>alert(1)</script>", purpose='"><b>'))

    assert "<script>alert(1)" not in page.content.decode()
    assert '"><b>' not in page.content.decode()
