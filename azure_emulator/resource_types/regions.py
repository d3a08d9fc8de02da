"""The Azure regions a subscription sees, with their display names, pairs and zones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """One physical region."""

    name: str
    display_name: str
    geography: str
    has_zones: bool = False

    def __str__(self) -> str:
        return self.name


_ROWS = """
eastus|East US|US|z
eastus2|East US 2|US|z
centralus|Central US|US|z
northcentralus|North Central US|US|
southcentralus|South Central US|US|z
westcentralus|West Central US|US|
westus|West US|US|
westus2|West US 2|US|z
westus3|West US 3|US|z
canadacentral|Canada Central|Canada|z
canadaeast|Canada East|Canada|
brazilsouth|Brazil South|Brazil|z
mexicocentral|Mexico Central|Mexico|z
northeurope|North Europe|Europe|z
westeurope|West Europe|Europe|z
uksouth|UK South|United Kingdom|z
ukwest|UK West|United Kingdom|
francecentral|France Central|France|z
germanywestcentral|Germany West Central|Germany|z
norwayeast|Norway East|Norway|z
swedencentral|Sweden Central|Sweden|z
switzerlandnorth|Switzerland North|Switzerland|z
italynorth|Italy North|Italy|z
polandcentral|Poland Central|Poland|z
spaincentral|Spain Central|Spain|z
eastasia|East Asia|Asia Pacific|z
southeastasia|Southeast Asia|Asia Pacific|z
australiaeast|Australia East|Australia|z
australiasoutheast|Australia Southeast|Australia|
centralindia|Central India|India|z
southindia|South India|India|
japaneast|Japan East|Japan|z
japanwest|Japan West|Japan|z
koreacentral|Korea Central|Korea|z
koreasouth|Korea South|Korea|
southafricanorth|South Africa North|South Africa|z
uaenorth|UAE North|UAE|z
israelcentral|Israel Central|Israel|z
qatarcentral|Qatar Central|Qatar|z
"""


def _read() -> dict[str, Region]:
    found = {}
    for row in _ROWS.strip().splitlines():
        name, display, geography, zones = row.split("|")
        found[name] = Region(name, display, geography, has_zones=bool(zones))
    return found


REGIONS = _read()
NAMES = tuple(REGIONS)


def normalise(location: str) -> str:
    """`East US 2` and `eastus2` are the same region; `global` stays."""
    return location.replace(" ", "").lower()


def is_known(location: str) -> bool:
    """Whether a resource can be placed there."""
    name = normalise(location)
    return name in REGIONS or name in {"global", "unitedstates", "europe", "asiapacific", "australia", "japan"}
