"""A Chromium in front of the portal, and a company with something in every state to look at."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from accounts.models import User
from audit import trail
from catalog import sync
from catalog.models import TemplateVersion, VersionStatus
from environments.models import EnvironmentStatus, OperationStatus, StepStatus
from portal.company import rows, tenant
from projects.models import EnvironmentType
from tests import factories

# Playwright keeps an event loop in this thread; the ORM is used between its calls, never inside the loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NEEDS_BROWSER = "GENKAN_TEST_BROWSER"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the folder; skip it where there is no Chromium, unless the run says that there must be one."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and os.environ.get(NEEDS_BROWSER) != "required":
                item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: the pages were not looked at in a browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


Open = Callable[..., BrowserContext]


@pytest.fixture
def opened(chromium: Browser, live_server) -> Iterator[Open]:
    """`opened("sato.yui", theme="dark", language="ja", width=390)` is a browser profile signed in as that person."""
    contexts = []

    def opening(
        key: str = "", *, theme: str = "light", language: str = "en", width: int = 1280, scripts: bool = True
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
        )
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if key:
            client = Client()
            client.force_login(User.objects.get(object_id=tenant.person(key).object_id))
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        contexts.append(context)
        return context

    yield opening
    for context in contexts:
        context.close()


@pytest.fixture
def office(transactional_db) -> dict[str, str]:
    """The sample company at work: environments in every state, a request, a receipt. Name → address."""
    rows.write(date.today())
    sync.sync_built_in(User.objects.system())
    person = User.objects.get(object_id=tenant.person("sato.yui").object_id)
    lead = User.objects.get(object_id=tenant.person("tanaka.ren").object_id)
    kind = EnvironmentType.objects.get(project__slug="apollo", slug="develop")
    version = TemplateVersion.objects.filter(status=VersionStatus.PUBLISHED).order_by("template__slug").first()
    pages = {}
    for status in EnvironmentStatus:
        environment = factories.EnvironmentFactory.create(
            environment_type=kind,
            owner=person,
            version=version,
            name=f"box-{status}",
            status=status,
            outputs={"endpoint": "https://box.example"},
            ends_at=timezone.now() + timedelta(days=2),
        )
        factories.GrantFactory.create(environment=environment)
        trail.record(
            f"environment.{status}",
            actor=person,
            subject=environment,
            project_id=environment.project_id,
            environment_id=environment.pk,
            details={"from": "before"},
        )
        pages[status.value] = environment.get_absolute_url()
        if status in {EnvironmentStatus.BUILDING, EnvironmentStatus.FAILED}:
            _operation(environment, is_open=status == EnvironmentStatus.BUILDING)
        if status == EnvironmentStatus.DELETED:
            factories.ReceiptFactory.create(environment=environment)
            pages["receipt"] = f"{environment.get_absolute_url()}receipt/"
    request = factories.RequestFactory.create(environment_type=kind, requester=person, version=version, name="wanted")
    pages["request"] = request.get_absolute_url()
    factories.NoticeFactory.create(user=person)
    factories.NoticeFactory.create(user=lead)
    factories.OrphanFactory.create()
    return pages


def _operation(environment, *, is_open: bool) -> None:
    now = timezone.now()
    operation = factories.OperationFactory.create(
        environment=environment,
        status=OperationStatus.OPEN if is_open else OperationStatus.FAILED,
        started_at=now,
        finished_at=None if is_open else now,
        run_at=now + timedelta(hours=1),
        error_code="" if is_open else "InsufficientQuota",
        error_message="" if is_open else "This operation requires 50 new capacity in quota.",
        reference="" if is_open else "K7F3-22",
    )
    states = [StepStatus.DONE, StepStatus.RUNNING if is_open else StepStatus.FAILED, StepStatus.PENDING]
    for position, (name, state) in enumerate(zip(("resource_group", "deployment", "outputs"), states, strict=True)):
        factories.StepFactory.create(
            operation=operation,
            position=position,
            name=name,
            status=state,
            started_at=None if state == StepStatus.PENDING else now,
            finished_at=now if state in {StepStatus.DONE, StepStatus.FAILED} else None,
            progress_done=4 if position == 1 else None,
            progress_total=6 if position == 1 else None,
        )
