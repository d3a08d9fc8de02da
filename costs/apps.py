"""The Django application."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from costs.exact import teach_sqlite


class CostsConfig(AppConfig):
    """Registers the application and teaches SQLite to add money exactly."""

    name = "costs"

    def ready(self) -> None:
        """Every connection opened from now on knows the exact sum."""
        connection_created.connect(teach_sqlite)
