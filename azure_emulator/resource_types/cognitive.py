"""Azure AI services accounts and their model deployments, with the regions, versions and quota of the models."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError
from azure_emulator.models import MODELS, OPENAI_REGIONS, quota_name
from azure_emulator.resource_types.kinds import Placement, ResourceType, SoftDelete, Unique, child, part
from azure_emulator.resource_types.quotas import limit_and_used

if TYPE_CHECKING:
    from azure_emulator.world import World

ACCOUNT = "Microsoft.CognitiveServices/accounts"
KINDS = frozenset(
    "OpenAI AIServices CognitiveServices ComputerVision ContentSafety ContentModerator "
    "ConversationalLanguageUnderstanding "
    "CustomVision.Prediction CustomVision.Training Face FormRecognizer HealthInsights ImmersiveReader LUIS "
    "LUIS.Authoring "
    "MetricsAdvisor Personalizer QnAMaker SpeechServices TextAnalytics TextTranslation AnomalyDetector "
    "Internal.AllInOne".split()
)
SKUS = (
    "Standard",
    "GlobalStandard",
    "DataZoneStandard",
    "ProvisionedManaged",
    "GlobalProvisionedManaged",
    "GlobalBatch",
)


def _check_account(placement: Placement) -> None:
    kind = placement.kind
    if kind not in KINDS:
        raise AzureError(
            400, "InvalidApiKind" if kind else "MissingKind", f"The kind '{kind or ''}' is invalid or not available."
        )
    if not placement.sku and not placement.existing:
        raise AzureError(
            400, "InvalidRequestContent", "The 'sku' property is required to create the account.", target="sku"
        )
    if kind == "OpenAI" and (placement.sku not in {"", "S0"} or placement.location not in OPENAI_REGIONS):
        raise AzureError(
            400,
            "InvalidResourceProperties",
            f"The account type 'OpenAI' with SKU '{placement.sku}' is not available in region '{placement.location}'.",
        )


def _set_endpoint(placement: Placement, properties: dict[str, Any]) -> None:
    subdomain = properties.get("customSubDomainName")
    host = "openai.azure.com" if placement.kind == "OpenAI" else "cognitiveservices.azure.com"
    endpoint = (
        f"https://{subdomain}.{host}/" if subdomain else f"https://{placement.location}.api.cognitive.microsoft.com/"
    )
    properties["endpoint"] = endpoint
    if placement.kind in {"OpenAI", "AIServices"}:
        properties["endpoints"] = {"OpenAI Language Model Instance API": endpoint}
    else:
        properties["endpoints"] = {str(placement.kind): endpoint}


def _check_deployment(placement: Placement) -> None:
    model = part(placement.properties, "model")
    name, version = str(model.get("name") or ""), str(model.get("version") or "")
    known = MODELS.get(name)
    account = placement.world.resources.get(placement.id.parent) or {}
    region = str(account.get("location") or "").replace(" ", "").lower()
    sku = placement.sku or "Standard"
    versions = known[0].split() if known else []
    if known is None or (version and version not in versions):
        raise AzureError(
            400,
            "DeploymentModelNotSupported",
            f"The model 'Format: OpenAI, Name: {name}, Version: {version}' of account deployment is not supported.",
        )
    if sku not in SKUS or (sku == "Standard" and region and region not in _regions(name)):
        raise AzureError(
            400,
            "InvalidResourceProperties",
            f"The specified SKU '{sku}' for model '{name} {version or versions[-1]}' is not supported in this region "
            f"'{region}'.",
        )
    _check_quota(placement, name=name, sku=sku, region=region)


def _regions(model: str) -> list[str]:
    regions = MODELS[model][1]
    return OPENAI_REGIONS if regions == "*" else regions.split()


def _check_quota(placement: Placement, *, name: str, sku: str, region: str) -> None:
    wanted = capacity(placement.body)
    own = placement.id.key
    used = sum(
        capacity(other)
        for other in deployments(placement.world, placement.id.subscription, region)
        if str(other["id"]).lower() != own and _counts_as(other, name, sku)
    )
    limit, seeded = limit_and_used(
        placement.world, placement.id.subscription, quota_name(name, sku), usual=MODELS[name][2]
    )
    used += seeded
    if used + wanted > limit:
        label = f"Tokens Per Minute (thousands) - {name}" + ("" if sku == "Standard" else f" - {sku}")
        raise AzureError(
            400,
            "InsufficientQuota",
            f"This operation require {wanted} new capacity in quota {label}, which is bigger than the current "
            "available "
            f"capacity {max(limit - used, 0)}. The current quota usage is {used} and the quota limit is {limit} for "
            f"quota {label}.",
        )


def _counts_as(deployment: dict[str, Any], model: str, sku: str) -> bool:
    properties = part(deployment, "properties")
    return part(properties, "model").get("name") == model and part(deployment, "sku").get("name", "Standard") == sku


def capacity(body: dict[str, Any]) -> int:
    """Thousands of tokens a minute that a deployment reserves."""
    sku = body.get("sku") or {}
    value = sku.get("capacity", 1) if isinstance(sku, dict) else 1
    return value if isinstance(value, int) else 1


def deployments(world: "World", subscription: str, region: str) -> Iterator[dict[str, Any]]:
    """Model deployments of a subscription whose account stands in the region."""
    for key in world.store.keys("cognitive-deployment", prefix=f"{subscription}/{region}/"):
        pointer = world.store.get("cognitive-deployment", key)
        found = world.resources.get(pointer["id"]) if pointer else None
        if found:
            yield found


def models(region: str) -> list[dict[str, Any]]:
    """The models that accounts in a region can deploy."""
    if region not in OPENAI_REGIONS:
        return []
    return [
        {"kind": "OpenAI", "skuName": "S0", "model": _model(name, version, region)}
        for name, (versions, *_) in MODELS.items()
        for version in versions.split()
    ]


def _model(name: str, version: str, region: str) -> dict[str, Any]:
    versions, _, limit = MODELS[name]
    skus = [sku for sku in SKUS if sku != "Standard" or region in _regions(name)]
    return {
        "format": "OpenAI",
        "name": name,
        "version": version,
        "isDefaultVersion": version == versions.split()[-1],
        "skus": [
            {"name": sku, "usageName": quota_name(name, sku), "capacity": {"maximum": limit, "default": 10}}
            for sku in skus
        ],
        "lifecycleStatus": "GenerallyAvailable",
        "capabilities": {"embeddings": "true"} if "embedding" in name else {"chatCompletion": "true"},
    }


TYPES = (
    ResourceType(
        ACCOUNT,
        seconds=15,
        delete_seconds=6,
        name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}",
        unique=Unique(
            "cognitiveservices.azure.com",
            "CustomDomainInUse",
            "Please pick a different name. The subdomain name '{name}' is not available as it's already used by a "
            "resource.",
            property="customSubDomainName",
        ),
        adjust=_set_endpoint,
        check=_check_account,
        usual={
            "publicNetworkAccess": "Enabled",
            "networkAcls": {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []},
        },
        always={
            "internalId": "{hex}",
            "capabilities": [],
            "callRateLimit": {"rules": []},
            "isMigrated": False,
            "privateEndpointConnections": [],
        },
        lists={"listKeys": {"key1": "{hex_1}", "key2": "{hex_2}"}},
        soft_delete=SoftDelete(
            list_path="/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/deletedAccounts",
            days=2,
            code="FlagMustBeSetForRestore",
            message="An existing resource with ID '{id}' has been soft-deleted. To restore the resource, you must "
            "specify "
            "'restore' to be 'true' in the property. If you don't want to restore existing resource, please purge it "
            "first.",
            purge_method="DELETE",
            purge_path="/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{location}"
            "/resourceGroups/{group}/deletedAccounts/{name}",
            restore_flags={"restore": True},
            protection="",
        ),
    ),
    ResourceType(
        "Microsoft.CognitiveServices/accounts/deployments",
        seconds=12,
        tracked=False,
        name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
        check=_check_deployment,
        usual={"versionUpgradeOption": "OnceNewDefaultVersionAvailable", "raiPolicyName": "Microsoft.DefaultV2"},
        always={
            "capabilities": {"chatCompletion": "true"},
            "rateLimits": [
                {"key": "request", "renewalPeriod": 10, "count": 10},
                {"key": "token", "renewalPeriod": 60, "count": 10000},
            ],
        },
        usual_sku={"name": "Standard", "capacity": 1},
    ),
    ResourceType(
        "Microsoft.CognitiveServices/accounts/projects",
        seconds=15,
        always={"endpoints": {"AI Foundry API": "https://{parent}.services.ai.azure.com/api/projects/{name}"}},
    ),
    child("Microsoft.CognitiveServices/accounts/connections"),
    child("Microsoft.CognitiveServices/accounts/raiPolicies"),
)
