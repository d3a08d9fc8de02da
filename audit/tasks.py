"""Celery tasks of the trail."""

from celery import shared_task

from audit import chain


@shared_task(name="audit.seal")
def seal() -> int:
    """Cover new events; runs every minute."""
    return chain.seal_new_events()
