"""Key Vault, managed identities and App Configuration."""

from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, SoftDelete, Unique, child, part


def _check_vault(placement: Placement) -> None:
    properties = placement.properties
    standing = part(placement.existing, "properties").get("enableSoftDelete")
    if standing and properties.get("enableSoftDelete") is False:
        raise AzureError(
            400, "BadRequest", 'The property "enableSoftDelete" can be set to false only for creating new vault.'
        )
    if properties.get("createMode") == "recover" or placement.existing:
        return
    missing = [name for name in ("tenantId", "sku") if not properties.get(name)]
    if missing:
        raise AzureError(
            400,
            "BadRequest",
            f"The parameter '{missing[0]}' is required to create a vault and has no value.",
            target=missing[0],
        )
    if properties.get("accessPolicies") is None and not properties.get("enableRbacAuthorization"):
        raise AzureError(400, "BadRequest", 'The parameter "accessPolicies" is not specified.')


def _keep_soft_delete(placement: Placement, properties: dict[str, Any]) -> None:
    """Soft delete can no longer be left out of a new vault."""
    properties["enableSoftDelete"] = True


VAULT = "Microsoft.KeyVault/vaults"
TYPES = (
    ResourceType(
        VAULT,
        seconds=25,
        name_pattern=r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
        unique=Unique(
            "vault.azure.net",
            "VaultAlreadyExists",
            "The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the "
            "name is "
            "already taken. If you are sure that the vault name was not taken then it is possible that a vault with "
            "the same "
            "name was recently deleted but not purged after being placed in a recoverable state.",
        ),
        check=_check_vault,
        adjust=_keep_soft_delete,
        usual={
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "accessPolicies": [],
            "publicNetworkAccess": "Enabled",
        },
        always={"vaultUri": "https://{name}.vault.azure.net/"},
        soft_delete=SoftDelete(
            list_path="/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults",
            days=90,
            code="ConflictError",
            message="A vault with the same name already exists in deleted state. You need to either recover or purge "
            "existing "
            "key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft "
            "delete.",
            purge_path="/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}/purge",
            restore_flags={"createMode": "recover"},
        ),
    ),
    child(
        "Microsoft.KeyVault/vaults/secrets",
        has_state=False,
        always={
            "secretUri": "https://{parent}.vault.azure.net/secrets/{Name}",
            "secretUriWithVersion": "https://{parent}.vault.azure.net/secrets/{Name}/{hex}",
        },
    ),
    child(
        "Microsoft.KeyVault/vaults/keys",
        has_state=False,
        always={
            "keyUri": "https://{parent}.vault.azure.net/keys/{Name}",
            "keyUriWithVersion": "https://{parent}.vault.azure.net/keys/{Name}/{hex}",
        },
    ),
    child("Microsoft.KeyVault/vaults/accessPolicies", has_state=False),
    ResourceType(
        "Microsoft.KeyVault/managedHSMs", seconds=1200, always={"hsmUri": "https://{name}.managedhsm.azure.net/"}
    ),
    ResourceType(
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        seconds=4,
        name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}",
        always={"principalId": "{guid_principal}", "clientId": "{guid_client}", "tenantId": "{tenant}"},
        has_state=False,
    ),
    child("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", has_state=False),
    ResourceType(
        "Microsoft.AppConfiguration/configurationStores",
        seconds=40,
        name_pattern=r"[a-zA-Z0-9_-]{5,50}",
        unique=Unique("azconfig.io", "NameUnavailable", "The specified name '{name}' is already in use."),
        required=("sku.name",),
        usual={"disableLocalAuth": False, "softDeleteRetentionInDays": 7, "enablePurgeProtection": False},
        always={"endpoint": "https://{name}.azconfig.io", "creationDate": ""},
        lists={
            "listKeys": {
                "value": [
                    {
                        "id": "{word}-l0-s0",
                        "name": "Primary",
                        "value": "{key_1}",
                        "connectionString": "Endpoint=https://{name}.azconfig.io;Id={word}-l0-s0;Secret={key_1}",
                        "readOnly": False,
                    }
                ]
            }
        },
        soft_delete=SoftDelete(
            list_path="/subscriptions/{subscription}/providers/Microsoft.AppConfiguration/deletedConfigurationStores",
            days=7,
            code="NameUnavailable",
            message="The specified name '{name}' is already in use by a soft-deleted configuration store. "
            "Please recover or purge it first.",
            purge_path="/subscriptions/{subscription}/providers/Microsoft.AppConfiguration/locations/{location}"
            "/deletedConfigurationStores/{name}/purge",
            restore_flags={"createMode": "Recover"},
            skus=("standard", "premium"),
        ),
    ),
    child("Microsoft.AppConfiguration/configurationStores/keyValues", has_state=False),
)
