"""The Celery application; a message is a hint that carries an id and nothing else (docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("genkan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
