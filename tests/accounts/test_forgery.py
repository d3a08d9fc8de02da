"""Everything that is not an honest answer to this very sign-in is refused, and nobody is signed in."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.models import User
from audit.models import AuditEvent

pytestmark = pytest.mark.django_db

STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def refused(browser, answer) -> bool:
    return answer.status_code == 403 and not browser.is_signed_in and not User.objects.filter(is_system=False).exists()


# A fixed time, the same in every test process: 2100-01-01.
FAR_AHEAD = 4_102_444_800


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "00000000-0000-0000-0000-000000000000"},
        {"aud": ["99999999-8888-7777-6666-555555555555", "another"]},
        {"aud": None},
        {"iss": "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"},
        {"iss": None},
        {"tid": "00000000-0000-0000-0000-000000000000"},
        {"tid": None},
        {"oid": None},
        {"exp": 1},
        {"exp": None},
        {"nbf": FAR_AHEAD},
        {"nbf": None},
        {"iat": FAR_AHEAD},
        {"nonce": "0" * 64},
        {"nonce": None},
        {"ver": "1.0"},
    ],
    ids=lambda claims: "-".join(f"{name}={value}"[:24] for name, value in claims.items()),
)
def test_a_token_with_a_wrong_claim_is_refused(browser, authority, claims):
    authority.claims = claims
    assert refused(browser, browser.sign_in())


def unsigned(claims):
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "k1"})


def without_signature(authority):
    return lambda claims: authority.rs256(claims).rsplit(".", 1)[0] + "."


def with_public_key_as_secret(authority):
    """The classic confusion: HS256 with the public key as the secret; PyJWT refuses to make it, so by hand."""
    pem = authority.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(claims):
        import hmac

        header = {"alg": "HS256", "typ": "JWT", "kid": "k1"}
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
        body = b".".join(parts)
        mac = base64.urlsafe_b64encode(hmac.digest(pem, body, "sha256")).rstrip(b"=")
        return (body + b"." + mac).decode()

    return sign


def changed_after_signing(authority):
    def sign(claims):
        header, _body, signature = authority.rs256(claims).split(".")
        forged = json.dumps({**claims, "roles": ["Genkan.PlatformAdmin"]}).encode()
        return f"{header}.{base64.urlsafe_b64encode(forged).rstrip(b'=').decode()}.{signature}"

    return sign


FORGERIES = {
    "unsigned": lambda authority: unsigned,
    "signature cut off": without_signature,
    "HS256 with the public key": with_public_key_as_secret,
    "another key under our key's id": lambda authority: (
        lambda claims: jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "k1"})
    ),
    "another key with its own id": lambda authority: (
        lambda claims: jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "mine"})
    ),
    "a key that the header brings along": lambda authority: (
        lambda claims: jwt.encode(
            claims,
            STRANGER,
            algorithm="RS256",
            headers={"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key()))},
        )
    ),
    "RS512": lambda authority: (
        lambda claims: jwt.encode(claims, authority.key, algorithm="RS512", headers={"kid": "k1"})
    ),
    "roles changed after signing": changed_after_signing,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_the_tenant_did_not_sign_is_refused(browser, authority, forgery):
    authority.sign = FORGERIES[forgery](authority)
    assert refused(browser, browser.sign_in())
    assert AuditEvent.objects.filter(action="user.sign_in_refused", details__reason="token refused").count() == 1


def test_a_forged_state_is_refused_before_any_code_is_exchanged(browser, authority):
    code, _state = authority.code_for(browser.start().url)
    exchanged = len(authority.token_requests)
    assert refused(browser, browser.come_back(code=code, state="forged"))
    assert len(authority.token_requests) == exchanged


def test_an_answer_without_a_started_sign_in_is_refused(browser, authority):
    exchanged = len(authority.token_requests)
    assert refused(browser, browser.come_back(code="abc", state="def"))
    assert len(authority.token_requests) == exchanged


def test_a_tampered_flow_cookie_is_refused(browser, authority):
    code, state = authority.code_for(browser.start().url)
    browser.client.cookies["genkan_sign_in"] = browser.client.cookies["genkan_sign_in"].value[:-3] + "abc"
    assert refused(browser, browser.come_back(code=code, state=state))


def test_an_answer_serves_once(browser, authority):
    code, state = authority.code_for(browser.start().url)
    browser.come_back(code=code, state=state)
    browser.client.post("/account/sign-out/")
    assert browser.come_back(code=code, state=state).status_code == 403
    assert not browser.is_signed_in


def test_a_code_of_somebody_elses_sign_in_does_not_fit_our_verifier(browser, authority):
    from tests.accounts.conftest import Browser

    theirs, _state = authority.code_for(Browser(authority).start().url)
    _ours, state = authority.code_for(browser.start().url)
    assert refused(browser, browser.come_back(code=theirs, state=state))


def test_a_person_who_stops_at_the_authority_is_told_how_to_go_on(browser, authority):
    _code, state = authority.code_for(browser.start().url)
    answer = browser.come_back(error="access_denied", state=state)
    assert refused(browser, answer)
    assert b"You stopped the sign-in" in answer.content


def test_a_person_without_a_role_is_told_whom_to_ask(browser, authority):
    authority.claims = {"roles": []}
    answer = browser.sign_in()
    assert refused(browser, answer)
    assert b"Ask the platform team" in answer.content
    assert AuditEvent.objects.get(action="user.sign_in_refused").details == {"reason": "no role"}


@pytest.mark.parametrize("mark", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}])
def test_too_many_groups_is_not_the_same_as_no_group(browser, authority, settings, mark):
    settings.ENTRA_GROUP_FINANCE = "finance-group"
    authority.claims = {"roles": ["Genkan.Developer"], **mark}
    assert refused(browser, browser.sign_in())


def test_too_many_groups_do_no_harm_where_app_roles_decide(browser, authority, settings):
    authority.claims = {"roles": ["Genkan.Developer"], "hasgroups": True}
    assert browser.sign_in().status_code == 302
    settings.ENTRA_GROUP_DEVELOPER = "developers"
    browser.client.post("/account/sign-out/")
    assert browser.sign_in().status_code == 302


def test_a_disabled_person_is_refused_and_their_session_ends(browser, authority):
    browser.sign_in()
    User.objects.update(is_active=False)
    assert not browser.is_signed_in
    answer = browser.sign_in()
    assert answer.status_code == 403
    assert b"switched off" in answer.content
    assert AuditEvent.objects.filter(action="user.sign_in_refused", details__reason="disabled").exists()
