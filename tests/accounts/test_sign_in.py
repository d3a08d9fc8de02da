"""Signing in over the wire with an honest authority."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import authority as our_authority
from accounts.models import Role, User
from audit.models import AuditEvent
from tests.accounts import forger

pytestmark = pytest.mark.django_db


def test_a_person_with_a_role_signs_in_and_lands_where_they_wanted_to_go(browser):
    answer = browser.sign_in(next="/account/?a=b")
    assert (answer.status_code, answer.url) == (302, "/account/?a=b")
    assert browser.is_signed_in
    user = User.objects.get(object_id=forger.OBJECT)
    assert (user.display_name, user.email, user.roles) == ("Sato Yui", "sato.yui@example.com", [Role.DEVELOPER])
    assert AuditEvent.objects.filter(action="user.signed_in", actor=user).count() == 1


def test_the_request_carries_pkce_nonce_and_state(browser):
    query = parse_qs(urlsplit(browser.start().url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_mode"] == ["query"]
    assert query["nonce"]
    assert query["state"]
    assert "offline_access" not in query["scope"][0]


def test_nothing_is_written_before_somebody_is_known(browser):
    browser.client.get("/account/sign-in/?next=/x/")
    browser.start(next="/x/")
    assert not Session.objects.exists()


def test_the_session_key_changes_at_sign_in(browser):
    session = browser.client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    browser.sign_in()
    assert browser.client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_person_is_known_by_object_id_not_by_email(browser, authority):
    browser.sign_in()
    authority.claims = {"preferred_username": "suzuki@example.com", "name": "Suzuki Yui"}
    browser.client.post("/account/sign-out/")
    browser.sign_in()
    assert User.objects.filter(object_id=forger.OBJECT).count() == 1
    assert User.objects.get(object_id=forger.OBJECT).email == "suzuki@example.com"


def test_roles_follow_the_claims_at_each_sign_in(browser, authority):
    authority.claims = {"roles": ["Genkan.Finance", "Genkan.Developer", "Somebody.Else"]}
    browser.sign_in()
    assert User.objects.get(object_id=forger.OBJECT).roles == [Role.DEVELOPER, Role.FINANCE]
    browser.client.post("/account/sign-out/")
    authority.claims = {"roles": ["Genkan.Developer"]}
    browser.sign_in()
    assert User.objects.get(object_id=forger.OBJECT).roles == [Role.DEVELOPER]


def test_a_role_can_come_from_a_group(browser, authority, settings):
    settings.ENTRA_GROUP_CATALOG_ADMIN = "Group-A"
    authority.claims = {"roles": None, "groups": ["group-a", "group-b"]}
    browser.sign_in()
    assert User.objects.get(object_id=forger.OBJECT).roles == [Role.CATALOG_ADMIN]
    assert b"group-a" in browser.client.get("/account/").content


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "environments"]
)
def test_an_address_elsewhere_is_not_followed(browser, address):
    assert browser.sign_in(next=address).url == "/"


def test_signing_out_ends_our_session_and_the_authoritys(browser, authority):
    browser.sign_in()
    answer = browser.client.post("/account/sign-out/")
    assert answer.url.startswith(f"{authority.url}/{forger.TENANT}/oauth2/v2.0/logout?post_logout_redirect_uri=")
    assert not browser.is_signed_in
    assert AuditEvent.objects.filter(action="user.signed_out").count() == 1


def test_signing_out_by_link_is_not_possible(browser):
    browser.sign_in()
    assert browser.client.get("/account/sign-out/").status_code == 405
    assert browser.is_signed_in


def test_the_sign_in_form_needs_its_token(authority):
    assert Client(enforce_csrf_checks=True).post("/account/sign-in/").status_code == 403


def test_a_new_signing_key_is_fetched_but_not_at_every_token(browser, authority, monkeypatch):
    browser.sign_in()
    browser.client.post("/account/sign-out/")
    fetched = authority.key_requests
    authority.sign = lambda claims: authority.rs256(claims, kid="unknown")
    for _attempt in range(3):
        assert browser.sign_in().status_code == 403
    assert authority.key_requests == fetched
    monkeypatch.setattr(our_authority, "REFETCH_SECONDS", 0)
    authority.published["k2"] = authority.key
    authority.sign = lambda claims: authority.rs256(claims, kid="k2")
    assert browser.sign_in().status_code == 302
    del authority.published["k2"]


def test_an_authority_that_does_not_answer_is_said_plainly(browser, authority):
    authority.is_down = True
    answer = browser.start()
    assert answer.status_code == 503
    assert b"does not answer" in answer.content


def test_an_authority_that_fails_while_the_code_is_exchanged_is_said_plainly(browser, authority):
    code, state = authority.code_for(browser.start().url)
    authority.is_down = True
    assert browser.come_back(code=code, state=state).status_code == 503
    assert not browser.is_signed_in


def test_my_page_says_roles_their_source_and_when_the_session_ends(browser):
    browser.sign_in()
    page = browser.client.get("/account/").content.decode()
    assert "Developer" in page
    assert "Genkan.Developer" in page
    assert "8 hours" in page


def test_the_chosen_language_comes_back_with_the_person(browser):
    browser.sign_in()
    browser.client.post("/language/", {"language": "ja"})
    assert User.objects.get(object_id=forger.OBJECT).language == "ja"
    browser.client.post("/account/sign-out/")
    browser.client.cookies.pop("django_language")
    browser.sign_in()
    assert browser.client.cookies["django_language"].value == "ja"
