"""Lists: environments with their filters, notices, orphans, and the health of operations."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from environments.models import EnvironmentStatus, Notice, OperationStatus
from tests.environments.pages.conftest import Team, client_of
from tests.factories import EnvironmentFactory, NoticeFactory, OperationFactory, OrphanFactory, StepFactory


def names(page) -> list[str]:
    return [row.name for row in page.context["page"]]


def test_the_list_shows_the_projects_environments_and_nobody_elses(team: Team) -> None:
    EnvironmentFactory.create(environment_type=team.environment_type, name="ours")
    EnvironmentFactory.create(name="theirs")

    assert names(team.as_developer().get("/environments/")) == ["ours"]
    assert sorted(names(client_of(team.admin).get("/environments/"))) == ["ours", "theirs"]


def test_an_empty_list_leads_to_the_catalog(team: Team) -> None:
    text = team.as_developer().get("/environments/").content.decode()

    assert "No environments yet" in text


def test_filters_narrow_the_list(team: Team) -> None:
    kind = team.environment_type
    EnvironmentFactory.create(environment_type=kind, name="mine-now", owner=team.developer)
    EnvironmentFactory.create(environment_type=kind, name="soon", ends_at=timezone.now() + timedelta(hours=5))
    EnvironmentFactory.create(environment_type=kind, name="broken", status=EnvironmentStatus.FAILED)
    EnvironmentFactory.create(environment_type=kind, name="gone", status=EnvironmentStatus.DELETED)
    client = team.as_developer()

    def listed(query: str) -> list[str]:
        return sorted(names(client.get(f"/environments/?{query}")))

    assert listed("") == ["broken", "mine-now", "soon"]
    assert listed("whose=mine") == ["mine-now"]
    assert listed("status=failed") == ["broken"]
    assert listed("status=deleted") == ["gone"]
    assert listed("status=all") == ["broken", "gone", "mine-now", "soon"]
    assert listed("ends=1") == ["soon"]
    assert listed("q=brok") == ["broken"]
    assert listed(f"q={team.developer.display_name}") == ["mine-now"]
    assert listed(f"project={team.project.slug}&q=zzz") == []


@pytest.mark.parametrize(
    "query",
    [
        "whose=x",
        "status=nonsense",
        "ends=-5",
        "project=../../x",
        "sort=password",
        "after=%00",
        "after=notapage",
        "q=%00",
        "q=" + "x" * 500,
        "before=~~~",
    ],
)
def test_a_filter_that_makes_no_sense_is_ignored(team: Team, query: str) -> None:
    EnvironmentFactory.create(environment_type=team.environment_type, name="ours")

    page = team.as_developer().get(f"/environments/?{query}")

    assert page.status_code == 200


def test_the_list_costs_the_same_for_many_as_for_few(team: Team, django_assert_num_queries) -> None:
    client = team.as_developer()
    EnvironmentFactory.create(environment_type=team.environment_type, version=team.version, owner=team.developer)
    client.get("/environments/")

    with CaptureQueriesContext(connection) as few:
        client.get("/environments/")
    for _count in range(55):
        EnvironmentFactory.create(environment_type=team.environment_type, version=team.version, owner=team.developer)

    with django_assert_num_queries(len(few)):
        page = client.get("/environments/")

    assert len(page.context["page"]) == 50
    assert page.context["page"].older_url


def test_paging_shows_every_row_once(team: Team) -> None:
    for _count in range(53):
        EnvironmentFactory.create(environment_type=team.environment_type, version=team.version, owner=team.developer)
    client = team.as_developer()

    first = client.get("/environments/?sort=name")
    second = client.get("/environments/" + first.context["page"].older_url)

    assert len({*names(first), *names(second)}) == 53


def test_notices_are_marked_as_read_by_a_button_and_only_ones_own(team: Team) -> None:
    mine, theirs = NoticeFactory.create(user=team.developer), NoticeFactory.create(user=team.lead)
    client = team.as_developer()

    page = client.get("/notices/")
    assert Notice.objects.unread().count() == 2
    client.post("/notices/", {"notice": theirs.pk})
    client.post("/notices/", {"notice": mine.pk})

    assert mine.subject in page.content.decode()
    assert list(Notice.objects.unread()) == [theirs]


def test_all_notices_are_marked_at_once(team: Team) -> None:
    NoticeFactory.create_batch(3, user=team.developer)

    team.as_developer().post("/notices/")

    assert not Notice.objects.unread().exists()


@pytest.mark.parametrize("address", ["/orphans/", "/operations/health/"])
def test_only_platform_admins_see_the_operations_pages(team: Team, address: str) -> None:
    assert team.as_developer().get(address).status_code == 403
    assert client_of(team.lead).get(address).status_code == 403
    assert client_of(team.admin).get(address).status_code == 200


def test_orphans_are_listed_with_their_age_and_ways_out(team: Team) -> None:
    orphan = OrphanFactory.create()

    text = client_of(team.admin).get("/orphans/").content.decode()

    assert orphan.resource_group in text
    assert f"/orphans/{orphan.pk}/adopt/" in text
    assert f"/orphans/{orphan.pk}/delete/" in text


def test_a_developer_can_neither_delete_nor_adopt_an_orphan(team: Team) -> None:
    orphan = OrphanFactory.create()

    for act in ("delete", "adopt"):
        assert team.as_developer().post(f"/orphans/{orphan.pk}/{act}/").status_code == 403


def test_adopting_needs_a_type_in_the_same_subscription(team: Team) -> None:
    orphan = OrphanFactory.create()
    wish = {"environment_type": team.environment_type.pk, "owner": team.developer.pk, "ends_on": "2030-01-01"}

    answer = client_of(team.admin).post(f"/orphans/{orphan.pk}/adopt/", wish)

    assert answer.status_code == 422


def test_health_names_what_is_late_and_what_failed(team: Team) -> None:
    past = timezone.now() - timedelta(minutes=10)
    late = OperationFactory.create(run_at=past, lease_until=past)
    StepFactory.create(operation=late)
    failed = OperationFactory.create(
        status=OperationStatus.FAILED, finished_at=timezone.now(), error_code="QuotaExceeded", reference="REF1"
    )

    text = client_of(team.admin).get("/operations/health/").content.decode()

    for shown in ("something is late", late.environment.name, failed.environment.name, "QuotaExceeded", "REF1"):
        assert shown in text


@pytest.mark.parametrize("address", ["/environments/", "/approvals/", "/notices/", "/orphans/", "/operations/health/"])
def test_every_list_is_there_in_japanese_too(team: Team, address: str) -> None:
    EnvironmentFactory.create(environment_type=team.environment_type)
    NoticeFactory.create(user=team.admin)
    OrphanFactory.create()

    page = client_of(team.admin).get(address, headers={"Accept-Language": "ja"})

    assert page.status_code == 200
    assert '<html lang="ja"' in page.content.decode()
