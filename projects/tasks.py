"""Celery tasks: membership follows the projects' Entra groups."""

import logging

from celery import shared_task

from accounts.models import User
from cloud import directory
from cloud.errors import CloudError
from projects import services
from projects.models import Project

log = logging.getLogger(__name__)


@shared_task(name="projects.sync_members")
def sync_members() -> None:
    """One look at each project's group. A group that cannot be read changes nobody's membership."""
    system = User.objects.system()
    for project in Project.objects.filter(is_active=True).exclude(group_object_id=""):
        sync_project(project, actor=system)


def sync_project(project: Project, *, actor: User) -> None:
    """Follow the group of one project, unless Entra cannot say who is in it."""
    try:
        people = directory.group_members(group_id=project.group_object_id)
    except CloudError as error:
        log.warning("group not readable", extra={"project": project.slug, "problem": str(error)})
        return
    if people is None:
        log.warning("group does not exist", extra={"project": project.slug, "group": project.group_object_id})
        return
    added, removed = services.follow_group(
        actor=actor, project=project, object_ids=[person.object_id for person in people]
    )
    if added or removed:
        log.info("membership followed", extra={"project": project.slug, "added": added, "removed": removed})
