"""Signing keys, signed tokens and the callers they prove."""

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from azure_emulator.errors import AzureError

if TYPE_CHECKING:
    from azure_emulator.world import World

KIND = "signing-key"
LIFETIME_SECONDS = 3600
CACHE_SIZE = 4096
CLOUD_AUDIENCES = frozenset(
    {"https://management.azure.com", "https://management.core.windows.net", "https://graph.microsoft.com"}
)


@dataclass(frozen=True)
class Principal:
    """Who calls: a user or a service principal of the tenant."""

    object_id: str
    kind: str
    name: str
    tenant: str
    app_id: str = ""


class Tokens:
    """Issues RS256 tokens and checks those that come back.

    Tokens live in real time, not in the emulator's, because the clients that cache them do too.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._cache: dict[str, tuple[float, Principal, str]] = {}
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        self.reload()

    def reload(self) -> None:
        """Read the keys again; makes the first one when there is none."""
        self._cache.clear()
        self._keys = {key["kid"]: _load(key["pem"]) for key in self._world.store.items(KIND)}
        if not self._keys:
            self.rotate()

    def rotate(self) -> str:
        """Add a key and sign with it from now on; older keys stay published. Returns the key id."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        kid = f"{self._world.store.next_number('signing-key'):04d}-{uuid.uuid4().hex[:16]}"
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self._world.store.put(KIND, kid, {"kid": kid, "pem": pem})
        self._keys[kid] = key
        return kid

    def forget_old_keys(self) -> None:
        """Withdraw every key but the newest: tokens signed before are refused from now on."""
        for kid in sorted(self._keys)[:-1]:
            del self._keys[kid]
            self._world.store.delete(KIND, kid)
        self._cache.clear()

    def public_keys(self) -> list[dict[str, Any]]:
        """The published key set."""
        shown = []
        for kid, key in sorted(self._keys.items()):
            numbers = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            shown.append({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": numbers["n"], "e": numbers["e"]})
        return shown

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with the given claims, signed by the newest key."""
        kid = max(self._keys)
        return jwt.encode(claims, self._keys[kid], algorithm="RS256", headers={"kid": kid})

    def times(self, *, seconds: int = LIFETIME_SECONDS) -> dict[str, int]:
        """The time claims of a token issued now."""
        now = int(time.time())
        return {"iat": now, "nbf": now - 5, "exp": now + seconds}

    def principal(self, authorization: str, *, base_url: str) -> Principal:
        """The caller behind an Authorization header; Azure's 401 when it proves nobody."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise self._refused("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        known = self._cache.get(token)
        if known is None:
            known = self._check(token.strip())
            if len(self._cache) >= CACHE_SIZE:
                self._cache.clear()
            self._cache[token] = known
        expires, principal, audience = known
        if time.time() > expires:
            self._cache.pop(token, None)
            raise self._expired(expires)
        if audience not in CLOUD_AUDIENCES and audience not in {base_url, self._world.base_url}:
            raise self._refused(
                "InvalidAuthenticationTokenAudience",
                f"The access token has been obtained for wrong audience or resource '{audience}'. It should exactly "
                "match "
                f"with one of the allowed audiences '{self._world.base_url}','https://management.azure.com/'.",
            )
        return principal

    def _check(self, token: str) -> tuple[float, Principal, str]:
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token, key.public_key(), algorithms=["RS256"], options={"verify_aud": False, "require": ["exp", "iss"]}
            )
        except jwt.ExpiredSignatureError as error:
            unverified = jwt.decode(token, options={"verify_signature": False})
            raise self._expired(float(unverified["exp"])) from error
        except (jwt.PyJWTError, KeyError) as error:
            raise self._refused("InvalidAuthenticationToken", "The access token is invalid.") from error
        tenant = self._world.tenant
        if claims.get("tid") != tenant or not claims.get("oid"):
            raise self._refused(
                "InvalidAuthenticationTokenTenant",
                f"The access token is from the wrong issuer. It must match the tenant '{tenant}' associated with this "
                "subscription.",
            )
        is_application = claims.get("idtyp") == "app"
        principal = Principal(
            object_id=claims["oid"],
            kind="ServicePrincipal" if is_application else "User",
            name=claims.get("appid", "") if is_application else claims.get("upn", claims["oid"]),
            tenant=tenant,
            app_id=claims.get("appid", ""),
        )
        return float(claims["exp"]), principal, str(claims.get("aud", "")).rstrip("/")

    def _expired(self, expires: float) -> AzureError:
        shown, now = (datetime.fromtimestamp(at, UTC).strftime("%m/%d/%Y %I:%M:%S %p") for at in (expires, time.time()))
        return self._refused(
            "ExpiredAuthenticationToken",
            f"The access token expiry UTC time '{shown}' is earlier than current UTC time '{now}'.",
        )

    def _refused(self, code: str, message: str) -> AzureError:
        challenge = (
            f'Bearer authorization_uri="{self._world.base_url}/{self._world.tenant}", error="invalid_token", '
            f'error_description="{message}"'
        )
        return AzureError(401, code, message, headers={"WWW-Authenticate": challenge})


def _load(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(pem[:40])
    return key
