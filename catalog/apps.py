"""The Django application."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Registers the application; nothing hidden happens here."""

    name = "catalog"
