"""Where and by whom a template is deployed: what the scope functions answer from."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from arm.opaque import Unknown

Scope = Literal["resourceGroup", "subscription", "managementGroup", "tenant"]

AZURE_CLOUD: Mapping[str, Any] = {
    "name": "AzureCloud",
    "gallery": "https://gallery.azure.com/",
    "graph": "https://graph.windows.net/",
    "portal": "https://portal.azure.com",
    "graphAudience": "https://graph.windows.net/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": (
        "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/"
        "aliases.json"
    ),
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "suffixes": {
        "acrLoginServer": ".azurecr.io",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "azureFrontDoorEndpointSuffix": "azurefd.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
    },
}


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """A resource group as `resourceGroup()` describes it; location and tags may wait for its creation."""

    name: str
    location: str | Unknown = ""
    tags: Mapping[str, Any] | Unknown = field(default_factory=dict)
    managed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class DeploymentContext:
    """The deployment a template is expanded for; every field has a harmless default.

    `location` is the deployment's own, used outside group scope. `template_link` is the address the template was
    read from. `resource_groups` names further groups that nested deployments may reach, keyed by lower-case name.
    """

    subscription_id: str = "00000000-0000-0000-0000-000000000000"
    subscription_name: str = "Subscription"
    tenant_id: str = "00000000-0000-0000-0000-000000000000"
    resource_group: ResourceGroup | None = None
    management_group: str = ""
    location: str = ""
    deployment_name: str = "main"
    deployer_object_id: str = "00000000-0000-0000-0000-000000000000"
    deployer_name: str = ""
    template_link: str = ""
    cloud: Mapping[str, Any] = field(default_factory=lambda: AZURE_CLOUD)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    new_guid: Callable[[], object] = uuid.uuid4
    resource_groups: Mapping[str, ResourceGroup] = field(default_factory=dict)

    def within_group(self, group: ResourceGroup, *, subscription_id: str) -> "DeploymentContext":
        """The context of a nested deployment into a resource group."""
        return replace(self, resource_group=group, subscription_id=subscription_id)


@dataclass(frozen=True, slots=True)
class Target:
    """The scope resources of one template are created in."""

    scope: Scope
    subscription_id: str = ""
    resource_group: str = ""
    management_group: str = ""

    @property
    def id(self) -> str:
        """The scope's resource id; empty for the tenant."""
        match self.scope:
            case "resourceGroup":
                return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            case "subscription":
                return f"/subscriptions/{self.subscription_id}"
            case "managementGroup":
                return f"/providers/Microsoft.Management/managementGroups/{self.management_group}"
            case _:
                return ""


def target_of(context: DeploymentContext, scope: Scope) -> Target:
    """The scope a context's own deployment creates resources in."""
    return Target(
        scope=scope,
        subscription_id=context.subscription_id if scope in {"resourceGroup", "subscription"} else "",
        resource_group=context.resource_group.name if context.resource_group and scope == "resourceGroup" else "",
        management_group=context.management_group if scope == "managementGroup" else "",
    )
