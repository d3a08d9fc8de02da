"""Wiring only: settings, URLs, Celery, middleware, checks and the commands that start things."""

from portal.celery import app as celery_app

__all__ = ("celery_app",)
