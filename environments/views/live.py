"""What Azure says an environment contains right now."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from cloud.errors import PermanentCloudError, TransientCloudError
from cloud.resources import Resource, list_group
from environments.models import Environment


@dataclass(frozen=True)
class LiveResources:
    """The resources of the group, or the sentence that says why they cannot be shown."""

    rows: tuple[Resource, ...] = field(default_factory=tuple)
    problem: str = ""


def live_resources(environment: Environment) -> LiveResources:
    """Ask Azure once; a failure is a sentence on the page, never an error page."""
    try:
        rows = list_group(subscription_id=environment.subscription_id, group=environment.resource_group)
    except TransientCloudError:
        return LiveResources(problem=_("Azure is busy and did not answer. Look again in a minute."))
    except PermanentCloudError as error:
        return LiveResources(problem=_("Azure refused to list the group: %(message)s") % {"message": error.message})
    return LiveResources(tuple(sorted(rows or (), key=lambda row: (row.type.lower(), row.name.lower()))))


def portal_link(resource_id: str) -> str:
    """Where the Azure portal shows a resource or group, in the installation's tenant."""
    return f"{settings.AZURE_PORTAL}/#@{settings.AZURE_TENANT_ID}/resource{resource_id}"
