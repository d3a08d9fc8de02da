"""Entra ID: discovery, keys and the token endpoint."""

import base64
import hashlib
import hmac
import secrets
import time
import uuid
from binascii import Error as Base64Error
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from azure_emulator import claims
from azure_emulator.clock import iso
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

CODE, REFRESH = "authorization-code", "refresh-token"
LIFETIME_SECONDS = 3600
ALIASES = frozenset({"common", "organizations"})


class TokenError(AzureError):
    """A refusal of the token endpoint, in OAuth's shape instead of ARM's."""

    def __init__(self, error: str, number: int, description: str, *, status: int = 400) -> None:
        super().__init__(status, error, description)
        self._number = number

    def body(self) -> dict[str, Any]:
        """The OAuth error body with Entra's additions."""
        trace = str(uuid.uuid4())
        return {
            "error": self.code,
            "error_description": f"AADSTS{self._number}: {self.message} Trace ID: {trace}",
            "error_codes": [self._number],
            "timestamp": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
            "trace_id": trace,
            "correlation_id": str(uuid.uuid4()),
        }


def check_tenant(world: World, tenant: str) -> None:
    """Raise Entra's error for a tenant that is not ours."""
    domain = (world.store.get("emulator", "tenant") or {}).get("domain", "")
    if tenant.lower() not in {world.tenant.lower(), domain.lower(), *ALIASES} or not tenant:
        raise TokenError(
            "invalid_tenant", 90002, f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
        )


def _configuration(request: Request) -> Answer:
    world, base = request.world, request.base_url
    check_tenant(world, request.parameters["tenant"])
    place = f"{base}/{world.tenant}"
    return Answer(
        200,
        {
            "token_endpoint": f"{place}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{place}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": claims.issuer(world),
            "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{place}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{place}/oauth2/v2.0/logout",
            "userinfo_endpoint": f"{base}/oidc/userinfo",
            "claims_supported": [
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nonce",
                "name",
                "oid",
                "tid",
                "preferred_username",
            ],
            "code_challenge_methods_supported": ["S256"],
            "tenant_region_scope": "AS",
            "cloud_instance_name": "localhost",
            "msgraph_host": base.removeprefix("https://"),
        },
    )


for _place in ("/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/.well-known/openid-configuration"):
    route("GET", _place, public=True)(_configuration)


