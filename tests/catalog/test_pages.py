"""The shop window, the template page and the admins' list of versions, through HTTP."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalog.models import Template, TemplateVersion, VersionStatus
from catalog.services import VersionFiles, add_version, publish_version
from catalog.sync import sync_built_in
from catalog.track_record import TrackRecord, _teller
from tests.catalog.conftest import OVERLAY, arm_text, files
from tests.factories import SourceFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def built_in():
    sync_built_in(User.objects.system())


@pytest.fixture
def page(as_user, developer):
    """`page(path)` is the text of a developer's page."""
    client = as_user(developer)

    def get(path, **headers):
        response = client.get(path, headers=headers)
        assert response.status_code == 200
        return response.content.decode().replace("<wbr>", "")

    return get


def published(admin, source, slug="small", item=None):
    version, _is_new = add_version(actor=admin, source=source, slug=slug, files=item or files())
    return publish_version(actor=admin, version=version)


def test_the_list_shows_every_template_with_money_time_and_its_aws_equivalent(built_in, page):
    text = page("/catalog/")
    for words in ("Empty sandbox", "Code interpreter sessions", "Chat web app", "≈ ¥410 a day", "On AWS: Bedrock"):
        assert words in text


def test_the_list_is_in_japanese_for_japanese_readers(built_in, page):
    text = page("/catalog/", accept_language="ja")
    assert "コード インタープリター セッション" in text
    assert "Code interpreter sessions" not in text


@pytest.mark.parametrize(
    ("query", "found"), [("q=dynamo", 1), ("q=python+sandbox", 1), ("q=チャット", 1), ("q=zzz", 0)]
)
def test_search_is_a_get_parameter_and_needs_no_script(built_in, page, query, found):
    assert page(f"/catalog/?{query}").count("card tile") == found


def test_searching_as_you_type_gets_only_the_cards(built_in, page):
    text = page("/catalog/?q=chat", hx_request="true")
    assert text.lstrip().startswith('<section id="templates"')
    assert text.count("card tile") == 1
    assert "<html" not in text


def test_a_category_narrows_the_list_and_nonsense_is_ignored(built_in, page):
    assert page("/catalog/?category=sandbox").count("card tile") == 1
    assert page("/catalog/?category=nonsense&delivery=x").count("card tile") == 3


def test_an_empty_catalog_says_what_to_do(page):
    assert "The catalog is empty" in page("/catalog/")


def test_a_search_without_result_offers_the_way_back(built_in, page):
    assert "Show all" in page("/catalog/?q=zzz")


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "after=%00~1",
        "category=%00",
        "q=%25%27%22%3Cscript%3E",
        "after=x~y",
        "q=" + "a" * 5000,
        "q=" + "a+" * 500,
    ],
)
def test_hostile_searches_are_answered(built_in, page, query):
    assert "<script>" not in page(f"/catalog/?{query}")


def test_drafts_and_retired_versions_are_nobodys_business(as_user, admin, developer, source):
    add_version(actor=admin, source=source, slug="small", files=files())
    assert as_user(developer).get("/catalog/small/").status_code == 404
    assert "card tile" not in as_user(developer).get("/catalog/").content.decode()
    assert as_user(admin).get("/catalog/small/").status_code == 200


def test_a_person_who_is_not_signed_in_sees_nothing(client, built_in):
    for path in ("/catalog/", "/catalog/empty-sandbox/", "/catalog/manage/versions/"):
        assert client.get(path).status_code == 302


def test_the_template_page_says_what_is_built_set_and_given(built_in, page):
    text = page("/catalog/chatgpt-web-app/")
    for words in (
        "App Service plan",
        "Cosmos DB account",
        "With “Keep chat history”, also",
        "Private endpoint",
        "GlobalStandard × 10",
        "gpt-4.1-mini",
        "swedencentral",
        "Cognitive Services OpenAI User",
        "The latest 100 calls of the model",
        "managed identity",
        reverse("environments:request_form", args=["chatgpt-web-app"]),
    ):
        assert words in text


