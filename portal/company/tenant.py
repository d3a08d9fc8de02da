"""Who and what the sample company is: one source for the local Azure's seed, the portal's rows and the tests."""

import uuid
from dataclasses import dataclass
from pathlib import Path

_NAMESPACE = uuid.UUID("6b0f7c52-6d0e-5f2a-9f57-3c1e2b0c7a11")


def guid(name: str) -> str:
    """The same GUID for the same name on every machine."""
    return str(uuid.uuid5(_NAMESPACE, name))


TENANT_ID = guid("tenant")
TENANT_NAME = "Aozora Works"
DOMAIN = "aozora.example"

# One application people sign in to, one identity the portal has towards Azure; real companies have the same two.
SIGN_IN_CLIENT_ID = guid("application/sign-in")
PORTAL_CLIENT_ID = guid("application/portal")
PORTAL_OBJECT_ID = guid("service-principal/portal")
# These two open nothing but the local Azure of this machine.
SIGN_IN_CLIENT_SECRET = "local-sign-in"  # noqa: S105
PORTAL_CLIENT_SECRET = "local-portal"  # noqa: S105


@dataclass(frozen=True)
class Person:
    """A person in the company's directory; `app_roles` are what the sign-in application gives them."""

    key: str
    name: str
    native_name: str
    department: str
    app_roles: tuple[str, ...]
    can: str

    @property
    def object_id(self) -> str:
        """Entra ID's id of the person."""
        return guid(f"user/{self.key}")

    @property
    def email(self) -> str:
        """The sign-in name."""
        return f"{self.key}@{DOMAIN}"


DEVELOPER = "Genkan.Developer"
CATALOG_ADMIN = "Genkan.CatalogAdmin"
FINANCE = "Genkan.Finance"
PLATFORM_ADMIN = "Genkan.PlatformAdmin"

PEOPLE = (
    Person("sato.yui", "Sato Yui", "佐藤 結衣", "Product", (DEVELOPER,), "asks for environments in Apollo and Hikari"),
    Person("yamada.mio", "Yamada Mio", "山田 美桜", "Product", (DEVELOPER,), "is a developer in Apollo"),
    Person("kim.minjun", "Kim Minjun", "金 民俊", "Research", (DEVELOPER,), "is a developer in Hikari"),
    Person("suzuki.haruto", "Suzuki Haruto", "鈴木 陽翔", "Data", (DEVELOPER,), "is a developer in Kumo only"),
    Person("tanaka.ren", "Tanaka Ren", "田中 蓮", "Product", (DEVELOPER,), "leads Apollo: approves and refuses"),
    Person(
        "emma.wilson", "Emma Wilson", "", "Product", (DEVELOPER,), "is Apollo's second lead, for what two must approve"
    ),
    Person("maria.garcia", "Maria Garcia", "", "Research", (DEVELOPER,), "leads Hikari and Kumo"),
    Person("nakamura.aoi", "Nakamura Aoi", "中村 葵", "Platform", (CATALOG_ADMIN,), "publishes and retires templates"),
    Person("ito.sakura", "Ito Sakura", "伊藤 さくら", "Finance", (FINANCE,), "sees the cost of every project"),
    Person(
        "kobayashi.kenji",
        "Kobayashi Kenji",
        "小林 健二",
        "Platform",
        (PLATFORM_ADMIN,),
        "runs the platform: orphans, audit, health",
    ),
    Person("oliver.brown", "Oliver Brown", "", "Sales", (), "is in the company but may not enter"),
)


@dataclass(frozen=True)
class Subscription:
    """An Azure subscription of the company."""

    key: str
    name: str

    @property
    def id(self) -> str:
        """The subscription's GUID."""
        return guid(f"subscription/{self.key}")


DEVELOP = Subscription("develop", "Aozora Develop")
QA = Subscription("qa", "Aozora QA")
STAGING = Subscription("staging", "Aozora Staging")
SUBSCRIPTIONS = (DEVELOP, QA, STAGING)


