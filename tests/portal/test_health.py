"""What monitors read."""

import pytest
from django.test import Client

from portal.celery import app

pytestmark = pytest.mark.django_db


def test_a_portal_without_its_broker_is_not_well(monkeypatch, tmp_path):
    monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{tmp_path}/nobody.sock")
    answer = Client().get("/health/")
    assert answer.status_code == 503
    report = answer.json()
    assert report["database"] is True
    assert report["broker"] is False
    assert report["oldest_due_seconds"] == 0


def test_a_portal_with_its_broker_is_well(broker):
    answer = Client().get("/health/")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["is_well"] is True


def test_health_is_read_only():
    assert Client().post("/health/").status_code == 405