def test_the_template_page_is_in_japanese_too(built_in, page):
    text = page("/catalog/chatgpt-web-app/", accept_language="ja")
    for words in ("チャット Web アプリ", "App Service プラン", "マネージド ID", "閉域網"):
        assert words in text


def test_what_can_no_longer_be_asked_for_says_so(as_user, admin, developer, source):
    version = published(admin, source)
    as_user(admin).post(reverse("catalog:deprecate", args=[version.pk]))
    text = as_user(developer).get("/catalog/small/").content.decode()
    assert "can no longer be asked for" in text
    assert "Ask for it" not in text


def test_an_older_version_can_be_looked_at(admin, source, page):
    published(admin, source)
    published(admin, source, item=files("2.0.0+b", parameters={"newSetting": {"type": "int", "defaultValue": 1}}))
    assert "newSetting" in page("/catalog/small/")
    assert "newSetting" not in page("/catalog/small/?version=1.0.0")
    assert "newSetting" in page("/catalog/small/?version=2.0.0%2Bb")


def test_an_unknown_version_or_template_is_not_found(as_user, developer, built_in):
    assert as_user(developer).get("/catalog/empty-sandbox/?version=9").status_code == 404
    assert as_user(developer).get("/catalog/no-such-thing/").status_code == 404


def test_a_readme_cannot_bring_scripts_pictures_or_local_links(admin, source, page):
    readme = (
        "# Title\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) [b](../etc) "
        "[c](https://example.com) ![d](https://example.com/x.png)\n\n<a href='https://x' onclick='y'>z</a>\n"
    )
    published(admin, source, item=VersionFiles(arm_text(), "", OVERLAY.format(version="1"), readme))
    prose = page("/catalog/small/").partition('class="body prose"')[2].partition("</section>")[0]
    assert "<h2>Title</h2>" in prose
    assert re.findall(r"<(script|img)", prose) == []
    assert re.findall(r'href="([^"]*)"', prose) == ["https://example.com", "https://example.com/x.png"]
    assert not re.search(r"<[^>]*\son\w+=", prose)


def test_names_from_a_template_are_escaped(admin, source, page):
    evil = "<script>alert(1)</script>"
    item = files(
        parameters={"a": {"type": "string", "defaultValue": evil, "metadata": {"description": evil}}},
        resources=[
            {"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2024-01-01", "name": "[parameters('a')]"}
        ],
    )
    published(admin, source, item=item)
    assert evil not in page("/catalog/small/")


def test_what_cannot_be_told_yet_is_not_called_empty(admin, source, page):
    link = {"type": "string", "defaultValue": "[deployment().properties.templateLink.uri]"}
    published(admin, source, item=files(parameters={"place": link}))
    text = page("/catalog/small/")
    assert "This depends on settings without a default" in text
    assert "An empty resource group" not in text


def test_the_default_of_a_secret_is_not_on_the_page(admin, source, page):
    published(admin, source, item=files(parameters={"a": {"type": "securestring", "defaultValue": "hidden-words"}}))
    assert "hidden-words" not in page("/catalog/small/")


def test_the_track_record_comes_from_the_app_above(built_in, page, settings):
    settings.CATALOG_TRACK_RECORDS = "tests.catalog.test_pages.records"
    _teller.cache_clear()
    try:
        assert "ready in 4 min" in page("/catalog/")
        assert "95 % of 20 builds succeeded" in page("/catalog/empty-sandbox/")
    finally:
        _teller.cache_clear()


def records(template_ids):
    return {pk: TrackRecord(builds=20, succeeded=19, median_seconds=240.0) for pk in template_ids}


