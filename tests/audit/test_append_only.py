"""The trail cannot be changed or deleted, not even with SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit import append_only, chain, trail
from audit.models import AuditEvent, AuditSeal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def triggers(db):
    append_only.install(connection)


@pytest.fixture
def event():
    person = User.objects.create(subject="tenant:object", display_name="Sato Yui")
    return trail.record("user.changed", actor=person, subject=person)


def test_an_event_cannot_be_changed(event):
    with pytest.raises(DatabaseError, match=append_only.MESSAGE), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(actor_name="Somebody else")


def test_an_event_cannot_be_deleted(event):
    with pytest.raises(DatabaseError, match=append_only.MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE id = %s", [event.pk])


@pytest.mark.parametrize("statement", ["DELETE FROM audit_auditseal", "UPDATE audit_auditseal SET hash = ''"])
def test_a_seal_cannot_be_changed_or_deleted(event, statement):
    chain.seal_new_events()
    with pytest.raises(DatabaseError, match=append_only.MESSAGE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditSeal.objects.count() == 1
