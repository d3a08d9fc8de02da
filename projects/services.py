"""Commands on projects: who is a member and as what. What follows for access in Azure, the sweeps above see to."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import trail
from common.errors import DomainError, InputRefused, PermissionRefused
from projects import permissions
from projects.models import Membership, Project, ProjectRole


@transaction.atomic
def add_member(*, actor: User, project: Project, user: User, role: str) -> Membership:
    """Make the person a member. They must have signed in before, so that they are known."""
    _check_manager(actor, project)
    _check_role(role)
    if user.is_system or not user.is_active:
        raise InputRefused(_("Choose a person who can sign in."))
    try:
        with transaction.atomic():
            membership = Membership.objects.create(project=project, user=user, role=role)
    except IntegrityError as error:
        raise DomainError(_("%(person)s is a member already. Change their role instead.") % {"person": user}) from error
    _record("member.added", actor=actor, membership=membership, role=role)
    return membership


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: str) -> Membership:
    """Make a lead of a developer or the other way round; the last lead stays one."""
    _check_manager(actor, membership.project)
    _check_role(role)
    before = membership.role
    if role == before:
        return membership
    if before == ProjectRole.LEAD:
        _check_not_last_lead(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    _record("member.changed", actor=actor, membership=membership, role={"from": before, "to": role})
    return membership


@transaction.atomic
def remove_member(*, actor: User, membership: Membership) -> None:
    """End the membership. Leads remove anybody but the last lead; anybody may leave."""
    if membership.user_id != actor.pk:
        _check_manager(actor, membership.project)
    if membership.role == ProjectRole.LEAD:
        _check_not_last_lead(membership)
    _record("member.removed", actor=actor, membership=membership, role=membership.role)
    membership.delete()


@transaction.atomic
def follow_group(*, actor: User, project: Project, object_ids: Collection[str]) -> tuple[int, int]:
    """Bring the developers in line with the project's Entra group; returns how many were added and removed.

    Known people of the group become developers, and whoever was seen in it once leaves the project with it. Leads are
    appointed in the portal and stay.
    """
    wanted = {object_id.lower() for object_id in object_ids}
    members = list(project.memberships.select_for_update(of=("self",)).select_related("user").order_by("pk"))
    inside = [membership for membership in members if membership.user.object_id.lower() in wanted]
    outside = [membership for membership in members if membership.user.object_id.lower() not in wanted]
    leavers = [one for one in outside if one.follows_group and one.role == ProjectRole.DEVELOPER]
    known = {membership.user_id for membership in members}
    newcomers = User.objects.filter(object_id__in=wanted, is_system=False, is_active=True).exclude(pk__in=known)
    Membership.objects.filter(pk__in=[one.pk for one in inside], follows_group=False).update(follows_group=True)
    for membership in leavers:
        _record("member.removed", actor=actor, membership=membership, role=membership.role, why="group")
        membership.delete()
    added = [_follow(project, user, actor=actor) for user in newcomers.order_by("pk")]
    return len(added), len(leavers)


def _follow(project: Project, user: User, *, actor: User) -> Membership:
    membership = Membership.objects.create(project=project, user=user, role=ProjectRole.DEVELOPER, follows_group=True)
    _record("member.added", actor=actor, membership=membership, role=membership.role, why="group")
    return membership


def _check_manager(actor: User, project: Project) -> None:
    if not permissions.can_manage_members(actor, project):
        raise PermissionRefused(_("Only leads of the project and platform admins manage its members. Ask a lead."))


def _check_role(role: str) -> None:
    if role not in ProjectRole.values:
        raise InputRefused(_("Choose one of the roles of the list."))


def _check_not_last_lead(membership: Membership) -> None:
    """Under a lock on the project's leads, so that two leads cannot leave at the same moment."""
    leads = Membership.objects.select_for_update().filter(project=membership.project, role=ProjectRole.LEAD)
    if len(leads.order_by("pk")) <= 1:
        raise DomainError(_("A project keeps at least one lead. Make somebody else a lead first."))


def _record(action: str, *, actor: User, membership: Membership, **details: object) -> None:
    trail.record(
        action,
        actor=actor,
        subject=membership,
        project_id=membership.project_id,
        details={"person": str(membership.user), "person_id": membership.user_id, **details},
    )
