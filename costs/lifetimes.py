"""Writing down which environment a resource group belongs to, from when to when."""

from datetime import date
from uuid import UUID

from django.db import transaction

from costs.models import GroupLifetime
from projects.models import Project


@transaction.atomic
def open_lifetime(
    *,
    subscription_id: str,
    resource_group: str,
    project: Project,
    environment_id: UUID,
    environment_name: str,
    since: date,
) -> GroupLifetime:
    """The group belongs to the environment from this day on. Saying it again changes nothing.

    If the group was still somebody else's (it vanished and its name came back), that ends on the same day.
    """
    group = resource_group.lower()
    live = GroupLifetime.objects.select_for_update().filter(
        subscription_id=subscription_id, resource_group=group, until=None
    )
    current = live.first()
    if current and current.environment_id == environment_id:
        return current
    live.update(until=since)
    return GroupLifetime.objects.create(
        subscription_id=subscription_id,
        resource_group=group,
        project=project,
        environment_id=environment_id,
        environment_name=environment_name,
        since=since,
    )


def close_lifetime(*, environment_id: UUID, until: date) -> None:
    """The environment's groups are proven gone since this day."""
    GroupLifetime.objects.filter(environment_id=environment_id, until=None).update(until=until)
