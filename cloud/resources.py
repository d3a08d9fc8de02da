"""Resources of any type: listing, tagging, deleting, and asking for their keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from azure.mgmt.resource.resources import models

from cloud import clients, exchange, groups, ids
from cloud.answers import asks_azure, reads_azure
from cloud.errors import NotFoundInAzure

_EXPAND = "createdTime"


@dataclass(frozen=True)
class Resource:
    """A resource as ARM lists it; `sku` is the SKU's name."""

    id: str
    type: str
    name: str
    location: str = ""
    kind: str = ""
    sku: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None


def list_group(*, subscription_id: str, group: str) -> list[Resource]:
    """Every resource of the group, every page; empty when the group does not exist."""
    return _list_group(subscription_id, group) or []


@reads_azure
def _list_group(subscription_id: str, group: str) -> list[Resource]:
    found = clients.resources(subscription_id).resources.list_by_resource_group(group, expand=_EXPAND)
    return [_resource(item) for item in found]


@asks_azure
def list_tagged(*, subscription_id: str, tag_name: str, tag_value: str) -> list[Resource]:
    """Every resource of the subscription that carries the tag, every page."""
    chosen = groups.tag_filter(tag_name, tag_value)
    return [
        _resource(item) for item in clients.resources(subscription_id).resources.list(filter=chosen, expand=_EXPAND)
    ]


def merge_tags(*, resource_id: str, tags: Mapping[str, str]) -> None:
    """Add or change these tags of the resource, leaving its others."""
    groups.merge_tags(scope=resource_id, tags=tags)


def delete_resource(*, resource_id: str, api_version: str, force: bool = False) -> None:
    """Submit the deletion; a resource that is gone already is fine. `force` skips soft delete where the type allows."""
    try:
        _delete_resource(resource_id, api_version, {"force": "true"} if force else {})
    except NotFoundInAzure:
        return


@asks_azure
def _delete_resource(resource_id: str, api_version: str, query: Mapping[str, str]) -> None:
    client = clients.resources(ids.subscription_of(resource_id)).resources
    client.begin_delete_by_id(resource_id.strip("/"), api_version=api_version, params=dict(query), polling=False)


@asks_azure
def list_secrets(
    *, resource_id: str, api_version: str, action: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The answer of a secret-giving action such as `listKeys`. It is never logged; do not store it."""
    answer = exchange.send("POST", f"{resource_id}/{action}", api_version=api_version, body=body)
    return dict(answer.body())


def _resource(item: models.GenericResourceExpanded) -> Resource:
    return Resource(
        id=item.id or "",
        type=item.type or "",
        name=item.name or "",
        location=item.location or "",
        kind=item.kind or "",
        sku=(item.sku.name or "") if item.sku else "",
        tags=dict(item.tags or {}),
        created_at=item.created_time,
    )
