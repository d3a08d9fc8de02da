"""ARM ids: compared without case, because answers differ in it."""

import re

_GROUP = re.compile(r"/resourcegroups/([^/]+)", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)


def same(one: str, other: str) -> bool:
    """True when both name the same thing."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def subscription_of(resource_id: str) -> str:
    """The subscription in an id; empty when there is none."""
    found = _SUBSCRIPTION.search(resource_id)
    return found[1] if found else ""


def group_of(resource_id: str) -> str:
    """The resource group in an id; empty when there is none."""
    found = _GROUP.search(resource_id)
    return found[1] if found else ""


def name_of(resource_id: str) -> str:
    """The last segment."""
    return resource_id.rstrip("/").rpartition("/")[2]


def type_of(resource_id: str) -> str:
    """The type of a resource id: `Microsoft.Web/sites/config` for `…/providers/Microsoft.Web/sites/a/config/b`."""
    _, found, rest = resource_id.rpartition("/providers/")
    parts = rest.split("/")
    return "/".join([parts[0], *parts[1::2]]) if found else ""
