"""Changing an environment: the same form and card, with its present settings and versions of its own template."""

import uuid
from collections.abc import Callable

import pytest
from django.urls import reverse

from catalog.models import VersionStatus
from environments.models import EnvironmentRequest, Preview
from tests.environments.pages.conftest import Team
from tests.factories import EnvironmentFactory, VersionFactory

CHECK = "/requests/check/"
SUBMIT = "/requests/submit/"


def test_the_update_form_shows_the_present_settings(team: Team) -> None:
    environment = EnvironmentFactory.create(
        environment_type=team.environment_type, owner=team.developer, version=team.version, parameters={"capacity": 42}
    )

    page = team.as_developer().get(reverse("environments:update_form", args=[environment.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="42"' in text
    assert 'name="lifetime_days"' not in text


def test_a_change_is_checked_and_asked_for_with_the_same_card(team: Team, azure_accepts: Callable[[], None]) -> None:
    environment = EnvironmentFactory.create(
        environment_type=team.environment_type, owner=team.developer, version=team.version
    )
    wish = {
        "key": str(uuid.uuid4()),
        "version": str(team.version.pk),
        "environment": str(environment.pk),
        "purpose": "",
        "p-capacity": "20",
        "p-tier": "basic",
        "p-addresses": "",
        "p-settings": "",
    }
    client = team.as_developer()
    client.post(CHECK, wish)
    azure_accepts()

    answer = client.post(SUBMIT, wish)

    assert answer.status_code == 302
    environment.refresh_from_db()
    assert environment.parameters == {"capacity": 20}


def test_a_member_who_is_neither_owner_nor_lead_cannot_change_it(team: Team) -> None:
    environment = EnvironmentFactory.create(environment_type=team.environment_type, version=team.version)

    form = team.as_developer().get(reverse("environments:update_form", args=[environment.pk]))
    check = team.as_developer().post(CHECK, team.wish(environment=str(environment.pk)))

    assert form.status_code == 403
    assert check.status_code == 403
    assert not Preview.objects.exists()


def test_another_templates_version_cannot_be_put_on_an_environment(team: Team) -> None:
    environment = EnvironmentFactory.create(environment_type=team.environment_type, owner=team.developer)

    answer = team.as_developer().post(CHECK, team.wish(environment=str(environment.pk)))

    assert answer.status_code == 404


def test_an_environment_can_move_to_the_version_on_offer(team: Team, azure_accepts: Callable[[], None]) -> None:
    environment = EnvironmentFactory.create(
        environment_type=team.environment_type, owner=team.developer, version=team.version
    )
    team.version.status = VersionStatus.DEPRECATED
    team.version.save()
    newer = VersionFactory.create(template=team.version.template, number="2.0.0")
    client, url = team.as_developer(), reverse("environments:update_form", args=[environment.pk])

    offered = client.get(url).content.decode()
    moved = client.get(f"{url}?version={newer.pk}").content.decode()

    assert f"?version={newer.pk}" in offered
    assert f'name="version" value="{newer.pk}"' in moved


@pytest.mark.parametrize("version", ["x", "../1", "00000000-0000-4000-8000-000000000000"])
def test_a_made_up_version_in_the_address_puts_nothing_else_on_an_environment(team: Team, version: str) -> None:
    environment = EnvironmentFactory.create(
        environment_type=team.environment_type, owner=team.developer, version=team.version
    )
    url = reverse("environments:update_form", args=[environment.pk])

    page = team.as_developer().get(url, {"version": version})

    assert page.status_code in {200, 404}
    if page.status_code == 200:
        assert f'name="version" value="{team.version.pk}"' in page.content.decode()


def test_a_change_that_needs_approval_leads_to_its_request_and_shows_on_the_environment(
    team: Team, azure_accepts: Callable[[], None]
) -> None:
    team.environment_type.approval = "lead"
    team.environment_type.save()
    environment = EnvironmentFactory.create(
        environment_type=team.environment_type, owner=team.developer, version=team.version
    )
    fields = {"environment": str(environment.pk), "p-capacity": "20"}
    wish = team.wish(project=None, environment_type=None, region=None, name=None, lifetime_days=None, **fields)
    client = team.as_developer()
    client.post(CHECK, wish)
    azure_accepts()

    answer = client.post(SUBMIT, wish)

    assert answer["Location"] == EnvironmentRequest.objects.get().get_absolute_url()
    assert "waits for approval" in client.get(environment.get_absolute_url()).content.decode()
