"""The Django application."""

from django.apps import AppConfig

from portal import checks  # noqa: F401 - importing them registers them


class PortalConfig(AppConfig):
    """Registers the application and its system checks."""

    name = "portal"
