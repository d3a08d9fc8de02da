"""Who may do what in a project: checked in the commands, asked by pages to show or hide what they offer."""

from accounts.models import User
from projects.models import Project, ProjectRole


def is_lead(user: User, project: Project) -> bool:
    """True for the project's leads."""
    return project.memberships.filter(user=user, role=ProjectRole.LEAD).exists()


def is_member(user: User, project: Project) -> bool:
    """True for everybody of the project."""
    return project.memberships.filter(user=user).exists()


def can_manage_members(user: User, project: Project) -> bool:
    """The project's leads, platform admins, and the system itself."""
    return user.is_system or (user.is_active and (user.is_platform_admin or is_lead(user, project)))


def can_set_up(user: User) -> bool:
    """Platform admins make projects and say where they may build."""
    return user.is_active and user.is_platform_admin
