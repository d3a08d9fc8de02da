"""Sign-in, tokens and keys, with msal and with forged tokens."""

import base64
import json
import re
import time

import httpx
import jwt
import msal
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.mgmt.resource.resources import ResourceManagementClient
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.azure_emulator.conftest import SUBSCRIPTION, TENANT, YUI

pytestmark = pytest.mark.emulator

PORTAL = "cccccccc-0000-4000-8000-000000000002"
CALLBACK = "https://portal.example/callback"
PATH = f"/subscriptions/{SUBSCRIPTION}/resourcegroups"


def msal_application(clients):
    session = requests.Session()
    session.verify, session.trust_env = str(clients.emulator.ca_path), False
    return msal.ConfidentialClientApplication(
        PORTAL,
        client_credential="portal-secret",
        oidc_authority=f"{clients.url}/{TENANT}/v2.0",
        http_client=session,
    )


def pick(http: httpx.Client, flow, user: str) -> dict[str, str]:
    """Open the sign-in page, press a person's button, and read the form that goes back."""
    page = http.get(flow["auth_uri"])
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page.text.split("<button")[0]))
    answer = http.post(flow["auth_uri"].split("?")[0], data={**fields, "user": user})
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))


def test_a_person_signs_in_with_code_pkce_nonce_and_state(clients):
    application = msal_application(clients)
    flow = application.initiate_auth_code_flow(["User.Read"], redirect_uri=CALLBACK, response_mode="form_post")

    with clients.http(None) as http:
        result = application.acquire_token_by_auth_code_flow(flow, pick(http, flow, YUI))
        keys = http.get(f"/{TENANT}/discovery/v2.0/keys").json()["keys"]
    key = jwt.PyJWK(next(key for key in keys if key["kid"] == jwt.get_unverified_header(result["id_token"])["kid"]))
    claims = jwt.decode(
        result["id_token"], key, algorithms=["RS256"], audience=PORTAL, issuer=f"{clients.url}/{TENANT}/v2.0"
    )

    assert (claims["oid"], claims["tid"], claims["preferred_username"]) == (YUI, TENANT, "yui@contoso.example")
    assert claims["groups"] == ["bbbbbbbb-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"]
    assert claims["roles"] == ["Platform.Admin"]
    assert "refresh_token" in result or application.get_accounts()


def test_a_code_works_once_and_only_with_its_verifier(clients):
    application = msal_application(clients)
    flow = application.initiate_auth_code_flow(["User.Read"], redirect_uri=CALLBACK, response_mode="form_post")
    with clients.http(None) as http:
        returned = pick(http, flow, YUI)
        wrong = application.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, returned)
        application.acquire_token_by_auth_code_flow(flow, returned)
        again = application.acquire_token_by_auth_code_flow(flow, returned)

    assert wrong["error"] == "invalid_grant"
    assert "AADSTS501481" in wrong["error_description"]
    assert again["error"] == "invalid_grant"


def test_an_unregistered_redirect_uri_is_never_followed(clients):
    with clients.http(None) as http:
        answer = http.get(
            f"/{TENANT}/oauth2/v2.0/authorize",
            params={
                "client_id": PORTAL,
                "redirect_uri": "https://evil.example/",
                "response_type": "code",
                "scope": "openid",
            },
        )

    assert answer.status_code == 400
    assert "AADSTS50011" in answer.text


def test_more_than_two_hundred_groups_become_a_pointer(clients):
    aiko = "aaaaaaaa-0000-4000-8000-000000000003"
    groups = [
        {"id": f"99999999-0000-4000-8000-{n:012d}", "displayName": f"G{n}", "members": [aiko]} for n in range(201)
    ]
    clients.emulator.control.seed({"groups": groups})
    application = msal_application(clients)
    flow = application.initiate_auth_code_flow(["User.Read"], redirect_uri=CALLBACK, response_mode="form_post")

    with clients.http(None) as http:
        claims = application.acquire_token_by_auth_code_flow(flow, pick(http, flow, aiko))["id_token_claims"]

    assert "groups" not in claims
    assert claims["_claim_names"] == {"groups": "src1"}
    with clients.http("portal") as http:
        members = http.post(claims["_claim_sources"]["src1"]["endpoint"], json={"securityEnabledOnly": True}).json()
    assert len(members["value"]) == 201


