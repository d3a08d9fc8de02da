"""What the catalog's pages show, put together from rows, overlays and blueprints."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import User
from catalog.blueprint import Blueprint, blueprint, overlay_of
from catalog.explain import Explained, Option, default_resources, options
from catalog.findings import Finding, ItemInvalid
from catalog.models import Category, Delivery, Template, TemplateQuerySet, TemplateVersion
from catalog.overlay import Overlay
from catalog.parameters import Parameter
from catalog.services import version_findings
from catalog.track_record import TrackRecord, track_records
from catalog.wording import limits, type_word


@dataclass(frozen=True)
class Card:
    """A template in the list. `version` is None when it cannot be asked for now."""

    template: Template
    version: TemplateVersion | None
    overlay: Overlay | None
    record: TrackRecord | None


@dataclass(frozen=True)
class ParameterLine:
    """A parameter in the template page's table."""

    parameter: Parameter
    type: str
    limits: str


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to, from the address; what makes no sense is ignored."""

    text: str = ""
    category: str = ""
    delivery: str = ""

    @property
    def is_narrowing(self) -> bool:
        """True when a filter is set, so that an empty list says so."""
        return bool(self.text or self.category or self.delivery)


@dataclass(frozen=True)
class Details:
    """A version on its page. `blueprint` is None when its files cannot be read any more; `findings` say why."""

    version: TemplateVersion
    blueprint: Blueprint | None
    findings: tuple[Finding, ...]
    resources: Explained
    options: tuple[Option, ...]
    parameters: tuple[ParameterLine, ...]


def read_filters(query: Mapping[str, str]) -> Filters:
    """The filters of the address; NUL cannot occur in a text that a database compares."""
    category, delivery = query.get("category", ""), query.get("delivery", "")
    return Filters(
        text=query.get("q", "").replace("\0", "").strip()[:80],
        category=category if category in Category.values else "",
        delivery=delivery if delivery in Delivery.values else "",
    )


def filtered_templates(user: User, filters: Filters) -> TemplateQuerySet:
    """The templates this person may see, narrowed."""
    found = Template.objects.visible_to(user).searched(filters.text).with_offered_version()
    if filters.category:
        found = found.filter(category=filters.category)
    if filters.delivery:
        found = found.filter(delivery=filters.delivery)
    return found


def categories(user: User) -> list[Category]:
    """The categories that hold something for this person."""
    used = set(Template.objects.visible_to(user).order_by().values_list("category", flat=True).distinct())
    return [category for category in Category if category.value in used]


def cards(templates: Iterable[Template]) -> list[Card]:
    """A card each; one query for all track records."""
    rows = list(templates)
    records = track_records([row.pk for row in rows])
    return [_card(row, records.get(row.pk)) for row in rows]


def _card(template: Template, record: TrackRecord | None) -> Card:
    version = template.offered_version
    return Card(template, version, overlay_of(version) if version else None, record)


def details(version: TemplateVersion, *, with_findings: bool) -> Details:
    """Everything the template page says about a version; findings are for those who can mend them."""
    try:
        built = blueprint(version)
    except ItemInvalid as error:
        return Details(version, None, error.findings, Explained(), (), ())
    return Details(
        version=version,
        blueprint=built,
        findings=version_findings(version) if with_findings else (),
        resources=default_resources(built),
        options=options(built),
        parameters=tuple(
            ParameterLine(each, type_word(each), limits(each)) for each in built.parameters if not each.is_hidden
        ),
    )
