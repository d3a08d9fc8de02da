"""Azure's regions, by the names ARM uses."""

from azure_emulator.errors import AzureError

REGIONS: dict[str, tuple[str, str, str, str]] = {
    "australiaeast": ("Australia East", "Asia Pacific", "-33.86", "151.2094"),
    "australiasoutheast": ("Australia Southeast", "Asia Pacific", "-37.8136", "144.9631"),
    "brazilsouth": ("Brazil South", "South America", "-23.55", "-46.633"),
    "canadacentral": ("Canada Central", "Canada", "43.653", "-79.383"),
    "canadaeast": ("Canada East", "Canada", "46.817", "-71.217"),
    "centralindia": ("Central India", "Asia Pacific", "18.5822", "73.9197"),
    "centralus": ("Central US", "US", "41.5908", "-93.6208"),
    "eastasia": ("East Asia", "Asia Pacific", "22.267", "114.188"),
    "eastus": ("East US", "US", "37.3719", "-79.8164"),
    "eastus2": ("East US 2", "US", "36.6681", "-78.3889"),
    "francecentral": ("France Central", "Europe", "46.3772", "2.373"),
    "germanywestcentral": ("Germany West Central", "Europe", "50.110924", "8.682127"),
    "italynorth": ("Italy North", "Europe", "45.46888", "9.18109"),
    "japaneast": ("Japan East", "Asia Pacific", "35.68", "139.77"),
    "japanwest": ("Japan West", "Asia Pacific", "34.6939", "135.5022"),
    "koreacentral": ("Korea Central", "Asia Pacific", "37.5665", "126.978"),
    "northcentralus": ("North Central US", "US", "41.8819", "-87.6278"),
    "northeurope": ("North Europe", "Europe", "53.3478", "-6.2597"),
    "norwayeast": ("Norway East", "Europe", "59.913868", "10.752245"),
    "polandcentral": ("Poland Central", "Europe", "52.23334", "21.01666"),
    "southafricanorth": ("South Africa North", "Africa", "-25.73134", "28.21837"),
    "southcentralus": ("South Central US", "US", "29.4167", "-98.5"),
    "southindia": ("South India", "Asia Pacific", "12.9822", "80.1636"),
    "southeastasia": ("Southeast Asia", "Asia Pacific", "1.283", "103.833"),
    "spaincentral": ("Spain Central", "Europe", "40.4259", "3.4209"),
    "swedencentral": ("Sweden Central", "Europe", "60.67488", "17.14127"),
    "switzerlandnorth": ("Switzerland North", "Europe", "47.451542", "8.564572"),
    "uaenorth": ("UAE North", "Middle East", "25.266666", "55.316666"),
    "uksouth": ("UK South", "Europe", "50.941", "-0.799"),
    "ukwest": ("UK West", "Europe", "53.427", "-3.084"),
    "westcentralus": ("West Central US", "US", "40.89", "-110.234"),
    "westeurope": ("West Europe", "Europe", "52.3667", "4.9"),
    "westus": ("West US", "US", "37.783", "-122.417"),
    "westus2": ("West US 2", "US", "47.233", "-119.852"),
    "westus3": ("West US 3", "US", "33.448376", "-112.074036"),
}


def normal(location: str) -> str:
    """A location as ARM stores it: ``Japan East`` becomes ``japaneast``."""
    return location.replace(" ", "").lower()


def need_location(location: str) -> str:
    """The normal form; Azure's 400 when there is no such region."""
    name = normal(location)
    if name not in REGIONS:
        raise AzureError(
            400,
            "LocationNotAvailableForResourceGroup",
            f"The provided location '{location}' is not available for resource group. List of available regions is "
            f"'{','.join(sorted(REGIONS))}'.",
        )
    return name
