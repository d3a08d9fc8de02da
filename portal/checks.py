"""System checks: what a portal for real people must not be started without (`manage.py check --deploy`)."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from common import guards, secrets

_REQUIRED = {
    "ENCRYPTION_KEYS": "GENKAN_ENCRYPTION_KEYS: one or more 32-byte keys in base64, for secure parameters",
    "AZURE_TENANT_ID": "GENKAN_AZURE_TENANT_ID: the tenant that holds the subscriptions",
    "ENTRA_TENANT_ID": "GENKAN_ENTRA_TENANT_ID: the tenant that people sign in with",
    "ENTRA_CLIENT_ID": "GENKAN_ENTRA_CLIENT_ID: the app registration that people sign in to",
    "ENTRA_CLIENT_SECRET": "GENKAN_ENTRA_CLIENT_SECRET: its secret",
}
_HTTPS_ONLY = ("AZURE_RESOURCE_MANAGER", "AZURE_AUTHORITY", "AZURE_GRAPH")


@checks.register(checks.Tags.security)
def azure_is_reached_safely(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Tokens never travel in the clear, not even to a local Azure."""
    return [
        checks.Error(f"{name} must be an https:// address without a path.", id="genkan.E001")
        for name in _HTTPS_ONLY
        if urlsplit(getattr(settings, name)).scheme != "https" or urlsplit(getattr(settings, name)).path
    ]


@checks.register(checks.Tags.security)
def limits_are_in_order(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """HTTP time-outs < step limit < lease: else a slow worker is overtaken while it still writes."""
    http = settings.AZURE_CONNECT_SECONDS + settings.AZURE_READ_SECONDS
    if http < settings.ENGINE_STEP_LIMIT_SECONDS < settings.ENGINE_LEASE_SECONDS:
        return []
    return [
        checks.Error(
            "GENKAN_AZURE_CONNECT_SECONDS + GENKAN_AZURE_READ_SECONDS < GENKAN_STEP_LIMIT_SECONDS < "
            "GENKAN_LEASE_SECONDS must hold: the engine's safety rests on it.",
            id="genkan.E002",
        )
    ]


@checks.register(checks.Tags.security, deploy=True)
def production_is_complete(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Everything a portal for real people needs is set, and nothing that only tests may do is."""
    return list(_missing()) + list(_unsafe())


def _missing() -> Iterator[checks.CheckMessage]:
    for name, hint in _REQUIRED.items():
        if not getattr(settings, name):
            yield checks.Error(f"A setting is missing. {hint}.", id="genkan.E010")
    if settings.ENCRYPTION_KEYS and not _can_encrypt():
        yield checks.Error("GENKAN_ENCRYPTION_KEYS must be 32-byte keys in base64.", id="genkan.E011")


def _can_encrypt() -> bool:
    try:
        secrets.encrypt("anything", bound_to="check")
    except (ImproperlyConfigured, ValueError):
        return False
    return True


def _unsafe() -> Iterator[checks.CheckMessage]:
    if not settings.IS_HTTPS:
        yield checks.Error("GENKAN_URL must start with https://, or cookies travel in the clear.", id="genkan.E012")
    if released := guards.released():
        yield checks.Error(f"GENKAN_WITHOUT_GUARDS is for tests only: {', '.join(released)}.", id="genkan.E013")
    if str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
        yield checks.Warning("SQLite serves one machine; use PostgreSQL for several.", id="genkan.W014")
    if not settings.AUDIT_KEY:
        yield checks.Info(
            "GENKAN_AUDIT_KEY is not set: the audit trail is sealed with a key derived from the secret key.",
            id="genkan.I015",
        )
