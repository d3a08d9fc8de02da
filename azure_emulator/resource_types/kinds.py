"""What the emulator knows about one resource type: rules of its name, what it needs, what the service fills in."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure_emulator.identifiers import ResourceId

if TYPE_CHECKING:
    from azure_emulator.world import World

Body = dict[str, Any]

# Properties that services take and never show again, whatever the type.
WRITE_ONLY = frozenset({"administratorloginpassword", "adminpassword", "customdata", "userdata", "protectedsettings"})


def part(value: Any, name: str) -> dict[str, Any]:
    """An object inside another one; empty when there is none, or something else in its place."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Placement:
    """A resource about to be written: where, what was asked for, what stands there now."""

    world: "World"
    id: ResourceId
    body: Body
    existing: Body | None
    api_version: str = ""

    @property
    def properties(self) -> dict[str, Any]:
        """The asked-for properties; never None."""
        found = self.body.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def sku(self) -> str:
        """The name of the asked-for SKU, or an empty string."""
        sku = self.body.get("sku")
        return str(sku.get("name") or "") if isinstance(sku, dict) else ""

    @property
    def kind(self) -> str:
        """The asked-for kind, or else the one the resource has."""
        return str(self.body.get("kind") or (self.existing or {}).get("kind") or "")

    @property
    def location(self) -> str:
        """The region in its short spelling, or an empty string."""
        return str(self.body.get("location") or "").replace(" ", "").lower()


Check = Callable[[Placement], None]
Adjust = Callable[[Placement, dict[str, Any]], None]


@dataclass(frozen=True)
class Unique:
    """A name that is taken once in all of Azure because it becomes a host name."""

    domain: str
    code: str
    message: str
    status: int = 409
    # The property that holds the name when it is not the resource's own; without a value nothing is reserved.
    property: str = ""


@dataclass(frozen=True)
class SoftDelete:
    """How a deleted resource of the type lingers: where it is listed, how it is purged, what a twin is told."""

    list_path: str
    days: int
    code: str
    message: str
    status: int = 409
    purge_method: str = "POST"
    purge_path: str = ""
    restore_flags: Mapping[str, Any] = field(default_factory=dict)
    protection: str = "enablePurgeProtection"
    skus: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResourceType:
    """One type. Texts in ``usual``, ``always`` and ``lists`` may name values such as ``{name}`` (see ``Values``)."""

    name: str
    seconds: float = 10
    delete_seconds: float = 5
    tracked: bool = True
    taggable: bool = True
    name_pattern: str = ""
    unique: Unique | None = None
    required: tuple[str, ...] = ()
    usual: Mapping[str, Any] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    usual_sku: Mapping[str, Any] | None = None
    usual_kind: str = ""
    lists: Mapping[str, Any] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    check: Check | None = None
    adjust: Adjust | None = None
    soft_delete: SoftDelete | None = None
    since: str = ""
    has_state: bool = True

    @property
    def namespace(self) -> str:
        """The provider's name."""
        return self.name.split("/", 1)[0]

    @property
    def short_name(self) -> str:
        """The type without its provider."""
        return self.name.split("/", 1)[1]


def child(name: str, *, seconds: float = 3, **rules: Any) -> ResourceType:
    """A proxy type: no location and no tags of its own."""
    return ResourceType(name, seconds=seconds, tracked=False, taggable=False, **rules)


class Values(dict[str, str]):
    """The values a text may name: deterministic for an id, so that keys and ids stay the same after a restart."""

    def __init__(self, placement: Placement, *, tenant: str) -> None:
        identifier = placement.id
        super().__init__(
            name=identifier.names[-1].lower(),
            Name=identifier.names[-1],
            parent=identifier.names[0].lower(),
            location=placement.location or "global",
            id=identifier.text,
            subscription=identifier.subscription,
            group=identifier.group,
            tenant=tenant,
        )
        self._key = identifier.key

    def __missing__(self, name: str) -> str:
        kind, _, salt = name.partition("_")
        match kind:
            case "guid":
                return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._key}|{salt}"))
            case "word":
                return self._digest(salt).hex()[:8]
            case "hex":
                return self._digest(salt).hex()[:32]
            case "octet":
                return str(self._digest(salt)[0] % 254 + 1)
            case "key":
                return base64.b64encode(self._digest(salt) * 2).decode()
            case _:
                return ""

    def _digest(self, salt: str) -> bytes:
        return hashlib.sha256(f"{self._key}|{salt}".encode()).digest()


def filled(value: Any, values: Values) -> Any:
    """The same structure with every text's values put in."""
    if isinstance(value, str):
        return value.format_map(values) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, values) for item in value]
    return value


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Deep merge of objects whose keys compare without casing; what is in ``over`` wins, lists are replaced."""
    result = dict(base)
    known = {key.lower(): key for key in result}
    for name, value in over.items():
        key = known.get(name.lower(), name)
        before = result.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            result[key] = merged(before, value)
        elif value is not None or key not in result:
            result[key] = value
    return result
