"""What Azure keeps after a deletion and blocks names with: listing it and purging it.

Log Analytics is not here: a deleted workspace cannot be purged, so a live one is deleted with force beforehand
(cloud.resources.delete_resource). The kinds are those that azd purges, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cloud import exchange, ids
from cloud.answers import asks_azure
from cloud.errors import NotFoundInAzure, PermanentCloudError


@dataclass(frozen=True)
class _Kind:
    """How one resource provider lists and purges; `origin` is the property that holds the deleted resource's id."""

    name: str
    provider: str
    collection: str
    api_version: str
    purge_method: str
    origin: str


# Paths: the providers' REST specifications (deletedVaults, deletedManagedHSMs, deletedAccounts, …).
_KINDS = (
    _Kind("key-vault", "Microsoft.KeyVault", "deletedVaults", "2023-07-01", "POST", "vaultId"),
    _Kind("managed-hsm", "Microsoft.KeyVault", "deletedManagedHSMs", "2023-07-01", "POST", "mhsmId"),
    _Kind("cognitive-services", "Microsoft.CognitiveServices", "deletedAccounts", "2023-05-01", "DELETE", ""),
    _Kind(
        "app-configuration",
        "Microsoft.AppConfiguration",
        "deletedConfigurationStores",
        "2023-03-01",
        "POST",
        "configurationStoreId",
    ),
    _Kind("api-management", "Microsoft.ApiManagement", "deletedservices", "2022-08-01", "DELETE", "serviceId"),
)
_BY_NAME = {kind.name: kind for kind in _KINDS}
# A provider nobody registered in this subscription has nothing deleted in it either.
_NOT_REGISTERED = frozenset(
    {"MissingSubscriptionRegistration", "NoRegisteredProviderFound", "SubscriptionNotRegistered", "NotRegistered"}
)


@dataclass(frozen=True)
class Deleted:
    """A soft-deleted resource. With `purge_protected_until` nobody can purge it before that moment."""

    kind: str
    id: str
    name: str
    location: str
    group: str
    purge_protected_until: datetime | None = None


def list_deleted(*, subscription_id: str, group: str) -> list[Deleted]:
    """What is left of the group's resources in soft deletion: one exchange (and its pages) for each kind."""
    found = [deleted for kind in _KINDS for deleted in _list(kind, subscription_id)]
    return [deleted for deleted in found if deleted.group.lower() == group.lower()]


def purge(deleted: Deleted) -> None:
    """Submit the purge; what is gone already is fine."""
    try:
        _purge(deleted)
    except NotFoundInAzure:
        return


@asks_azure
def _purge(deleted: Deleted) -> None:
    kind = _BY_NAME[deleted.kind]
    path = f"{deleted.id}/purge" if kind.purge_method == "POST" else deleted.id
    exchange.send(kind.purge_method, path, api_version=kind.api_version)


def _list(kind: _Kind, subscription_id: str) -> list[Deleted]:
    try:
        return [_deleted(kind, item) for item in _pages(kind, subscription_id)]
    except PermanentCloudError as error:
        if error.code in _NOT_REGISTERED:
            return []
        raise


@asks_azure
def _pages(kind: _Kind, subscription_id: str) -> list[Mapping[str, Any]]:
    path = f"/subscriptions/{subscription_id}/providers/{kind.provider}/{kind.collection}"
    body = exchange.send("GET", path, api_version=kind.api_version).body()
    items = list(body.get("value") or ())
    while next_link := body.get("nextLink"):
        body = exchange.accepted(exchange.follow(next_link)).body()
        items.extend(body.get("value") or ())
    return items


def _deleted(kind: _Kind, item: Mapping[str, Any]) -> Deleted:
    properties: Mapping[str, Any] = item.get("properties") or {}
    deleted_id = urlsplit(str(item.get("id") or "")).path
    origin = str(properties.get(kind.origin) or "") if kind.origin else deleted_id
    protected = bool(properties.get("purgeProtectionEnabled"))
    return Deleted(
        kind=kind.name,
        id=deleted_id,
        name=str(item.get("name") or ids.name_of(deleted_id)),
        location=str(properties.get("location") or item.get("location") or ""),
        group=ids.group_of(origin),
        purge_protected_until=_moment(properties.get("scheduledPurgeDate")) if protected else None,
    )


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
