"""Storage accounts and what lies in them."""

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, Unique, child

SKUS = frozenset(
    "Standard_LRS Standard_GRS Standard_RAGRS Standard_ZRS Premium_LRS Premium_ZRS Standard_GZRS Standard_RAGZRS "
    "StandardV2_LRS StandardV2_GRS StandardV2_ZRS StandardV2_GZRS PremiumV2_LRS PremiumV2_ZRS".split()
)
KINDS = frozenset({"Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"})
_ENDPOINTS = {
    service: f"https://{{name}}.{service}.core.windows.net/" for service in ("blob", "queue", "table", "file", "dfs")
}


def _check_account(placement: Placement) -> None:
    if "accountType" in placement.properties:
        return
    wrong = [] if placement.sku or placement.existing else ["sku"]
    if placement.sku and placement.sku not in SKUS:
        wrong.append("sku")
    if placement.kind and placement.kind not in KINDS:
        wrong.append("kind")
    if wrong:
        raise AzureError(
            400,
            "InvalidValuesForRequestParameters",
            f"Values for request parameters are invalid: {', '.join(wrong)}. "
            "For more information, see - https://aka.ms/storageaccounttype",
        )
    if placement.kind == "BlobStorage" and not placement.properties.get("accessTier"):
        raise AzureError(
            400, "MissingRequiredAccountProperty", "Account property accessTier is required for the request."
        )


TYPES = (
    ResourceType(
        "Microsoft.Storage/storageAccounts",
        seconds=20,
        delete_seconds=4,
        name_pattern=r"[a-z0-9]{3,24}",
        unique=Unique(
            "core.windows.net", "StorageAccountAlreadyTaken", "The storage account named {name} is already taken."
        ),
        check=_check_account,
        usual_kind="Storage",
        usual={
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": False,
            "supportsHttpsTrafficOnly": True,
            "accessTier": "Hot",
            "networkAcls": {
                "bypass": "AzureServices",
                "virtualNetworkRules": [],
                "ipRules": [],
                "defaultAction": "Allow",
            },
            "encryption": {
                "services": {
                    "file": {"keyType": "Account", "enabled": True},
                    "blob": {"keyType": "Account", "enabled": True},
                },
                "keySource": "Microsoft.Storage",
            },
        },
        always={
            "primaryEndpoints": _ENDPOINTS | {"web": "https://{name}.z13.web.core.windows.net/"},
            "primaryLocation": "{location}",
            "statusOfPrimary": "available",
            "privateEndpointConnections": [],
        },
        lists={
            "listKeys": {
                "keys": [
                    {"keyName": "key1", "value": "{key_1}", "permissions": "FULL"},
                    {"keyName": "key2", "value": "{key_2}", "permissions": "FULL"},
                ]
            },
            "listAccountSas": {"accountSasToken": "sv=2024-11-04&ss=bfqt&srt=sco&sp=rl&sig={key_sas}"},
            "listServiceSas": {"serviceSasToken": "sv=2024-11-04&sr=c&sp=rl&sig={key_service}"},
        },
    ),
    child("Microsoft.Storage/storageAccounts/blobServices", usual={"deleteRetentionPolicy": {"enabled": False}}),
    child(
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        usual={"publicAccess": "None", "leaseStatus": "Unlocked", "leaseState": "Available"},
        has_state=False,
    ),
    child("Microsoft.Storage/storageAccounts/fileServices", has_state=False),
    child(
        "Microsoft.Storage/storageAccounts/fileServices/shares",
        usual={"shareQuota": 5120, "accessTier": "TransactionOptimized", "enabledProtocols": "SMB"},
        has_state=False,
    ),
    child("Microsoft.Storage/storageAccounts/queueServices", has_state=False),
    child("Microsoft.Storage/storageAccounts/queueServices/queues", has_state=False),
    child("Microsoft.Storage/storageAccounts/tableServices", has_state=False),
    child("Microsoft.Storage/storageAccounts/tableServices/tables", has_state=False),
    child("Microsoft.Storage/storageAccounts/managementPolicies", has_state=False),
)
