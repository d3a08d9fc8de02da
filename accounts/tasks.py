"""Celery tasks of signing in."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> int:
    """Forget sessions that have ended; returns how many there were."""
    ended = Session.objects.filter(expire_date__lt=timezone.now()).count()
    SessionStore.clear_expired()
    return ended