@route("GET", "/common/discovery/instance", public=True)
def instance_discovery(request: Request) -> Answer:
    """The answer clients want before they trust an authority."""
    host = request.base_url.removeprefix("https://")
    authority = f"{request.base_url}/{request.world.tenant}/v2.0"
    return Answer(
        200,
        {
            "tenant_discovery_endpoint": f"{authority}/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        },
    )


@route("GET", "/{tenant}/discovery/v2.0/keys", public=True)
def keys(request: Request) -> Answer:
    """The public halves of the signing keys."""
    issuer = claims.issuer(request.world)
    return Answer(200, {"keys": [{**key, "issuer": issuer} for key in request.world.tokens.public_keys()]})


@route("POST", "/{tenant}/oauth2/v2.0/token", public=True)
def token(request: Request) -> Answer:
    """Exchange a grant for tokens."""
    check_tenant(request.world, request.parameters["tenant"])
    form = request.form()
    grant = GRANTS.get(form.get("grant_type", ""))
    if grant is None:
        raise TokenError(
            "unsupported_grant_type",
            70003,
            f"The app requested an unsupported grant type '{form.get('grant_type', '')}'.",
        )
    application = authenticate(request, form)
    body = grant(request.world, application, form)
    return Answer(200, body, {"Cache-Control": "no-store, no-cache"})


def authenticate(request: Request, form: dict[str, str]) -> Document:
    """The application that calls, proven by its secret; public clients have none."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (Base64Error, UnicodeDecodeError) as error:
            raise TokenError("invalid_client", 7000215, "The Authorization header is malformed.", status=401) from error
        client_id, secret = unquote(client_id), unquote(secret)
    application = request.world.directory.application(client_id)
    if application is None:
        raise TokenError(
            "unauthorized_client", 700016, f"Application with identifier '{client_id}' was not found in the directory."
        )
    known = application["secrets"]
    if known and secret is None:
        raise TokenError(
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
            status=401,
        )
    if known and not any(hmac.compare_digest(str(secret).encode(), one.encode()) for one in known):
        raise TokenError(
            "invalid_client", 7000215, f"Invalid client secret provided for app '{client_id}'.", status=401
        )
    return application


def _client_credentials(world: World, application: Document, form: dict[str, str]) -> Document:
    if not application["secrets"]:
        raise TokenError("invalid_client", 7000216, "'client_assertion' or 'client_secret' is required.", status=401)
    scope = form.get("scope", "")
    if not scope.endswith("/.default"):
        raise TokenError("invalid_scope", 1002012, f"The provided value for scope {scope} is not valid for this grant.")
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS - 1,
        "ext_expires_in": LIFETIME_SECONDS - 1,
        "access_token": claims.application_access_token(world, application, scope=scope),
    }


def _authorization_code(world: World, application: Document, form: dict[str, str]) -> Document:
    code = world.store.delete(CODE, form.get("code", ""))
    if code is None:
        raise TokenError("invalid_grant", 54005, "The authorization code was already redeemed or is unknown.")
    if code["expires"] < time.time():
        raise TokenError("invalid_grant", 70008, "The provided authorization code or refresh token has expired.")
    if code["client_id"].lower() != application["clientId"].lower() or code["redirect_uri"] != form.get("redirect_uri"):
        raise TokenError("invalid_grant", 50011, "The redirect URI or client does not match the one of the sign-in.")
    _check_verifier(code, application, form.get("code_verifier", ""))
    return issue(world, application, user_id=code["user_id"], scope=code["scope"], nonce=code["nonce"])


def _check_verifier(code: Document, application: Document, verifier: str) -> None:
    if not code["challenge"]:
        if not application["secrets"]:
            raise TokenError("invalid_request", 9002325, "Proof Key for Code Exchange is required for public clients.")
        return
    digest = hashlib.sha256(verifier.encode()).digest()
    computed = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if not hmac.compare_digest(computed, code["challenge"]):
        raise TokenError(
            "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge of the authorization."
        )


def _refresh_token(world: World, application: Document, form: dict[str, str]) -> Document:
    known = world.store.get(REFRESH, form.get("refresh_token", ""))
    if known is None or known["client_id"].lower() != application["clientId"].lower():
        raise TokenError("invalid_grant", 9002313, "Invalid request. The refresh token is malformed or not valid.")
    user = world.directory.user(known["user_id"])
    if user is None or not user["accountEnabled"]:
        raise TokenError("invalid_grant", 50057, "The user account is disabled.")
    scope = form.get("scope") or known["scope"]
    return issue(world, application, user_id=known["user_id"], scope=scope, nonce=None)


def issue(world: World, application: Document, *, user_id: str, scope: str, nonce: str | None) -> Document:
    """The token endpoint's answer for a person."""
    user = world.directory.user(user_id)
    if user is None:
        raise TokenError("invalid_grant", 50034, f"The user account '{user_id}' does not exist in the directory.")
    answer: Document = {
        "token_type": "Bearer",
        "scope": scope,
        "expires_in": LIFETIME_SECONDS - 1,
        "ext_expires_in": LIFETIME_SECONDS - 1,
        "access_token": claims.user_access_token(world, user, application, scope=scope),
        "client_info": claims.client_info(world, user["id"]),
    }
    words = scope.split()
    if "openid" in words:
        answer["id_token"] = claims.id_token(world, user, application, nonce=nonce)
    if "offline_access" in words:
        answer["refresh_token"] = secrets.token_urlsafe(48)
        document = {
            "client_id": application["clientId"],
            "user_id": user["id"],
            "scope": scope,
            "at": iso(world.clock.now()),
        }
        world.store.put(REFRESH, answer["refresh_token"], document)
    return answer


Grant = Callable[[World, Document, dict[str, str]], Document]
GRANTS: dict[str, Grant] = {
    "authorization_code": _authorization_code,
    "client_credentials": _client_credentials,
    "refresh_token": _refresh_token,
}


def add_grant(name: str, grant: Grant) -> None:
    """Let the token endpoint accept another kind of grant."""
    GRANTS[name] = grant
