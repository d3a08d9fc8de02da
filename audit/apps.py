"""The Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the application; nothing hidden happens here."""

    name = "audit"
