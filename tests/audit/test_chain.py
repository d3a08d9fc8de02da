"""The chain names the first row that somebody touched."""

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from audit import append_only, chain, trail
from audit.models import AuditEvent, AuditSeal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_writer(db):
    """Somebody who can switch the triggers off: what the chain is there for."""
    append_only.remove(connection)


@pytest.fixture
def events():
    person = User.objects.create(subject="tenant:object", display_name="Sato Yui")
    return [trail.record("user.changed", actor=person, subject=person, details={"n": n, "ä": [1.5]}) for n in range(5)]


def test_a_fresh_trail_is_whole(events):
    assert chain.seal_new_events() == 5
    result = chain.verify()
    assert result.is_whole
    assert result.checked == 5


def test_sealing_goes_on_where_it_stopped(events):
    chain.seal_new_events(limit=2)
    chain.seal_new_events()
    assert chain.seal_new_events() == 0
    assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert chain.verify().is_whole


def test_a_changed_event_is_named(events):
    chain.seal_new_events()
    AuditEvent.objects.filter(pk=events[2].pk).update(details={"n": 99})
    problem = chain.verify().problem
    assert f"event {events[2].pk}" in problem


def test_a_removed_event_is_noticed(events):
    chain.seal_new_events()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditseal WHERE number = 3")
        cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [events[2].pk])
    assert chain.verify().problem == "seal 3 is missing"


def test_a_forged_seal_needs_the_key(events, settings):
    chain.seal_new_events(limit=4)
    settings.SECRET_KEY = "another key"
    chain.seal_new_events()
    settings.SECRET_KEY = "only-for-tests-" + "x" * 40
    assert "seal 5 does not fit" in chain.verify().problem


def test_a_rotated_secret_key_keeps_old_seals_valid(events, settings):
    chain.seal_new_events()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next key"
    assert chain.verify().is_whole


def test_an_event_that_nobody_seals_is_reported(events):
    with time_machine.travel(timezone.now() + chain.UNSEALED_LIMIT * 2, tick=False):
        assert "was never sealed" in chain.verify().problem


def test_the_command_fails_with_the_bad_row_and_succeeds_with_the_head(events, capsys):
    chain.seal_new_events()
    call_command("audit_verify")
    assert chain.verify().head in capsys.readouterr().out
    AuditEvent.objects.filter(pk=events[0].pk).update(action="nothing.happened")
    with pytest.raises(CommandError, match="0 seals before it are good"):
        call_command("audit_verify")
