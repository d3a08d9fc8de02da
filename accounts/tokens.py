"""Checking an ID token: signature, issuer, audience, times, nonce, tenant. msal checks none of these but the nonce."""

import hashlib
import hmac
from typing import Any

import jwt
from django.conf import settings

from accounts import authority

_ALGORITHMS = ["RS256"]
_LEEWAY_SECONDS = 60
_REQUIRED = ["exp", "nbf", "iat", "iss", "aud", "nonce", "tid", "oid"]

Claims = dict[str, Any]


class TokenRefused(Exception):
    """The token is not one that this tenant issued to us for this sign-in; the text says which check failed."""


def verify(id_token: str, *, nonce: str) -> Claims:
    """The token's claims. Raises TokenRefused; AuthorityUnreachable when the keys cannot be had.

    `nonce` is the one msal kept in the flow; the token carries its SHA-256 in hex.
    """
    try:
        claims: Claims = jwt.decode(
            id_token,
            key=_key(id_token),
            algorithms=_ALGORITHMS,
            audience=settings.ENTRA_CLIENT_ID,
            issuer=authority.issuer(),
            leeway=_LEEWAY_SECONDS,
            options={"require": _REQUIRED, "strict_aud": True},
        )
    except jwt.InvalidTokenError as error:
        raise TokenRefused(f"{type(error).__name__}: {error}") from error
    _check_nonce(claims, nonce)
    _check_tenant(claims)
    return claims


def _key(id_token: str) -> jwt.PyJWK:
    """The tenant's key that the header names; the header's own algorithm is never trusted beyond the allow-list."""
    try:
        header = jwt.get_unverified_header(id_token)
    except jwt.InvalidTokenError as error:
        raise TokenRefused(f"unreadable header: {error}") from error
    if header.get("alg") not in _ALGORITHMS:
        raise TokenRefused(f"algorithm {header.get('alg')} is not allowed")
    key = authority.keys().key(str(header.get("kid", "")))
    if key is None:
        raise TokenRefused(f"no key {header.get('kid')} in the tenant")
    return key


def _check_nonce(claims: Claims, nonce: str) -> None:
    expected = hashlib.sha256(nonce.encode("ascii")).hexdigest()
    if not hmac.compare_digest(str(claims["nonce"]).encode(), expected.encode()):
        raise TokenRefused("the nonce belongs to another sign-in")


def _check_tenant(claims: Claims) -> None:
    if str(claims["tid"]).lower() != settings.ENTRA_TENANT_ID.lower():
        raise TokenRefused(f"tenant {claims['tid']} is not allowed")
    if claims.get("ver", "2.0") != "2.0":
        raise TokenRefused(f"version {claims['ver']} tokens are not accepted")
