"""The Django application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the application; nothing hidden happens here."""

    name = "accounts"
