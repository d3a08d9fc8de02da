"""Talking to the authority, Entra ID or the local Azure: sign-in, signing keys, sign-out page."""

import threading
import time
import warnings
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode

import jwt
import msal
import requests
from django.conf import settings
from msal.exceptions import MsalError

# A sign-in that presents a key we do not know fetches the keys again, but not more often than this.
REFETCH_SECONDS = 60
_KEYS_LIVE_SECONDS = 24 * 3600
_TIMEOUT_SECONDS = (5, 10)


class AuthorityUnreachable(Exception):
    """The authority did not answer, or not with what it must answer."""


def tenant_url() -> str:
    """The address under which the tenant's endpoints lie."""
    return f"{settings.AZURE_AUTHORITY}/{settings.ENTRA_TENANT_ID}"


def issuer() -> str:
    """The exact issuer of the tenant's v2.0 tokens."""
    return f"{tenant_url()}/v2.0"


def start_flow(redirect_uri: str) -> dict[str, Any]:
    """A new sign-in: `auth_uri` to send the person to; state, nonce and PKCE verifier to keep until they return."""
    flow: dict[str, Any] = _client().initiate_auth_code_flow(
        scopes=["email"], redirect_uri=redirect_uri, response_mode="query", prompt="select_account"
    )
    return flow


def finish_flow(flow: dict[str, Any], answer: Mapping[str, str]) -> dict[str, Any]:
    """Exchange the code. Raises ValueError for a wrong state, RuntimeError for a wrong nonce (both from msal).

    The ID token in the result is not checked: that is accounts.tokens' work.
    """
    try:
        result: dict[str, Any] = _client().acquire_token_by_auth_code_flow(flow, dict(answer))
    except (requests.RequestException, MsalError) as error:
        raise AuthorityUnreachable(str(error)) from error
    return result


def sign_out_url(return_to: str) -> str:
    """Where the authority ends its own session."""
    return f"{tenant_url()}/oauth2/v2.0/logout?{urlencode({'post_logout_redirect_uri': return_to})}"


class KeySet:
    """The tenant's signing keys, fetched when first needed and again when a token names an unknown one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None

    def key(self, key_id: str) -> jwt.PyJWK | None:
        """The key of this id, or None when the authority does not have it."""
        with self._lock:
            age = None if self._fetched_at is None else time.monotonic() - self._fetched_at
            is_stale = age is None or age > _KEYS_LIVE_SECONDS
            if is_stale or (key_id not in self._keys and age is not None and age >= REFETCH_SECONDS):
                self._keys = _fetch_keys(self._url)
                self._fetched_at = time.monotonic()
            return self._keys.get(key_id)


@lru_cache(maxsize=8)
def key_set(url: str) -> KeySet:
    """One cache per address and process."""
    return KeySet(url)


def keys() -> KeySet:
    """The keys of the configured tenant."""
    return key_set(f"{tenant_url()}/discovery/v2.0/keys")


def _fetch_keys(url: str) -> dict[str, jwt.PyJWK]:
    try:
        response = requests.get(url, timeout=_TIMEOUT_SECONDS, verify=_verification(), allow_redirects=False)
        response.raise_for_status()
        entries = response.json()["keys"]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise AuthorityUnreachable(f"keys: {error}") from error
    usable = [entry for entry in entries if entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig"]
    return {entry["kid"]: jwt.PyJWK(entry, algorithm="RS256") for entry in usable if entry.get("kid")}


def _client() -> "msal.ConfidentialClientApplication":
    """A client of its own for each exchange, because msal keeps the tokens of everybody who used one."""
    try:
        with warnings.catch_warnings():
            # A POST back from the authority would lose our SameSite=Lax cookie; the code alone is useless without it.
            warnings.filterwarnings("ignore", message=".*response_mode.*")
            return msal.ConfidentialClientApplication(
                settings.ENTRA_CLIENT_ID,
                client_credential=settings.ENTRA_CLIENT_SECRET,
                authority=tenant_url(),
                instance_discovery=settings.AZURE_IS_PUBLIC_AUTHORITY,
                http_client=_session(),
                exclude_scopes=["offline_access"],
            )
    except (requests.RequestException, MsalError, ValueError) as error:
        raise AuthorityUnreachable(str(error)) from error


def _session() -> requests.Session:
    """A session with our time limits. REQUESTS_CA_BUNDLE would win over a session's own setting, so with an authority
    of our own nothing is read from the process's environment."""
    session = requests.Session()
    session.verify = _verification()
    session.trust_env = not settings.AZURE_CA_BUNDLE
    # partial() on the bound method is how msal itself gives its session a time limit.
    session.request = partial(session.request, timeout=_TIMEOUT_SECONDS)  # type: ignore[method-assign]
    return session


def _verification() -> str | bool:
    return settings.AZURE_CA_BUNDLE or True
