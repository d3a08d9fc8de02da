"""Sessions end by themselves, and a page that refreshes itself does not keep them alive."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import tasks
from accounts.models import User
from audit.models import AuditEvent

pytestmark = pytest.mark.django_db
START = timezone.now()


@pytest.fixture
def client():
    user = User.objects.create(subject="t:o", object_id="o", display_name="Sato Yui", is_developer=True)
    browser = Client()
    with time_machine.travel(START, tick=False):
        browser.force_login(user)
        assert browser.get("/account/").status_code == 200
    return browser


def at(minutes):
    return time_machine.travel(START + timedelta(minutes=minutes), tick=False)


def test_an_hour_without_a_click_ends_the_session_and_the_sign_in_page_says_why(client):
    with at(61):
        answer = client.get("/account/", follow=True)
    assert answer.redirect_chain[0][0] == "/account/sign-in/?next=/account/&ended=idle"
    assert b"nobody used this page" in answer.content
    assert AuditEvent.objects.get(action="user.signed_out").details == {"reason": "idle"}


def test_clicking_keeps_the_session(client):
    for minutes in range(50, 480, 50):
        with at(minutes):
            assert client.get("/account/").status_code == 200


def test_eight_hours_end_the_session_whatever_happens(client):
    for minutes in range(50, 480, 50):
        with at(minutes):
            client.get("/account/")
    with at(480):
        assert client.get("/account/").url.endswith("ended=absolute")


def test_a_page_that_refreshes_itself_does_not_keep_the_session(client):
    for minutes in range(10, 60, 10):
        with at(minutes):
            assert client.get("/account/", headers={"HX-Request": "true"}).status_code == 200
    with at(61):
        assert client.get("/account/").status_code == 302


def test_a_refresh_after_the_end_moves_the_whole_page_to_the_sign_in_which_says_why(client):
    with at(61):
        answer = client.get(
            "/account/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/environments/?a=b"}
        )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/account/sign-in/?next=%2Fenvironments%2F%3Fa%3Db&ended=idle"


def test_ended_sessions_are_forgotten_and_others_stay(client):
    assert tasks.clear_sessions() == 0
    with at(9 * 60):
        assert tasks.clear_sessions() == 1
    assert not Session.objects.exists()
