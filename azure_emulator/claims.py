"""What Entra ID writes into ID tokens and access tokens."""

import base64
import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure_emulator.world import World

Document = dict[str, Any]

GRAPH = "https://graph.microsoft.com"
MAXIMUM_GROUPS = 200
OPENID_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})


def issuer(world: "World") -> str:
    """The issuer of every token of the tenant."""
    return f"{world.base_url}/{world.tenant}/v2.0"


def subject(user_id: str, client_id: str) -> str:
    """The pairwise subject: stable for one user in one application."""
    digest = hashlib.sha256(f"{user_id}|{client_id}".lower().encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def client_info(world: "World", object_id: str) -> str:
    """The account hint that msal reads."""
    text = json.dumps({"uid": object_id, "utid": world.tenant})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def audience(world: "World", scope: str) -> str:
    """The resource an access token is for: the part of the first resource scope before its last segment."""
    for word in scope.split():
        if word in OPENID_SCOPES:
            continue
        if word.startswith("https://"):
            return word.rsplit("/", 1)[0].rstrip("/") or world.base_url
        return GRAPH
    return GRAPH


def id_token(world: "World", user: Document, application: Document, *, nonce: str | None) -> str:
    """A signed ID token for a person."""
    claims = {
        "aud": application["clientId"],
        "iss": issuer(world),
        **world.tokens.times(),
        "name": user["displayName"],
        "oid": user["id"],
        "preferred_username": user["userPrincipalName"],
        "email": user.get("mail"),
        "rh": "0.",
        "sub": subject(user["id"], application["clientId"]),
        "tid": world.tenant,
        "uti": uuid.uuid4().hex[:22],
        "ver": "2.0",
        **({"nonce": nonce} if nonce else {}),
        **_memberships(world, user["id"], application),
    }
    return world.tokens.sign(claims)


def _memberships(world: "World", object_id: str, application: Document) -> Document:
    """Groups (or the pointer Entra puts there when they are too many) and app roles."""
    groups = sorted(world.directory.groups_of(object_id))
    claims: Document = {}
    holders = {object_id.lower(), *groups}
    roles = [
        role["value"]
        for role in application.get("appRoles", ())
        if holders & {member.lower() for member in role.get("members", ())}
    ]
    if roles:
        claims["roles"] = roles
    if application.get("groupMembershipClaims") in {None, "None"}:
        return claims
    if len(groups) > MAXIMUM_GROUPS:
        claims["_claim_names"] = {"groups": "src1"}
        endpoint = f"{world.base_url}/v1.0/users/{object_id}/getMemberObjects"
        claims["_claim_sources"] = {"src1": {"endpoint": endpoint}}
    elif groups:
        claims["groups"] = groups
    return claims


def user_access_token(world: "World", user: Document, application: Document, *, scope: str) -> str:
    """A signed access token for a person using an application."""
    claims = {
        "aud": audience(world, scope),
        "iss": issuer(world),
        **world.tokens.times(),
        "appid": application["clientId"],
        "azp": application["clientId"],
        "idtyp": "user",
        "name": user["displayName"],
        "oid": user["id"],
        "upn": user["userPrincipalName"],
        "scp": " ".join(word for word in scope.split() if not word.startswith("https://")) or "user_impersonation",
        "sub": subject(user["id"], application["clientId"]),
        "tid": world.tenant,
        "uti": uuid.uuid4().hex[:22],
        "ver": "1.0",
    }
    return world.tokens.sign(claims)


def application_access_token(world: "World", application: Document, *, scope: str) -> str:
    """A signed access token for an application itself."""
    claims = {
        "aud": audience(world, scope),
        "iss": issuer(world),
        **world.tokens.times(),
        "appid": application["clientId"],
        "appidacr": "1",
        "idtyp": "app",
        "oid": application["objectId"],
        "roles": application.get("graphPermissions", []),
        "sub": application["objectId"],
        "tid": world.tenant,
        "uti": uuid.uuid4().hex[:22],
        "ver": "1.0",
    }
    return world.tokens.sign(claims)
