"""A secure value goes through a whole life; afterwards it is nowhere but where it was sent (invariant I9)."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from azure_emulator.launcher import Emulator
from catalog.models import TemplateVersion
from common import logs
from environments.models import Environment, EnvironmentRequest, Preview, SecretParameter
from environments.services import environments as commands
from environments.sweeps import mail as outbox
from portal import celery
from tests.engine import BRISK, describe_last, environment_for, turn_previews, turn_until_settled
from tests.factories import VersionFactory

pytestmark = [pytest.mark.emulator, pytest.mark.django_db]

FIRST = "canary-7b1f9c04"
SECOND = 'canary-"2e88/aa d1'
# A template whose author is careless: the secure value also stands in a tag and in an output that anybody may read.
PARAMETERS = {"adminPassword": {"type": "securestring", "minLength": 8}}
RESOURCES = [
    {
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "apiVersion": "2023-01-31",
        "name": "canary",
        "location": "[parameters('location')]",
        "tags": {"note": "[concat('pw=', parameters('adminPassword'))]"},
    }
]
OUTPUTS = {"address": {"type": "string", "value": "[concat('db://admin:', parameters('adminPassword'), '@host')]"}}


@pytest.fixture
def engine(settings: Any, azure: Emulator, company: None) -> Emulator:
    """The company, short waits, the local Azure."""
    for name, value in BRISK.items():
        setattr(settings, name, value)
    return azure


@pytest.fixture
def version(company: None) -> TemplateVersion:
    """The careless template, on offer."""
    made = VersionFactory.create(parameters=PARAMETERS)
    document = {**json.loads(made.arm_text), "resources": RESOURCES, "outputs": OUTPUTS}
    made.arm_text = json.dumps(document)
    made.save()
    return made


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """Every record of every logger, as production writes it."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(logs.JsonLine().format(record))

    keep = Keep(logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.addHandler(keep)
    root.setLevel(logging.INFO)
    root.info("a line that must arrive")
    yield lines
    root.setLevel(level)
    root.removeHandler(keep)


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be handed to the broker; the test itself is the worker."""
    sent: list[str] = []
    monkeypatch.setattr(celery.app, "send_task", lambda *a, **k: sent.append(repr((a, k))))
    return sent


class Answers:
    """Everything that pages and downloads said to the people."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def post(self, client: Client, path: str, data: dict[str, str] | None = None) -> Any:
        """Send a form."""
        return self._kept(client.post(path, data or {}))

    def get(self, client: Client, path: str) -> Any:
        """Open a page."""
        return self._kept(client.get(path))

    def _kept(self, answer: Any) -> Any:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self.texts.append(f"{dict(answer.headers)}\n{body.decode()}")
        return answer


def wish(version: TemplateVersion, secret: str, **changes: str) -> dict[str, str]:
    """The form as a browser sends it; a fresh key each time comes from the caller."""
    fields = {
        "version": str(version.pk),
        "project": "apollo",
        "environment_type": "qa",
        "region": "japaneast",
        "lifetime_days": "5",
        "name": "canary",
        "purpose": "",
        "p-capacity": "10",
        "p-tier": "basic",
        "p-addresses": "",
        "p-settings": "",
        "p-adminPassword": secret,
    }
    return {**fields, **changes}


def spellings(secret: str) -> set[str]:
    """The value as databases, JSON, pages and addresses may spell it."""
    html = secret.replace('"', "&quot;")
    return {secret, json.dumps(secret)[1:-1], html, re.sub("[^\\w-]", lambda m: f"%{ord(m[0]):02X}", secret)}


def leaks(text: str) -> list[str]:
    """The spellings of either value that stand in the text."""
    return [word for secret in (FIRST, SECOND) for word in spellings(secret) if word in text]


def database_as_text() -> Iterator[tuple[str, str]]:
    """Every table, every row; bytes as they would be read."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                cells = [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
                yield table, " ".join(c.decode("latin-1") if isinstance(c, bytes) else str(c) for c in cells)


def ask(answers: Answers, client: Client, fields: dict[str, str]) -> EnvironmentRequest:
    """Check, let Azure answer, ask."""
    assert answers.post(client, "/requests/check/", fields).status_code == 200
    turn_previews()
    answers.post(client, "/requests/check/", fields)
    answer = answers.post(client, "/requests/submit/", fields)
    assert answer.status_code == 302, answers.texts[-1][-3000:]
    return EnvironmentRequest.objects.get(idempotency_key=fields["key"])


def approve(answers: Answers, lead: Client, wanted: EnvironmentRequest) -> Environment:
    """The lead looks, agrees; Azure is asked again; the work is done."""
    answers.get(lead, wanted.get_absolute_url())
    answers.get(lead, "/approvals/")
    page = answers.post(lead, f"/requests/{wanted.pk}/approve/", {"digest": wanted.digest, "reason": "fine"})
    assert page.status_code == 302, answers.texts[-1][-3000:]
    turn_previews()
    wanted.refresh_from_db()
    assert wanted.environment is not None, wanted.decision_note
    turn_until_settled()
    wanted.environment.refresh_from_db()
    return wanted.environment


def look_around(answers: Answers, people: list[Client], environment: Environment) -> None:
    """Every page and download that could show it."""
    base = environment.get_absolute_url()
    for client in people:
        for path in ("/", base, f"{base}resources/", f"{base}change/", "/audit/", "/audit/export.csv", "/notices/"):
            assert answers.get(client, path).status_code in {200, 403}, path
        for operation in environment.operations.all():
            assert answers.get(client, f"/operations/{operation.pk}/progress/").status_code == 200


@dataclass
class Traces:
    """Where a value could have been left."""

    answers: Answers
    log_lines: list[str]

    def assert_clean(self) -> None:
        """Neither value is in any column, log line, answer or mail; the fixture looks at the broker's messages."""
        assert [(table, leaks(row)) for table, row in database_as_text() if leaks(row)] == []
        assert self.log_lines
        assert [line[:500] for line in self.log_lines if leaks(line)] == []
        assert [text[:200] for text in self.answers.texts if leaks(text)] == []
        assert [one.subject for one in mail.outbox if leaks(f"{one.subject} {one.body}")] == []


@pytest.fixture
def traces(log_lines: list[str], messages: list[str], django_capture_on_commit_callbacks: Any) -> Iterator[Traces]:
    """Collects while the test runs, with what happens after commits happening."""
    with django_capture_on_commit_callbacks(execute=True):
        yield Traces(Answers(), log_lines)
    assert messages
    assert [message for message in messages if leaks(message)] == []


def test_a_secure_value_is_nowhere_after_its_whole_life(
    engine: Emulator, version: TemplateVersion, signed_in: Callable[[str], Client], traces: Traces
) -> None:
    answers, mio, ren = traces.answers, signed_in("yamada.mio"), signed_in("tanaka.ren")
    wanted = ask(answers, mio, wish(version, FIRST, key="6f8e62a2-9d4a-4c2e-8f4c-000000000001"))
    assert SecretParameter.objects.filter(holder_id=wanted.pk).count() == 1
    environment = approve(answers, ren, wanted)
    assert environment.status == "ready", describe_last(environment)
    assert environment.outputs["address"] == "db://admin:***@host"
    assert not SecretParameter.objects.exists()
    look_around(answers, [mio, ren], environment)

    again = wish(version, SECOND, key="6f8e62a2-9d4a-4c2e-8f4c-000000000002", environment=str(environment.pk))
    environment = approve(answers, ren, ask(answers, mio, again))
    assert environment.generation == 2, describe_last(environment)
    look_around(answers, [mio, ren], environment)
    assert answers.post(mio, f"{environment.get_absolute_url()}env/").status_code == 200

    commands.delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled(seconds=60)
    assert answers.get(mio, f"{environment.get_absolute_url()}receipt.json").status_code == 200
    with time_machine.travel(timezone.now().timestamp() + 60):
        outbox.send_due()

    assert mail.outbox
    assert not SecretParameter.objects.exists()
    traces.assert_clean()


def test_an_error_that_repeats_the_value_is_masked_in_the_preview(
    engine: Emulator, version: TemplateVersion, signed_in: Callable[[str], Client], traces: Traces
) -> None:
    name_it_after_the_secret(version)
    fields = wish(version, FIRST, key="6f8e62a2-9d4a-4c2e-8f4c-000000000003")
    mio = signed_in("yamada.mio")

    traces.answers.post(mio, "/requests/check/", fields)
    turn_previews()
    traces.answers.post(mio, "/requests/check/", fields)

    preview = Preview.objects.get()
    assert (preview.status, "***" in preview.error_message) == ("refused", True), preview.error_message
    assert not SecretParameter.objects.exists()
    traces.assert_clean()


def test_an_error_that_repeats_the_value_is_masked_in_the_build_and_forgotten_with_it(
    engine: Emulator,
    version: TemplateVersion,
    user: Callable[[str], User],
    signed_in: Callable[[str], Client],
    traces: Traces,
) -> None:
    name_it_after_the_secret(version)
    environment = environment_for(user("yamada.mio"), template=version.template.slug, secrets={"adminPassword": FIRST})

    turn_until_settled()

    environment.refresh_from_db()
    operation = environment.operations.get()
    assert (environment.status, "***" in operation.error_message) == ("failed", True), describe_last(environment)
    look_around(traces.answers, [signed_in("yamada.mio")], environment)
    commands.delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled(seconds=60)
    assert not SecretParameter.objects.filter(holder_id__in=EnvironmentRequest.objects.values("pk")).exists()
    traces.assert_clean()


def name_it_after_the_secret(version: TemplateVersion) -> None:
    """A name that Azure refuses, and repeats when it does."""
    resource = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": "[parameters('adminPassword')]",
        "location": "[parameters('location')]",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "properties": {},
    }
    version.arm_text = json.dumps({**json.loads(version.arm_text), "resources": [resource], "outputs": {}})
    version.save()
