"""The tags on every resource group (and its taggable children): who pays, who owns, until when, made by whom."""

from collections.abc import Mapping

from django.conf import settings

from accounts.models import User
from catalog.models import TemplateVersion
from environments.models import Environment
from projects.models import Project

ENVIRONMENT = "envid"
INSTANCE = "genkaninstance"
MANAGED_BY = "managedby"
GENERATION = "genkangeneration"
VALUE_MAX = 256


def for_environment(environment: Environment) -> dict[str, str]:
    """Every mandatory tag with today's value, plus the project's own."""
    return written(
        project=environment.project,
        environment_type_name=environment.environment_type.slug,
        owner=environment.owner,
        requester=environment.owner,
        version=environment.version,
        environment_id=str(environment.pk),
        end_date=environment.ends_at.date().isoformat(),
    )


def written(
    *,
    project: Project,
    environment_type_name: str,
    owner: User,
    requester: User,
    version: TemplateVersion,
    environment_id: str,
    end_date: str,
) -> dict[str, str]:
    """The tags as they are sent; a project's own tag never replaces one of ours."""
    ours = {
        "costcenter": project.cost_centre,
        "project": project.slug,
        "environment": environment_type_name,
        "owner": owner.email or owner.display_name,
        "requester": requester.email or requester.display_name,
        "businessunit": project.business_unit,
        ENVIRONMENT: environment_id,
        "template": version.template.slug,
        "templateversion": version.number,
        "enddate": end_date,
        MANAGED_BY: "genkan",
        INSTANCE: settings.INSTANCE_ID,
    }
    own = {str(name): str(value) for name, value in project.extra_tags.items() if name.lower() not in ours}
    return {name: value[:VALUE_MAX] for name, value in {**own, **ours}.items()}


def missing(wanted: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """The wanted tags that are absent or have another value; Azure compares names without case."""
    present = {name.lower(): value for name, value in found.items()}
    return {name: value for name, value in wanted.items() if present.get(name.lower()) != value}


def value_of(tags: Mapping[str, str], name: str) -> str:
    """A tag's value, its name compared without case; empty when absent."""
    return next((value for key, value in tags.items() if key.lower() == name), "")


def is_ours(tags: Mapping[str, str]) -> bool:
    """True for what this installation made."""
    return value_of(tags, INSTANCE) == settings.INSTANCE_ID
