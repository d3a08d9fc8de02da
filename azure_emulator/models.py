"""The language models accounts can deploy: versions, regions and usual quota."""

OPENAI_REGIONS = (
    "eastus eastus2 northcentralus southcentralus westus westus3 canadaeast canadacentral brazilsouth swedencentral "
    "francecentral germanywestcentral norwayeast polandcentral spaincentral switzerlandnorth uksouth westeurope "
    "italynorth "
    "australiaeast japaneast koreacentral southindia southafricanorth uaenorth"
).split()

# name: versions, regions of the regional SKU ("*" for all of OPENAI_REGIONS), thousands of tokens a minute and region
MODELS = {
    "gpt-4o": (
        "2024-05-13 2024-08-06 2024-11-20",
        "eastus eastus2 swedencentral westus westus3 northcentralus southcentralus",
        450,
    ),
    "gpt-4o-mini": ("2024-07-18", "eastus eastus2 swedencentral westus westus3 northcentralus southcentralus", 2000),
    "gpt-4.1": ("2025-04-14", "eastus eastus2 swedencentral westus3", 1000),
    "gpt-4.1-mini": ("2025-04-14", "eastus2 swedencentral westus3", 5000),
    "gpt-4.1-nano": ("2025-04-14", "eastus2 swedencentral", 5000),
    "gpt-5": ("2025-08-07", "", 1000),
    "gpt-5-mini": ("2025-08-07", "", 1000),
    "gpt-5-nano": ("2025-08-07", "", 5000),
    "gpt-4": ("0613 turbo-2024-04-09", "eastus2 swedencentral", 40),
    "gpt-35-turbo": ("0125 1106", "eastus eastus2 swedencentral francecentral japaneast uksouth westeurope", 240),
    "o1": ("2024-12-17", "", 500),
    "o3": ("2025-04-16", "", 500),
    "o3-mini": ("2025-01-31", "", 500),
    "o4-mini": ("2025-04-16", "", 1000),
    "text-embedding-3-small": ("1", "eastus eastus2 swedencentral japaneast uksouth westeurope", 350),
    "text-embedding-3-large": ("1", "eastus eastus2 swedencentral japaneast uksouth westeurope", 350),
    "text-embedding-ada-002": ("1 2", "*", 240),
    "dall-e-3": ("3.0", "eastus swedencentral australiaeast", 2),
    "gpt-image-1": ("2025-04-15", "", 9),
    "whisper": ("001", "northcentralus swedencentral westeurope", 3),
}


def quota_name(model: str, sku: str) -> str:
    """The name of the quota a deployment counts against."""
    return f"OpenAI.{sku}.{model}"
