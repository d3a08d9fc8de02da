"""genkan.yaml: what only the portal needs to know of a template, read strictly (docs/catalog-authoring.md)."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from catalog.findings import Finding
from catalog.formats.section import Section
from catalog.formats.yaml_text import read_yaml
from catalog.localized import NO_TEXT, Localized
from catalog.models import Category, Delivery
from cloud.roles import ROLES

FILE = "genkan.yaml"
ICONS = ("box", "chart", "chat", "database", "gateway", "key", "network", "server", "terminal", "web")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_REGION = re.compile(r"[a-z][a-z0-9]{1,40}")
_LIST_ACTION = re.compile(r"list[A-Za-z]*")
_CURRENCY = re.compile(r"[A-Z]{3}")


class UpdatePolicy(TextChoices):
    """What a change of parameters does to a running environment."""

    IN_PLACE = "in_place", _("Changes in place")
    REPLACE = "replace", _("Replaces resources")
    NEVER = "never", _("Cannot be changed")


class Audience(TextChoices):
    """Whom a role is for."""

    OWNER = "owner", _("You")
    MEMBERS = "members", _("Members of the project")


@dataclass(frozen=True)
class RoleWish:
    """A built-in Azure role, by the name `cloud.roles` knows, on the environment's group."""

    role: str
    for_whom: Audience


@dataclass(frozen=True)
class DailyCost:
    """The admin's figure for a day; an estimate for people, never a charge."""

    amount: Decimal
    currency: str
    note: Localized = NO_TEXT


@dataclass(frozen=True)
class EnvName:
    """One line of the .env file: the value of an output, or a secret read from Azure when asked for.

    With a `list_action` (such as listKeys) `output` holds the id of the resource to POST it to, and `path` leads to
    the secret in the answer.
    """

    name: str
    output: str
    list_action: str | None = None
    api_version: str = ""
    path: str = ""


@dataclass(frozen=True)
class KustoQuery:
    """A ready-made query over the workspace whose id an output holds."""

    id: str
    name: Localized
    kql: str
    workspace: str


@dataclass(frozen=True)
class FieldGroup:
    """A heading in the form."""

    id: str
    label: Localized


@dataclass(frozen=True)
class ParameterOverlay:
    """How the form shows a parameter. `is_locked` keeps the template's default; `is_hidden` also hides it."""

    label: Localized = NO_TEXT
    help: Localized = NO_TEXT
    group: str = ""
    order: int | None = None
    is_multiline: bool = False
    is_locked: bool = False
    is_hidden: bool = False


@dataclass(frozen=True)
class Overlay:
    """The whole file; an empty one stands for a template that has none."""

    version: str = ""
    name: Localized = NO_TEXT
    summary: Localized = NO_TEXT
    category: Category = Category.OTHER
    icon: str = ""
    aws: str = ""
    delivery: Delivery = Delivery.STACK
    minutes: int | None = None
    daily_cost: DailyCost | None = None
    regions: tuple[str, ...] = ()
    roles: tuple[RoleWish, ...] = ()
    groups: tuple[FieldGroup, ...] = ()
    parameters: dict[str, ParameterOverlay] = field(default_factory=dict)
    env: tuple[EnvName, ...] = ()
    queries: tuple[KustoQuery, ...] = ()
    updates: UpdatePolicy = UpdatePolicy.IN_PLACE


def read_overlay(text: str, *, file: str = FILE) -> tuple[Overlay, tuple[Finding, ...]]:
    """The overlay and every finding; with an error among them the overlay must not be used."""
    if not text.strip():
        return Overlay(), ()
    document = read_yaml(text, file=file)
    if document.findings:
        return Overlay(), document.findings
    findings: list[Finding] = []
    root = Section(document, findings)
    overlay = _overlay(root)
    root.finish()
    return overlay, tuple(findings)


