"""Writing the audit trail."""

import pytest

from accounts.models import User
from audit import trail
from audit.models import AuditEvent
from common import logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return User.objects.create(subject="tenant:object", display_name="Sato Yui")


def test_an_event_names_actor_subject_and_request(actor):
    token = logs.request_id.set("abc")
    try:
        event = trail.record("user.changed", actor=actor, subject=actor, details={"from": 1, "to": 2})
    finally:
        logs.request_id.reset(token)
    assert (event.actor_name, event.subject_type, event.subject_id) == ("Sato Yui", "user", str(actor.pk))
    assert event.request_id == "abc"
    assert event.details == {"from": 1, "to": 2}


def test_an_event_without_an_actor_is_possible_for_refused_strangers(actor):
    assert trail.record("sign_in.refused", actor=None, subject=actor).actor_name == ""


@pytest.mark.parametrize("name", ["adminPassword", "client_secret", "apiKey", "connectionString", "access-token"])
def test_a_detail_that_looks_like_a_secret_is_refused_and_nothing_is_written(actor, name):
    with pytest.raises(trail.SecretInDetailsError, match=name):
        trail.record("user.changed", actor=actor, subject=actor, details={"parameters": [{name: "hunter2"}]})
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("name", ["maxTokens", "idempotency_key", "key", "tag_key", "keyboard", "secretary"])
def test_an_ordinary_name_is_no_secret(name):
    assert not trail.looks_secret(name)
