"""What people see when something is wrong, and what goes with every answer."""

import pytest
from django.test import Client, RequestFactory

from accounts.models import User
from portal.views import errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create(subject="t:o", display_name="Sato Yui", is_developer=True))
    return browser


def test_a_wrong_address_says_so_with_a_reference_that_the_answer_carries(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert answer["X-Request-ID"][:12] in answer.content.decode()


def test_a_stale_form_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "ja"})
    assert answer.status_code == 403
    assert b"reload the page" in answer.content


def test_the_page_for_our_own_faults_needs_neither_database_nor_session():
    answer = errors.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"our fault" in answer.content


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_where_they_wanted():
    assert Client().get("/audit/?person=x")["Location"] == "/account/sign-in/?next=/audit/%3Fperson%3Dx"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page():
    answer = Client().post("/requests/check/", headers={"Referer": "http://testserver/requests/new/empty-sandbox/"})
    assert answer["Location"] == "/account/sign-in/?next=/requests/new/empty-sandbox/"


def test_a_form_sent_signed_out_from_elsewhere_leads_home():
    answer = Client().post("/requests/check/", headers={"Referer": "https://elsewhere.example/requests/"})
    assert answer["Location"] == "/account/sign-in/?next=/"


def test_every_page_forbids_foreign_and_inline_code(client):
    policy = client.get("/account/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_language_switch_answers_in_that_language(client, language):
    client.post("/language/", {"language": language, "next": "/account/"})
    assert f'<html lang="{language}"' in client.get("/account/").content.decode()


def test_a_language_we_do_not_speak_is_refused(client):
    answer = client.post("/language/", {"language": "tlh"})
    assert answer.status_code == 422
    assert b"does not speak" in answer.content


def test_the_appearance_is_kept_and_can_be_given_back_to_the_device(client):
    client.post("/theme/", {"theme": "dark", "next": "/account/"})
    assert 'data-theme="dark"' in client.get("/account/").content.decode()
    client.post("/theme/", {"theme": "device"})
    assert "data-theme" not in client.get("/account/").content.decode()


def test_a_switch_does_not_lead_to_another_host(client):
    assert client.post("/theme/", {"theme": "dark", "next": "https://evil.example/"}).url == "/"