def _overlay(root: Section) -> Overlay:
    if root.get("genkan") != 1:
        root.report("genkan", _("The format's number is missing or unknown."), _("Write `genkan: 1` at the top."))
    groups = tuple(_group(section) for section in root.listed_sections("groups"))
    return Overlay(
        version=root.required("version", longest=30),
        name=root.localized("name", longest=80),
        summary=root.localized("summary", longest=300),
        category=Category(root.choice("category", Category.values, default=Category.OTHER)),
        icon=root.choice("icon", ICONS, default="box"),
        aws=root.text("aws", longest=120),
        delivery=Delivery(root.choice("delivery", Delivery.values, default=Delivery.STACK)),
        minutes=root.integer("minutes", low=1, high=24 * 60),
        daily_cost=_daily_cost(root),
        regions=_regions(root),
        roles=_roles(root),
        groups=groups,
        parameters={
            name: _parameter(section, {group.id for group in groups})
            for name, section in root.named_sections("parameters")
        },
        env=tuple(_env_name(name, section) for name, section in root.named_sections("env")),
        queries=tuple(_query(section) for section in root.listed_sections("queries")),
        updates=UpdatePolicy(root.choice("updates", UpdatePolicy.values, default=UpdatePolicy.IN_PLACE)),
    )


def _group(section: Section) -> FieldGroup:
    group = FieldGroup(id=section.required("id", longest=40), label=section.localized("label", longest=80))
    section.finish()
    return group


def _daily_cost(root: Section) -> DailyCost | None:
    if root.get("daily_cost") is None:
        return None
    section = root.section("daily_cost")
    currency = section.required("currency", longest=3)
    if not _CURRENCY.fullmatch(currency):
        section.report("currency", _("This must be a currency."), _("Write three capital letters such as JPY."))
    cost = DailyCost(section.decimal("amount"), currency, section.localized("note", longest=300))
    section.finish()
    return cost


def _regions(root: Section) -> tuple[str, ...]:
    regions = root.texts("regions")
    for region in regions:
        if not _REGION.fullmatch(region):
            message = _("%(region)s is not a region's short name.") % {"region": region}
            root.report("regions", message, _("Write names such as japaneast."))
    return regions


def _roles(root: Section) -> tuple[RoleWish, ...]:
    section = root.section("roles")
    wishes = tuple(RoleWish(role, audience) for audience in Audience for role in section.texts(audience.value))
    for wish in wishes:
        if wish.role not in ROLES:
            message = _("%(role)s is not a built-in role that the portal knows.") % {"role": wish.role}
            section.report(wish.for_whom, message, _("Write the role's English name as Azure shows it."))
    section.finish()
    return wishes


def _parameter(section: Section, groups: set[str]) -> ParameterOverlay:
    parameter = ParameterOverlay(
        label=section.localized("label", longest=120),
        help=section.localized("help", longest=500),
        group=section.text("group", longest=40),
        order=section.integer("order", low=0, high=10_000),
        is_multiline=section.flag("multiline"),
        is_locked=section.flag("locked"),
        is_hidden=section.flag("hidden"),
    )
    if parameter.group and parameter.group not in groups:
        message = _("The group %(group)s is not in `groups`.") % {"group": parameter.group}
        section.report("group", message, _("Add it there, or use one of its ids."))
    section.finish()
    return parameter


def _env_name(name: str, section: Section) -> EnvName:
    if not _ENV_NAME.fullmatch(name):
        section.report("", _("A name holds letters, digits and _ only."), _("Rename it."))
    output = section.text("output", longest=120)
    listed = _listed(name, section.section("list")) if section.get("list") is not None else None
    section.finish()
    if bool(output) == bool(listed):
        section.report("", _("A name needs either `output` or `list`."), _("Keep exactly one of them."))
    return listed or EnvName(name, output)


def _listed(name: str, section: Section) -> EnvName:
    action = section.required("action", longest=60)
    if not _LIST_ACTION.fullmatch(action):
        section.report("action", _("Only actions that list keys are allowed."), _("Write for example listKeys."))
    line = EnvName(
        name=name,
        output=section.required("resource", longest=120),
        list_action=action,
        api_version=section.required("api_version", longest=30),
        path=section.required("path", longest=120),
    )
    section.finish()
    return line


def _query(section: Section) -> KustoQuery:
    query = KustoQuery(
        id=section.required("id", longest=60),
        name=section.localized("name", longest=120),
        kql=section.required("kql", longest=4000),
        workspace=section.required("workspace", longest=120),
    )
    section.finish()
    return query