@dataclass(frozen=True)
class Kind:
    """An environment type of a project."""

    slug: str
    name: str
    subscription: Subscription
    regions: tuple[str, ...]
    creator_roles: tuple[str, ...]
    member_roles: tuple[str, ...]
    default_days: int
    longest_days: int
    quota: int
    approval: str


_REGIONS = ("japaneast", "eastus2", "swedencentral", "westus3")
DEVELOP_KIND = Kind("develop", "Develop", DEVELOP, _REGIONS, ("Contributor",), ("Reader",), 14, 30, 8, "none")
QA_KIND = Kind("qa", "QA", QA, _REGIONS, ("Contributor",), ("Reader",), 14, 60, 4, "lead")
STAGING_KIND = Kind(
    "staging", "Staging", STAGING, ("japaneast", "swedencentral"), ("Reader",), ("Reader",), 7, 14, 2, "two"
)


@dataclass(frozen=True)
class Team:
    """A project with its people, types and monthly budget in yen."""

    slug: str
    name: str
    description: str
    cost_centre: str
    business_unit: str
    leads: tuple[str, ...]
    developers: tuple[str, ...]
    kinds: tuple[Kind, ...]
    monthly_budget: int

    @property
    def group_id(self) -> str:
        """The Entra group whose members get the project's roles."""
        return guid(f"group/project-{self.slug}")

    @property
    def group_name(self) -> str:
        """The group's name in the directory."""
        return f"Project {self.name}"

    @property
    def members(self) -> tuple[str, ...]:
        """Leads and developers."""
        return self.leads + self.developers


TEAMS = (
    Team(
        slug="apollo",
        name="Apollo",
        description="Customer chat for the web shop.",
        cost_centre="CC-1201",
        business_unit="Product",
        leads=("tanaka.ren", "emma.wilson"),
        developers=("sato.yui", "yamada.mio"),
        kinds=(DEVELOP_KIND, QA_KIND, STAGING_KIND),
        monthly_budget=300_000,
    ),
    Team(
        slug="hikari",
        name="Hikari",
        description="Trying out language models for research.",
        cost_centre="CC-3307",
        business_unit="Research",
        leads=("maria.garcia",),
        developers=("kim.minjun", "sato.yui"),
        kinds=(DEVELOP_KIND, QA_KIND),
        monthly_budget=120_000,
    ),
    Team(
        slug="kumo",
        name="Kumo",
        description="Data pipelines in the cloud.",
        cost_centre="CC-2040",
        business_unit="Data",
        leads=("maria.garcia",),
        developers=("suzuki.haruto",),
        kinds=(DEVELOP_KIND,),
        monthly_budget=60_000,
    ),
)


def person(key: str) -> Person:
    """The person with this key."""
    return next(one for one in PEOPLE if one.key == key)


def team(slug: str) -> Team:
    """The project with this slug."""
    return next(one for one in TEAMS if one.slug == slug)


def azure_environment(*, url: str, ca_path: Path) -> dict[str, str]:
    """The settings that point the portal at a local Azure which knows this company."""
    return {
        "GENKAN_AZURE_RESOURCE_MANAGER": url,
        "GENKAN_AZURE_AUTHORITY": url,
        "GENKAN_AZURE_GRAPH": url,
        "GENKAN_AZURE_PORTAL": url,
        "GENKAN_AZURE_CA_BUNDLE": str(ca_path),
        "GENKAN_AZURE_TENANT_ID": TENANT_ID,
        "GENKAN_AZURE_CLIENT_ID": PORTAL_CLIENT_ID,
        "GENKAN_AZURE_CLIENT_SECRET": PORTAL_CLIENT_SECRET,
        "GENKAN_ENTRA_CLIENT_ID": SIGN_IN_CLIENT_ID,
        "GENKAN_ENTRA_CLIENT_SECRET": SIGN_IN_CLIENT_SECRET,
    }