def test_the_number_of_queries_does_not_grow_with_the_catalog(as_user, developer):
    client, source = as_user(developer), SourceFactory.create()

    def queries(path):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    fill(source, 0, 10)
    queries("/catalog/")  # The session's first page also notes when it was last used.
    few = [queries(path) for path in ("/catalog/", "/catalog/?q=service", "/catalog/row-1/")]
    fill(source, 10, 10_000)
    assert [queries(path) for path in ("/catalog/", "/catalog/?q=service", "/catalog/row-1/")] == few


def test_the_admins_list_takes_the_same_queries_for_any_number_of_versions(as_user, admin):
    client, source = as_user(admin), SourceFactory.create()
    client.get("/catalog/manage/versions/")
    counts = []
    for start, end in ((0, 10), (10, 10_000)):
        fill(source, start, end)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/catalog/manage/versions/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def fill(source, start, end):
    numbers = range(start, end)
    templates = Template.objects.bulk_create(
        [Template(source=source, slug=f"row-{n}", name=f"Service {n:05}", summary="One of many") for n in numbers]
    )
    sample = VersionFactory.build(template=templates[0])
    TemplateVersion.objects.bulk_create(
        [
            TemplateVersion(
                template=template,
                number="1.0.0",
                digest="f" * 64,
                status=VersionStatus.PUBLISHED,
                arm_text=sample.arm_text,
                overlay_text=sample.overlay_text,
                published_at=timezone.now(),
            )
            for template in templates
        ]
    )


def test_admins_publish_deprecate_and_retire_through_the_page(as_user, admin, source):
    version, _is_new = add_version(actor=admin, source=source, slug="small", files=files())
    client = as_user(admin)
    for action, status in (("publish", "published"), ("deprecate", "deprecated"), ("retire", "retired")):
        response = client.post(reverse(f"catalog:{action}", args=[version.pk]), follow=True)
        assert response.status_code == 200
        version.refresh_from_db()
        assert version.status == status


@pytest.mark.parametrize("action", ["publish", "deprecate", "retire"])
def test_others_cannot_even_see_a_draft_and_may_not_touch_what_they_see(as_user, admin, developer, source, action):
    shown = published(admin, source)
    draft, _is_new = add_version(actor=admin, source=source, slug="small", files=files("2.0.0"))
    client = as_user(developer)
    assert client.post(reverse(f"catalog:{action}", args=[draft.pk])).status_code == 404
    assert client.post(reverse(f"catalog:{action}", args=[shown.pk])).status_code == 403
    shown.refresh_from_db()
    assert shown.status == VersionStatus.PUBLISHED


def test_the_admin_pages_are_for_catalog_admins(as_user, developer, admin):
    assert as_user(developer).get("/catalog/manage/versions/").status_code == 403
    assert as_user(developer).post("/catalog/manage/sync/").status_code == 403
    assert as_user(admin).post("/catalog/manage/sync/", follow=True).status_code == 200
    assert Template.objects.on_offer().count() == 3
    assert as_user(admin).get("/catalog/manage/versions/?status=published").content.decode().count("<tr>") == 4


def test_reading_never_writes(as_user, admin, source):
    version = published(admin, source)
    for action in ("publish", "deprecate", "retire"):
        assert as_user(admin).get(reverse(f"catalog:{action}", args=[version.pk])).status_code == 405


def test_a_version_whose_files_cannot_be_read_any_more_still_has_a_page(as_user, admin, source):
    version = VersionFactory.create(template__source=source, template__slug="small")
    TemplateVersion.objects.filter(pk=version.pk).update(arm_text="{", digest="broken")
    text = as_user(admin).get("/catalog/small/").content.decode()
    assert "To look at" in text
    assert "Ask for it" not in text


def test_every_built_in_icon_is_drawn():
    from catalog.overlay import ICONS

    source = (Path(__file__).parents[2] / "templates/catalog/_icon.html").read_text()
    assert [name for name in ICONS if name != "box" and f'"{name}"' not in source] == []
