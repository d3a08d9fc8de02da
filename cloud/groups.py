"""Resource groups and the tags of any scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from azure.mgmt.resource.resources import models

from cloud import clients, ids
from cloud.answers import asks_azure, reads_azure
from cloud.errors import NotFoundInAzure


@dataclass(frozen=True)
class ResourceGroup:
    """A resource group as Azure has it; `state` is its provisioning state, such as Succeeded or Deleting."""

    id: str
    name: str
    location: str
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)


@reads_azure
def read_group(*, subscription_id: str, name: str) -> ResourceGroup:
    """The group, or None."""
    return _group(clients.resources(subscription_id).resource_groups.get(name))


@asks_azure
def write_group(*, subscription_id: str, name: str, location: str, tags: Mapping[str, str]) -> ResourceGroup:
    """Make the group with these tags, or replace the tags of the one that exists."""
    wanted = models.ResourceGroup(location=location, tags=dict(tags))
    return _group(clients.resources(subscription_id).resource_groups.create_or_update(name, wanted))


@asks_azure
def merge_tags(*, scope: str, tags: Mapping[str, str]) -> None:
    """Add or change these tags of a group or resource, leaving its others; Azure may finish a moment later."""
    patch = models.TagsPatchResource(operation="Merge", properties=models.Tags(tags=dict(tags)))
    client = clients.resources(ids.subscription_of(scope))
    client.tags.begin_update_at_scope(scope.strip("/"), patch, polling=False)


def delete_group(*, subscription_id: str, name: str) -> None:
    """Submit the deletion of the group and everything in it; a group that is gone already is fine."""
    try:
        _delete_group(subscription_id, name)
    except NotFoundInAzure:
        return


@asks_azure
def _delete_group(subscription_id: str, name: str) -> None:
    clients.resources(subscription_id).resource_groups.begin_delete(name, polling=False)


@asks_azure
def list_groups(*, subscription_id: str, tag_name: str, tag_value: str) -> list[ResourceGroup]:
    """Groups that carry the tag, every page of them."""
    client = clients.resources(subscription_id)
    found: Iterable[models.ResourceGroup] = client.resource_groups.list(filter=tag_filter(tag_name, tag_value))
    return [_group(group) for group in found]


def tag_filter(name: str, value: str) -> str:
    """ARM's filter for one tag; a quote inside is doubled."""
    return f"tagName eq '{_quoted(name)}' and tagValue eq '{_quoted(value)}'"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _group(group: models.ResourceGroup) -> ResourceGroup:
    state = group.properties.provisioning_state if group.properties else None
    return ResourceGroup(
        id=group.id or "",
        name=group.name or "",
        location=group.location,
        state=state or "",
        tags=dict(group.tags or {}),
    )
