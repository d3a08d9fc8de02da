"""Invariants that only Azure can answer for."""

from collections.abc import Iterator

from django.conf import settings

from cloud import grants, groups
from cloud.groups import ResourceGroup
from environments import tags
from environments.doctor.finding import Finding
from environments.models import Environment, EnvironmentStatus, Grant, GrantStatus
from environments.sweeps.orphans import subscriptions

_SETTLED = {EnvironmentStatus.READY, EnvironmentStatus.UPDATING}


def _ours(subscription_id: str) -> dict[str, ResourceGroup]:
    found = groups.list_groups(subscription_id=subscription_id, tag_name=tags.INSTANCE, tag_value=settings.INSTANCE_ID)
    return {group.name.lower(): group for group in found}


def groups_match() -> Iterator[Finding]:
    """Every group with our tag has a live environment, every settled environment its group."""
    for subscription_id in subscriptions():
        found = _ours(subscription_id)
        live = Environment.objects.live().filter(subscription_id=subscription_id)
        here = {environment.resource_group.lower(): environment for environment in live}
        for name in found.keys() - here.keys():
            yield Finding(f"group {name}", "exists in Azure with our tag, but no live environment owns it")
        for name in here.keys() - found.keys():
            if here[name].status in _SETTLED:
                yield Finding(f"environment {here[name].pk}", "is live here, but its group is not in Azure")


def groups_are_tagged() -> Iterator[Finding]:
    """The tags in Azure are today's."""
    for subscription_id in subscriptions():
        found = _ours(subscription_id)
        live = Environment.objects.filter(subscription_id=subscription_id, status__in=_SETTLED)
        for environment in live.select_related("project", "environment_type", "version__template", "owner"):
            group = found.get(environment.resource_group.lower())
            lacking = tags.missing(tags.for_environment(environment), group.tags) if group else {}
            if lacking:
                yield Finding(f"group {environment.resource_group}", f"lacks {sorted(lacking)}")


def grants_match() -> Iterator[Finding]:
    """On every settled environment's group, the role assignments under our names are exactly the active grants."""
    for environment in Environment.objects.filter(status__in=_SETTLED):
        listed = {item.name.lower() for item in grants.list_assignments(scope=environment.group_id)}
        rows = Grant.objects.filter(environment=environment)
        known = {str(grant.assignment): grant for grant in rows}
        for name in listed & known.keys():
            if known[name].status == GrantStatus.ENDED:
                yield Finding(f"grant {name}", "is ended here, but exists in Azure")
        for name, grant in known.items():
            if grant.status == GrantStatus.ACTIVE and name not in listed:
                yield Finding(f"grant {name}", "is active here, but not in Azure")
