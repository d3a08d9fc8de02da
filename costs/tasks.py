"""Celery tasks: thin doors into the loader. A message carries an id and nothing else."""

from celery import shared_task

from costs import services


@shared_task(name="costs.load_costs")
def load_costs() -> None:
    """Plan what was not loaded for a day and send out what is due; run it every minute."""
    services.plan_loads()
    for load in services.due_loads():
        load_one.delay(load.pk)


@shared_task(name="costs.load_one")
def load_one(load_id: int) -> None:
    """Do one load, if it is still due."""
    services.run_load(load_id)
