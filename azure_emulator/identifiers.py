"""Resource ids: taking them apart and putting them together, without caring about casing."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class ResourceId:
    """One ARM id, parsed; ``text`` keeps the casing it came with."""

    text: str
    subscription: str
    group: str
    parent_scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        """The full type, such as ``Microsoft.Web/sites/config``."""
        return "/".join((self.namespace, *self.types))

    @property
    def name(self) -> str:
        """The full name, such as ``site/web``."""
        return "/".join(self.names)

    @property
    def key(self) -> str:
        """The form in which ids are compared."""
        return self.text.lower()

    @property
    def parent(self) -> str:
        """The id of the parent resource, or the scope the resource lives in."""
        if len(self.names) > 1:
            return self.text.rsplit("/", 2)[0]
        return self.parent_scope

    @property
    def is_extension(self) -> bool:
        """Whether the resource hangs on another resource by a second ``providers`` segment."""
        return "/providers/" in self.parent_scope.lower()


@lru_cache(maxsize=65536)
def parse_resource_id(text: str) -> ResourceId | None:
    """Take a full resource id apart; None when it does not name a resource under a provider."""
    text = "/" + text.strip("/")
    segments = text.split("/")[1:]
    lowered = [segment.lower() for segment in segments]
    if "providers" not in lowered:
        return None
    last = len(lowered) - 1 - lowered[::-1].index("providers")
    tail = segments[last + 1 :]
    if len(tail) < 3 or len(tail) % 2 == 0 or not all(tail):
        return None
    subscription, group = "", ""
    if lowered[0] == "subscriptions" and len(segments) > 1:
        subscription = segments[1]
        if len(segments) > 3 and lowered[2] == "resourcegroups":
            group = segments[3]
    scope = "/" + "/".join(segments[:last]) if last else ""
    return ResourceId(text, subscription, group, scope, tail[0], tuple(tail[1::2]), tuple(tail[2::2]))


def subscription_id(subscription: str) -> str:
    """The id of a subscription."""
    return f"/subscriptions/{subscription}"


def group_id(subscription: str, group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def contains(scope: str, identifier: str) -> bool:
    """Whether the id lies at or below the scope; the tenant scope ``/`` contains everything."""
    scope, identifier = scope.rstrip("/").lower(), identifier.rstrip("/").lower()
    return identifier == scope or identifier.startswith(scope + "/")
