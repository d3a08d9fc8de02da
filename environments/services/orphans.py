"""What a platform admin does about a group that only Azure knows: delete it or give it an owner."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import trail
from catalog.models import TemplateVersion, VersionStatus
from common.errors import DomainError, InputRefused, PermissionRefused
from costs import lifetimes
from environments import granting, permissions, tags
from environments.models import Environment, EnvironmentStatus, OperationKind, Orphan, OrphanKind
from environments.names import stack_name
from environments.starting import start_operation
from environments.sweeps.orphans import environment_of
from projects.models import EnvironmentType, Project

# What an adopted group is taken for when its tags name no template of ours.
_FALLBACK_TEMPLATE = "empty-sandbox"


def _check(actor: User, orphan: Orphan) -> None:
    if not permissions.can_see_orphans(actor):
        raise PermissionRefused(_("Only platform admins can deal with orphans."))
    if orphan.resolved_at is not None or orphan.kind != OrphanKind.ONLY_IN_AZURE:
        raise DomainError(_("This has been dealt with in the meantime."))
    if not tags.is_ours(orphan.tags):
        raise DomainError(_("The group does not carry this installation's id, so the portal does not touch it."))


@transaction.atomic
def delete_orphan(*, actor: User, orphan: Orphan) -> None:
    """Ask for its deletion; the next sweep carries it out and closes the row when Azure says it is gone."""
    orphan = Orphan.objects.select_for_update().get(pk=orphan.pk)
    _check(actor, orphan)
    orphan.delete_requested_at = timezone.now()
    orphan.save(update_fields=["delete_requested_at"])
    trail.record("orphan.delete_requested", actor=actor, subject=orphan, details={"tags": _told(orphan.tags)})


@transaction.atomic
def adopt_orphan(
    *,
    actor: User,
    orphan: Orphan,
    project: Project,
    environment_type: EnvironmentType,
    owner: User,
    ends_at: datetime,
) -> Environment:
    """Give the group a project, an owner and an end; tags and access follow by a repair."""
    orphan = Orphan.objects.select_for_update().get(pk=orphan.pk)
    _check(actor, orphan)
    _check_place(orphan, project=project, environment_type=environment_type, owner=owner, ends_at=ends_at)
    environment = _environment_for(
        orphan, project=project, environment_type=environment_type, owner=owner, ends_at=ends_at
    )
    orphan.resolved_at = timezone.now()
    orphan.resolution = "adopted"
    orphan.environment = environment
    orphan.save(update_fields=["resolved_at", "resolution", "environment"])
    trail.record(
        "environment.adopted",
        actor=actor,
        subject=environment,
        project_id=project.pk,
        environment_id=environment.pk,
        details={"group": orphan.resource_group, "tags": _told(orphan.tags)},
    )
    trail.record(
        "environment.ready",
        actor=actor,
        subject=environment,
        project_id=project.pk,
        environment_id=environment.pk,
        details={"from": "adopted"},
    )
    lifetimes.open_lifetime(
        subscription_id=environment.subscription_id,
        resource_group=environment.resource_group,
        project=project,
        environment_id=environment.pk,
        environment_name=environment.name,
        since=timezone.now().date(),
    )
    granting.plan_grants(environment)
    start_operation(environment, kind=OperationKind.REPAIR, actor=actor)
    return environment


def _told(found: Mapping[str, str]) -> dict[str, str]:
    """The group's tags for the trail; a stranger may have put a secret into one, whose value stays out."""
    return {name: "" if trail.looks_secret(name) else value for name, value in found.items()}


def _check_place(
    orphan: Orphan, *, project: Project, environment_type: EnvironmentType, owner: User, ends_at: datetime
) -> None:
    if environment_type.project_id != project.pk or environment_type.subscription_id != orphan.subscription_id:
        raise InputRefused(_("Choose an environment type of this project that builds in the group's subscription."))
    if not permissions.is_member(owner, project.pk):
        raise InputRefused(_("The new owner must be a member of the project."))
    if ends_at <= timezone.now():
        raise InputRefused(_("Choose an end date in the future."))


def _environment_for(
    orphan: Orphan, *, project: Project, environment_type: EnvironmentType, owner: User, ends_at: datetime
) -> Environment:
    named = environment_of(orphan.tags)
    is_free = named is not None and not Environment.objects.filter(pk=named).exists()
    pk = named if named is not None and is_free else uuid.uuid4()
    return Environment.objects.create(
        id=pk,
        project=project,
        environment_type=environment_type,
        version=_version_of(orphan),
        owner=owner,
        name=orphan.resource_group[-40:].lstrip("-"),
        region=orphan.region,
        subscription_id=orphan.subscription_id,
        resource_group=orphan.resource_group,
        stack_name=stack_name(pk),
        status=EnvironmentStatus.READY,
        ends_at=ends_at,
        ready_at=timezone.now(),
    )


def _version_of(orphan: Orphan) -> TemplateVersion:
    slug = tags.value_of(orphan.tags, "template") or _FALLBACK_TEMPLATE
    number = tags.value_of(orphan.tags, "templateversion")
    versions = TemplateVersion.objects.exclude(status=VersionStatus.DRAFT)
    exact = versions.filter(template__slug=slug, number=number).first()
    found = exact or versions.filter(template__slug=_FALLBACK_TEMPLATE).order_by("-published_at").first()
    if found is None:
        raise DomainError(_("The catalog has no template to take this group for. Publish “Empty sandbox” first."))
    return found
