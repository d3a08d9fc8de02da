"""The Django application."""

from django.apps import AppConfig


class CostsConfig(AppConfig):
    """Registers the application; nothing hidden happens here."""

    name = "costs"
