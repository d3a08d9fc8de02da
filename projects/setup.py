"""Commands that set projects up: the project itself and its environment types, by platform admins."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.forms import model_to_dict
from django.utils.translation import gettext as _

from accounts.models import User
from audit import trail
from common.errors import InputRefused, PermissionRefused
from projects import permissions
from projects.models import EnvironmentType, Membership, Project, ProjectRole

PROJECT_FIELDS = (
    "slug",
    "name",
    "description",
    "cost_centre",
    "business_unit",
    "group_object_id",
    "group_name",
    "extra_tags",
    "is_active",
)
TYPE_FIELDS = (
    "slug",
    "name",
    "subscription_id",
    "subscription_name",
    "regions",
    "creator_roles",
    "member_roles",
    "default_lifetime_days",
    "max_lifetime_days",
    "quota",
    "approval",
    "is_open",
)
# Environments carry these in their names and tags, so they stay as they were first set.
FIXED_PROJECT_FIELDS = ("slug",)
FIXED_TYPE_FIELDS = ("slug", "subscription_id")


@transaction.atomic
def create_project(*, actor: User, lead: User, **values: Any) -> Project:
    """A project with its first lead."""
    _check_admin(actor)
    project = Project(**_only(values, PROJECT_FIELDS))
    _save(project, _("There is a project with this short name already."))
    Membership.objects.create(project=project, user=lead, role=ProjectRole.LEAD)
    details = {"slug": project.slug, "lead": str(lead)}
    trail.record("project.created", actor=actor, subject=project, project_id=project.pk, details=details)
    return project


@transaction.atomic
def change_project(*, actor: User, project: Project, **values: Any) -> Project:
    """Change the project; environments take new tags up with the next sweep."""
    _check_admin(actor)
    wanted = _only(values, tuple(name for name in PROJECT_FIELDS if name not in FIXED_PROJECT_FIELDS))
    changes = _apply(project, wanted)
    if changes:
        project.save(update_fields=list(changes))
        trail.record("project.changed", actor=actor, subject=project, project_id=project.pk, details=changes)
    return project


@transaction.atomic
def create_type(*, actor: User, project: Project, **values: Any) -> EnvironmentType:
    """One more kind of environment the project may have."""
    _check_admin(actor)
    kind = EnvironmentType(project=project, **_only(values, TYPE_FIELDS))
    _save(kind, _("This project has a type with this short name already."))
    details = {"type": kind.slug, "subscription": kind.subscription_id}
    trail.record("environment_type.created", actor=actor, subject=kind, project_id=project.pk, details=details)
    return kind


@transaction.atomic
def change_type(*, actor: User, kind: EnvironmentType, **values: Any) -> EnvironmentType:
    """Change the rules; they hold for new requests, and for limits of what is extended."""
    _check_admin(actor)
    wanted = _only(values, tuple(name for name in TYPE_FIELDS if name not in FIXED_TYPE_FIELDS))
    changes = _apply(kind, wanted)
    if changes:
        kind.save(update_fields=list(changes))
        trail.record("environment_type.changed", actor=actor, subject=kind, project_id=kind.project_id, details=changes)
    return kind


def _check_admin(actor: User) -> None:
    if not permissions.can_set_up(actor):
        raise PermissionRefused(_("Only platform admins set up projects. Ask one."))


def _only(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _apply(row: Project | EnvironmentType, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Put the values on the row and return what changed, as the trail keeps it."""
    before = model_to_dict(row, fields=list(wanted))
    changes = {}
    for name, value in wanted.items():
        if before[name] != value:
            setattr(row, name, value)
            changes[name] = {"from": before[name], "to": value}
    return changes


def _save(row: Project | EnvironmentType, taken: str) -> None:
    """Insert the row; a name that is taken is a sentence."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise InputRefused(taken) from error