def test_a_wrong_secret_is_refused(clients):
    credential = clients.credential()
    credential._client_credential = "wrong"

    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        credential.get_token(clients.scope)


def forged_tokens(clients):
    good = clients.credential().get_token(clients.scope).token
    claims = jwt.decode(good, options={"verify_signature": False})
    header, _, signature = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "oid": YUI}).encode()).decode().rstrip("=")
    return [
        ("changed claims", f"{header}.{changed}.{signature}"),
        ("unsigned", jwt.encode(claims, "", algorithm="none", headers={"kid": kid})),
        ("foreign key", jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": kid})),
        ("not a token", "abc"),
    ]


def test_forged_tokens_get_401(clients):
    with clients.http(None) as http:
        answers = [http.get(PATH, headers={"Authorization": f"Bearer {token}"}) for _, token in forged_tokens(clients)]
        nobody = http.get(PATH)

    assert [answer.status_code for answer in answers] == [401] * 4
    assert {answer.json()["error"]["code"] for answer in answers} == {"InvalidAuthenticationToken"}
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "AuthenticationFailed")
    assert nobody.headers["www-authenticate"].startswith("Bearer authorization_uri=")


def test_an_id_token_is_no_access_token(clients):
    application = msal_application(clients)
    flow = application.initiate_auth_code_flow(["User.Read"], redirect_uri=CALLBACK, response_mode="form_post")
    with clients.http(None) as http:
        token = application.acquire_token_by_auth_code_flow(flow, pick(http, flow, YUI))["id_token"]
        answer = http.get(PATH, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationTokenAudience")


def test_withdrawn_keys_end_the_tokens_signed_with_them(clients):
    client = clients.build(ResourceManagementClient)
    list(client.resource_groups.list())
    clients.emulator.control.call("POST", "keys/rotate", {"forget": True})

    with pytest.raises(ClientAuthenticationError):
        list(client.resource_groups.list())
    assert list(clients.build(ResourceManagementClient).resource_groups.list()) == []


def test_the_managed_identity_endpoint_gives_a_token_to_whoever_knows_its_header(clients):
    with clients.http(None) as http:
        refused = http.get("/msi/token", params={"resource": clients.url}, headers={"X-IDENTITY-HEADER": "guess"})
        given = http.get("/msi/token", params={"resource": clients.url}, headers={"X-IDENTITY-HEADER": "owner-header"})
        groups = http.get(PATH, headers={"Authorization": f"Bearer {given.json()['access_token']}"})

    assert refused.status_code == 400
    assert int(given.json()["expires_on"]) > time.time()
    assert groups.status_code == 200


def test_a_person_signs_in_on_another_device(clients):
    application = msal_application(clients)
    with clients.http(None) as http:
        form = {"client_id": PORTAL, "client_secret": "portal-secret", "scope": "openid profile offline_access"}
        flow = http.post(f"/{TENANT}/oauth2/v2.0/devicecode", data=form).json()
        grant = {
            **form,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": flow["device_code"],
        }
        pending = http.post(f"/{TENANT}/oauth2/v2.0/token", data=grant).json()
        http.post(flow["verification_uri"], data={"code": flow["user_code"], "user": YUI})
        tokens = http.post(f"/{TENANT}/oauth2/v2.0/token", data=grant).json()
        renewed = application.acquire_token_by_refresh_token(tokens["refresh_token"], ["User.Read"])

    assert pending["error"] == "authorization_pending"
    assert renewed["id_token_claims"]["oid"] == YUI
