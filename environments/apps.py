"""The Django application."""

from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    """Registers the application; nothing hidden happens here."""

    name = "environments"
