"""Azure's groups against the portal's environments, both ways; only what carries this installation's id is touched."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import trail
from cloud import groups
from cloud.groups import ResourceGroup
from environments import tags
from environments.models import Environment, EnvironmentStatus, Orphan, OrphanKind
from environments.moving import move_environment
from environments.sweeps.drift import repair
from projects.models import EnvironmentType

# Where a group must be; while building or deleting it may come and go.
_MUST_EXIST = frozenset({EnvironmentStatus.READY, EnvironmentStatus.UPDATING})
_SETTLED = timedelta(minutes=2)


def subscriptions() -> list[str]:
    """Every subscription that environments are in or may be in."""
    known = set(EnvironmentType.objects.values_list("subscription_id", flat=True))
    known |= set(Environment.objects.live().values_list("subscription_id", flat=True))
    return sorted(known)


def compare(subscription_id: str) -> None:
    """One listing of our groups; differences become repairs, `missing` environments or orphan rows."""
    found = {
        group.name.lower(): group
        for group in groups.list_groups(
            subscription_id=subscription_id, tag_name=tags.INSTANCE, tag_value=settings.INSTANCE_ID
        )
    }
    here = {
        environment.resource_group.lower(): environment
        for environment in Environment.objects.live()
        .filter(subscription_id=subscription_id)
        .select_related("project", "environment_type", "version__template", "owner")
    }
    for name, environment in here.items():
        _check_environment(environment, found.get(name))
    seen = {name for name, group in found.items() if name not in here and _is_settled(group)}
    for name in seen:
        _note_orphan(subscription_id, found[name])
    _resolve_others(subscription_id, seen)


def _is_settled(group: ResourceGroup) -> bool:
    return group.state.lower() != "deleting"


def _check_environment(environment: Environment, group: ResourceGroup | None) -> None:
    if group is not None:
        if environment.status == EnvironmentStatus.MISSING:
            _found_again(environment)
        lacking = tags.missing(tags.for_environment(environment), group.tags)
        if lacking and environment.status == EnvironmentStatus.READY:
            repair(environment, details={"tags": sorted(lacking)})
        return
    settled = environment.ready_at is not None and environment.ready_at < timezone.now() - _SETTLED
    if environment.status in _MUST_EXIST and settled:
        _look_twice(environment)


def _look_twice(environment: Environment) -> None:
    """The tag filter misses a group whose instance tag was removed; the group's own answer decides."""
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    if group is not None:
        repair(environment, details={"tags": sorted(tags.missing(tags.for_environment(environment), group.tags))})
        return
    with transaction.atomic():
        current = Environment.objects.select_for_update(of=("self",)).get(pk=environment.pk)
        if current.status != EnvironmentStatus.READY or current.operations.open().exists():
            return
        move_environment(current, EnvironmentStatus.MISSING, actor=User.objects.system())
        Orphan.objects.update_or_create(
            subscription_id=current.subscription_id,
            resource_group=current.resource_group,
            resolved_at=None,
            defaults={
                "kind": OrphanKind.ONLY_HERE,
                "region": current.region,
                "environment": current,
                "last_seen_at": timezone.now(),
            },
        )


def _found_again(environment: Environment) -> None:
    with transaction.atomic():
        current = Environment.objects.select_for_update(of=("self",)).get(pk=environment.pk)
        if current.status == EnvironmentStatus.MISSING and not current.operations.open().exists():
            move_environment(current, EnvironmentStatus.READY, actor=User.objects.system())


def _note_orphan(subscription_id: str, group: ResourceGroup) -> None:
    """A group with our id that no live environment owns; read once more, because lists lag behind deletes."""
    current = groups.read_group(subscription_id=subscription_id, name=group.name)
    if current is None or not tags.is_ours(current.tags):
        return
    Orphan.objects.update_or_create(
        subscription_id=subscription_id,
        resource_group=group.name,
        resolved_at=None,
        defaults={
            "kind": OrphanKind.ONLY_IN_AZURE,
            "region": current.location,
            "tags": dict(current.tags),
            "last_seen_at": timezone.now(),
        },
    )


def _resolve_others(subscription_id: str, seen: set[str]) -> None:
    """Rows whose difference is gone are closed."""
    now = timezone.now()
    for orphan in Orphan.objects.filter(subscription_id=subscription_id, resolved_at=None).select_related(
        "environment"
    ):
        environment = orphan.environment
        if orphan.kind == OrphanKind.ONLY_HERE:
            is_gone = environment is None or environment.status != EnvironmentStatus.MISSING
        else:
            is_gone = orphan.resource_group.lower() not in seen
        if is_gone:
            Orphan.objects.filter(pk=orphan.pk).update(resolved_at=now, resolution="agrees")


def waiting_for_delete() -> list[int]:
    """Orphans that a platform admin asked to delete and that are still there."""
    waiting = Orphan.objects.filter(resolved_at=None, kind=OrphanKind.ONLY_IN_AZURE).exclude(delete_requested_at=None)
    return list(waiting.values_list("pk", flat=True))


def remove(orphan: Orphan) -> None:
    """Ask Azure to delete the group, after reading its tags once more; closed when Azure says it is gone."""
    group = groups.read_group(subscription_id=orphan.subscription_id, name=orphan.resource_group)
    if group is None:
        Orphan.objects.filter(pk=orphan.pk).update(resolved_at=timezone.now(), resolution="deleted")
        return
    if not tags.is_ours(group.tags) or _is_owned(orphan) or group.state.lower() == "deleting":
        return
    trail.record(
        "azure.write",
        actor=User.objects.system(),
        subject=orphan,
        details={"method": "DELETE", "target": group.id, "step": "remove_orphan"},
    )
    groups.delete_group(subscription_id=orphan.subscription_id, name=orphan.resource_group)


def _is_owned(orphan: Orphan) -> bool:
    return (
        Environment.objects.live()
        .filter(subscription_id=orphan.subscription_id, resource_group__iexact=orphan.resource_group)
        .exists()
    )


def environment_of(group_tags: dict[str, str]) -> UUID | None:
    """The environment id a group's tag names, when it is one."""
    try:
        return UUID(tags.value_of(group_tags, tags.ENVIRONMENT))
    except ValueError:
        return None
