"""What the sample company has already built and given back: environments with their days and what each day cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from environments.names import resource_group_name, stack_name
from portal.company import tenant


@dataclass(frozen=True)
class Past:
    """A finished environment: how many days before the first day it began, how long it lived, what it cost."""

    name: str
    team: str
    kind: str
    template: str
    owner: str
    approvers: tuple[str, ...]
    region: str
    began_days_ago: int
    lived_days: int
    services: tuple[tuple[str, str], ...]

    @property
    def id(self) -> UUID:
        """The environment's id, the same on every machine."""
        return UUID(tenant.guid(f"past/{self.name}"))

    @property
    def subscription_id(self) -> str:
        """Where it was."""
        return next(kind for kind in tenant.team(self.team).kinds if kind.slug == self.kind).subscription.id

    @property
    def resource_group(self) -> str:
        """The name of its group."""
        return resource_group_name(project_slug=self.team, name=self.name, environment=self.id)

    @property
    def stack_name(self) -> str:
        """The name of its stack."""
        return stack_name(self.id)

    def first_day(self, founded: date) -> date:
        """The day it was built."""
        return founded - timedelta(days=self.began_days_ago)

    def last_day(self, founded: date) -> date:
        """The day it was proven gone."""
        return self.first_day(founded) + timedelta(days=self.lived_days)


_CHAT = (("Azure App Service", "310.5"), ("Cognitive Services", "275.25"), ("Log Analytics", "41.8"))
_SESSIONS = (("Azure Container Apps", "96.4"), ("Cognitive Services", "212.75"))
_STORAGE = (("Storage", "18.6"),)

PAST = (
    Past("chat-spring", "apollo", "develop", "chatgpt-web-app", "sato.yui", (), "japaneast", 74, 12, _CHAT),
    Past(
        "prompt-lab",
        "hikari",
        "develop",
        "code-interpreter-sessions",
        "kim.minjun",
        (),
        "swedencentral",
        66,
        14,
        _SESSIONS,
    ),
    Past("load-test", "apollo", "qa", "chatgpt-web-app", "yamada.mio", ("tanaka.ren",), "japaneast", 58, 9, _CHAT),
    Past("csv-import", "kumo", "develop", "empty-sandbox", "suzuki.haruto", (), "japaneast", 51, 20, _STORAGE),
    Past("agents-poc", "hikari", "develop", "code-interpreter-sessions", "sato.yui", (), "eastus2", 40, 14, _SESSIONS),
    Past(
        "chat-demo",
        "apollo",
        "staging",
        "chatgpt-web-app",
        "sato.yui",
        ("tanaka.ren", "emma.wilson"),
        "japaneast",
        33,
        7,
        _CHAT,
    ),
    Past("sql-trial", "kumo", "develop", "empty-sandbox", "suzuki.haruto", (), "japaneast", 25, 10, _STORAGE),
    Past(
        "evals",
        "hikari",
        "qa",
        "code-interpreter-sessions",
        "kim.minjun",
        ("maria.garcia",),
        "swedencentral",
        21,
        12,
        _SESSIONS,
    ),
    Past("chat-fix", "apollo", "develop", "chatgpt-web-app", "yamada.mio", (), "japaneast", 15, 8, _CHAT),
)

# What the company paid before and beside the portal; it belongs to no project.
LONGEST_AGO_DAYS = 80
SHARED_GROUP = "rg-shared-network"
_SHARED_SERVICES = (("Virtual Network", "64.9"), ("Azure DNS", "7.35"))


@dataclass(frozen=True)
class Charge:
    """One line of the bill."""

    subscription_id: str
    resource_group: str
    day: date
    service: str
    amount: Decimal


def charges(founded: date) -> Iterator[Charge]:
    """Every line of the company's bill up to the installation's first day; the same every time for the same day."""
    for past in PAST:
        for offset in range(past.lived_days):
            day = past.first_day(founded) + timedelta(days=offset)
            if day < founded:
                yield from _lines(past.subscription_id, past.resource_group, day, past.services)
    for subscription in tenant.SUBSCRIPTIONS:
        for days_ago in range(LONGEST_AGO_DAYS, 0, -1):
            yield from _lines(subscription.id, SHARED_GROUP, founded - timedelta(days=days_ago), _SHARED_SERVICES)


def _lines(subscription_id: str, group: str, day: date, services: tuple[tuple[str, str], ...]) -> Iterator[Charge]:
    for service, base in services:
        # Working days cost more than weekends, and no two days are alike.
        percent = (55 if day.weekday() >= 5 else 100) + (day.toordinal() * 7 + len(service)) % 23
        yield Charge(subscription_id, group, day, service, Decimal(base) * percent / 100)
