"""Signing in and out: from the authority's answer to a session, every outcome in the audit trail."""

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import authority, claims, tokens
from accounts.models import Role, User, subject_of
from audit import trail
from common.errors import DomainError

log = logging.getLogger(__name__)

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
ROLE_SOURCES = "role_sources"


class SignInRefused(DomainError):
    """Nobody is signed in; the sentences say why and whom to ask."""

    status = 403


def finish(request: HttpRequest, *, flow: dict[str, Any], answer: Mapping[str, str]) -> User:
    """Sign the person in whom the authority's answer proves. Raises SignInRefused or AuthorityUnreachable."""
    token_claims = _checked_claims(flow, answer)
    identity = claims.identity(token_claims)
    roles = _roles_or_refusal(token_claims, identity)
    _refuse_disabled(identity)
    user = _welcome(identity, roles)
    auth.login(request, user)
    now = timezone.now().timestamp()
    request.session[SIGNED_IN_AT] = now
    request.session[SEEN_AT] = now
    request.session[ROLE_SOURCES] = {role.value: source for role, source in roles.items()}
    return user


def end(request: HttpRequest, *, reason: str) -> None:
    """End the session; `reason` is chosen, idle or absolute."""
    if isinstance(request.user, User):
        trail.record("user.signed_out", actor=request.user, subject=request.user, details={"reason": reason})
    auth.logout(request)


def _checked_claims(flow: dict[str, Any], answer: Mapping[str, str]) -> tokens.Claims:
    """The ID token's claims after every check; what an attacker could send at will is logged, not audited."""
    try:
        result = authority.finish_flow(flow, answer)
    except (ValueError, RuntimeError) as error:
        log.warning("sign-in answer refused", extra={"reason": str(error)})
        raise SignInRefused(_("This sign-in was started somewhere else or too long ago. Start again.")) from error
    if "id_token" not in result:
        log.warning("sign-in failed at the authority", extra={"code": result.get("error")})
        raise SignInRefused(_refusal_of_authority(str(result.get("error", ""))))
    try:
        return tokens.verify(result["id_token"], nonce=flow["nonce"])
    except tokens.TokenRefused as error:
        log.warning("ID token refused", extra={"reason": str(error)})
        _record_refusal("token refused", name="")
        raise SignInRefused(
            _("The proof of identity could not be trusted. Start again; if it stays, tell the platform team.")
        ) from error


def _refusal_of_authority(code: str) -> str:
    if code == "access_denied":
        return _("You stopped the sign-in, or your organisation did not allow it. Start again when you are ready.")
    return _("The sign-in service refused: %(code)s. Start again; if it stays, tell the platform team.") % {
        "code": code[:60] or "no token"
    }


def _roles_or_refusal(token_claims: tokens.Claims, identity: claims.Identity) -> dict[Role, str]:
    """Everybody who enters has a role; nobody gets one by default."""
    try:
        roles = claims.roles(token_claims)
    except claims.GroupsUnknown as error:
        _record_refusal("groups unknown", name=identity.name)
        raise SignInRefused(
            _(
                "You are in too many groups for the sign-in to list them, so Genkan cannot tell your roles. "
                "Ask the platform team to give you Genkan's app roles in Entra ID instead."
            )
        ) from error
    if not roles:
        _record_refusal("no role", name=identity.name)
        raise SignInRefused(
            _(
                "%(name)s has no role in Genkan yet. Ask the platform team to assign you one: "
                "Developer is the one for asking for environments."
            )
            % {"name": identity.name}
        )
    return roles


@transaction.atomic
def _welcome(identity: claims.Identity, roles: dict[Role, str]) -> User:
    """The person's row with what the claims say now."""
    user, _is_new = User.objects.update_or_create(
        subject=subject_of(identity.tenant_id, identity.object_id),
        defaults={
            "tenant_id": identity.tenant_id,
            "object_id": identity.object_id,
            "display_name": identity.name,
            "email": identity.email,
            "is_developer": Role.DEVELOPER in roles,
            "is_catalog_admin": Role.CATALOG_ADMIN in roles,
            "is_finance": Role.FINANCE in roles,
            "is_platform_admin": Role.PLATFORM_ADMIN in roles,
            "roles_checked_at": timezone.now(),
        },
    )
    trail.record(
        "user.signed_in",
        actor=user,
        subject=user,
        details={"roles": {role.value: source for role, source in roles.items()}},
    )
    return user


def _refuse_disabled(identity: claims.Identity) -> None:
    user = User.objects.for_claims(identity.tenant_id, identity.object_id)
    if user is not None and not user.is_active:
        _record_refusal("disabled", name=str(user), user=user)
        raise SignInRefused(_("Your access to Genkan was switched off. Ask the platform team if that is a mistake."))


def _record_refusal(reason: str, *, name: str, user: User | None = None) -> None:
    subject = user or User(display_name=name)
    trail.record("user.sign_in_refused", actor=user, subject=subject, details={"reason": reason})
