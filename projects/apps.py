"""The Django application."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Registers the application; nothing hidden happens here."""

    name = "projects"
