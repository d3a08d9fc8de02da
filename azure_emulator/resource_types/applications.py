"""Container Apps, App Service, static sites, container registries and other places where code runs."""

from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, Unique, child, part

SITE_TAKEN = Unique("azurewebsites.net", "Conflict", "Website with given name {name} already exists.")
PLAN_SKUS = frozenset(
    "F1 FREE D1 SHARED B1 B2 B3 S1 S2 S3 P1 P2 P3 P1V2 P2V2 P3V2 P0V3 P1V3 P2V3 P3V3 P1MV3 P2MV3 P3MV3 P4MV3 P5MV3 "
    "P0V4 "
    "P1V4 P2V4 P3V4 Y1 FC1 EP1 EP2 EP3 WS1 WS2 WS3 I1 I2 I3 I1V2 I2V2 I3V2 U1".split()
)


def _check_plan(placement: Placement) -> None:
    if placement.sku and placement.sku.upper() not in PLAN_SKUS:
        raise AzureError(400, "BadRequest", f"The parameter SKU.Name has an invalid value '{placement.sku}'.")


def _check_site(placement: Placement) -> None:
    plan = placement.properties.get("serverFarmId")
    if isinstance(plan, str) and plan and "/" in plan and placement.world.resources.get(plan) is None:
        name = plan.rstrip("/").rsplit("/", 1)[-1]
        raise AzureError(404, "NotFound", f"Cannot find ServerFarm with name {name}.")


def _check_app(placement: Placement) -> None:
    properties = placement.properties
    environment = properties.get("managedEnvironmentId") or properties.get("environmentId")
    if environment and placement.world.resources.get(str(environment)) is None:
        raise AzureError(
            404,
            "ManagedEnvironmentNotFound",
            f"The environment '{str(environment).rsplit('/', 1)[-1]}' does not exist.",
        )


def _set_ingress(placement: Placement, properties: dict[str, Any]) -> None:
    """The host name of a container app hangs below the default domain of its environment."""
    identifier = str(properties.get("managedEnvironmentId") or properties.get("environmentId") or "")
    environment = placement.world.resources.get(identifier) if identifier else None
    domain = part(environment, "properties").get("defaultDomain", f"{placement.location}.azurecontainerapps.io")
    revision = properties["latestRevisionName"]
    properties["latestRevisionFqdn"] = f"{revision}.{domain}"
    ingress = part(properties, "configuration").get("ingress")
    if isinstance(ingress, dict):
        inside = "" if ingress.get("external") else "internal."
        name = placement.id.names[-1].lower()
        properties["configuration"] = {
            **properties["configuration"],
            "ingress": {**ingress, "fqdn": f"{name}.{inside}{domain}"},
        }


def _set_group_name(placement: Placement, properties: dict[str, Any]) -> None:
    """A container group with a label is reachable by a name of its region."""
    address = properties.get("ipAddress")
    if isinstance(address, dict) and address.get("dnsNameLabel"):
        fqdn = f"{address['dnsNameLabel']}.{placement.location}.azurecontainer.io".lower()
        properties["ipAddress"] = {**address, "fqdn": fqdn}


_SITE: dict[str, Any] = {
    "usual": {"enabled": True, "httpsOnly": False, "clientAffinityEnabled": True, "reserved": False},
    "always": {
        "state": "Running",
        "hostNames": ["{name}.azurewebsites.net"],
        "defaultHostName": "{name}.azurewebsites.net",
        "enabledHostNames": ["{name}.azurewebsites.net", "{name}.scm.azurewebsites.net"],
        "repositorySiteName": "{Name}",
        "usageState": "Normal",
        "availabilityState": "Normal",
        "outboundIpAddresses": "20.43.{octet_1}.{octet_2},20.43.{octet_3}.{octet_4}",
        "possibleOutboundIpAddresses": "20.43.{octet_1}.{octet_2},20.43.{octet_3}.{octet_4}",
        "inboundIpAddress": "20.48.{octet_5}.{octet_6}",
        "customDomainVerificationId": "{hex}",
        "resourceGroup": "{group}",
    },
}
_PUBLISHING = {
    "properties": {
        "name": "{name}",
        "publishingUserName": "${name}",
        "publishingPassword": "{key}",
        "scmUri": "https://${name}:{hex}@{name}.scm.azurewebsites.net",
    }
}
_SECRET_LISTS: dict[str, Any] = {"listSecrets": {"value": []}}

TYPES = (
    ResourceType(
        "Microsoft.App/managedEnvironments",
        seconds=90,
        delete_seconds=120,
        name_pattern=r"[a-zA-Z][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
        usual={"zoneRedundant": False},
        always={
            "defaultDomain": "{word}.{location}.azurecontainerapps.io",
            "staticIp": "20.72.{octet_1}.{octet_2}",
            "eventStreamEndpoint": "https://{location}.azurecontainerapps.dev/subscriptions/{subscription}/resourceGroups/{group}"
            "/managedEnvironments/{name}/eventstream",
            "customDomainConfiguration": {"customDomainVerificationId": "{hex}"},
        },
    ),
    ResourceType(
        "Microsoft.App/containerApps",
        seconds=30,
        name_pattern=r"[a-z][a-z0-9-]{0,30}[a-z0-9]",
        check=_check_app,
        adjust=_set_ingress,
        always={
            "runningStatus": "Running",
            "latestRevisionName": "{name}--{word}",
            "latestReadyRevisionName": "{name}--{word}",
            "outboundIpAddresses": ["20.72.{octet_1}.{octet_2}"],
            "customDomainVerificationId": "{hex}",
        },
        lists=_SECRET_LISTS,
    ),
    ResourceType(
        "Microsoft.App/jobs",
        seconds=20,
        check=_check_app,
        always={"eventStreamEndpoint": "https://{location}.azurecontainerapps.dev/jobs/{name}/eventstream"},
        lists=_SECRET_LISTS,
    ),
    ResourceType(
        "Microsoft.App/sessionPools",
        seconds=20,
        name_pattern=r"[a-z][a-z0-9]{2,62}",
        usual={
            "poolManagementType": "Dynamic",
            "containerType": "PythonLTS",
            "sessionNetworkConfiguration": {"status": "EgressDisabled"},
            "dynamicPoolConfiguration": {
                "lifecycleConfiguration": {"lifecycleType": "Timed", "cooldownPeriodInSeconds": 300}
            },
        },
        always={
            "poolManagementEndpoint": "https://{location}.dynamicsessions.io/subscriptions/{subscription}"
            "/resourceGroups/{group}/sessionPools/{name}",
            "nodeCount": 0,
        },
    ),
    child("Microsoft.App/containerApps/authConfigs"),
    child("Microsoft.App/containerApps/sourcecontrols"),
    child("Microsoft.App/managedEnvironments/daprComponents", lists=_SECRET_LISTS),
    child("Microsoft.App/managedEnvironments/storages"),
    ResourceType("Microsoft.App/managedEnvironments/certificates", seconds=15),
    ResourceType(
        "Microsoft.Web/serverfarms",
        seconds=10,
        name_pattern=r"[a-zA-Z0-9_-]{1,60}",
        check=_check_plan,
        usual={"reserved": False, "maximumElasticWorkerCount": 1, "perSiteScaling": False, "targetWorkerCount": 0},
        always={
            "status": "Ready",
            "geoRegion": "{location}",
            "resourceGroup": "{group}",
            "subscription": "{subscription}",
        },
        usual_sku={"name": "F1", "tier": "Free", "size": "F1", "family": "F", "capacity": 0},
    ),
    ResourceType(
        "Microsoft.Web/sites",
        seconds=25,
        name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
        unique=SITE_TAKEN,
        check=_check_site,
        lists={"listHostKeys": {"masterKey": "{key}", "functionKeys": {"default": "{key_f}"}, "systemKeys": {}}},
        **_SITE,
    ),
    ResourceType(
        "Microsoft.Web/sites/slots",
        seconds=25,
        usual={"enabled": True},
        always={
            "state": "Running",
            "hostNames": ["{parent}-{name}.azurewebsites.net"],
            "defaultHostName": "{parent}-{name}.azurewebsites.net",
        },
    ),
    child(
        "Microsoft.Web/sites/config",
        has_state=False,
        lists={"list": _PUBLISHING},
    ),
    child("Microsoft.Web/sites/slots/config", has_state=False, lists={"list": _PUBLISHING}),
    child("Microsoft.Web/sites/sourcecontrols", seconds=30),
    child("Microsoft.Web/sites/extensions", seconds=40),
    child("Microsoft.Web/sites/hostNameBindings"),
    child(
        "Microsoft.Web/sites/host", lists={"listKeys": {"masterKey": "{key}", "functionKeys": {"default": "{key_f}"}}}
    ),
    child("Microsoft.Web/sites/basicPublishingCredentialsPolicies", has_state=False),
    child("Microsoft.Web/sites/functions", lists={"listKeys": {"default": "{key}"}, "listSecrets": {"key": "{key}"}}),
    child("Microsoft.Web/sites/privateEndpointConnections"),
    child("Microsoft.Web/sites/virtualNetworkConnections"),
    ResourceType("Microsoft.Web/certificates", seconds=20),
    ResourceType("Microsoft.Web/connections", seconds=8, always={"overallStatus": "Connected"}),
    ResourceType("Microsoft.Web/hostingEnvironments", seconds=3600),
    ResourceType(
        "Microsoft.Web/staticSites",
        seconds=20,
        always={
            "defaultHostname": "{word}.azurestaticapps.net",
            "contentDistributionEndpoint": "https://content.azurestaticapps.net",
        },
        usual_sku={"name": "Free", "tier": "Free"},
        lists={"listSecrets": {"properties": {"apiKey": "{hex_1}{hex_2}"}}, "listAppSettings": {"properties": {}}},
    ),
    child("Microsoft.Web/staticSites/config"),
    ResourceType(
        "Microsoft.ContainerRegistry/registries",
        seconds=12,
        name_pattern=r"[a-zA-Z0-9]{5,50}",
        unique=Unique("azurecr.io", "AlreadyInUse", "The registry DNS name {name}.azurecr.io is already in use."),
        required=("sku.name",),
        usual={"adminUserEnabled": False, "publicNetworkAccess": "Enabled"},
        always={"loginServer": "{name}.azurecr.io"},
        lists={
            "listCredentials": {
                "username": "{Name}",
                "passwords": [{"name": "password", "value": "{key_1}"}, {"name": "password2", "value": "{key_2}"}],
            }
        },
    ),
    ResourceType("Microsoft.ContainerRegistry/registries/webhooks", seconds=8),
    ResourceType("Microsoft.ContainerRegistry/registries/replications", seconds=60),
    child("Microsoft.ContainerRegistry/registries/scopeMaps"),
    ResourceType(
        "Microsoft.ContainerInstance/containerGroups",
        seconds=40,
        adjust=_set_group_name,
        name_pattern=r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
        always={"instanceView": {"state": "Running", "events": []}, "ipAddress": {"ip": "20.81.{octet_1}.{octet_2}"}},
    ),
    ResourceType(
        "Microsoft.ContainerService/managedClusters",
        seconds=240,
        delete_seconds=180,
        name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9]",
        usual={"kubernetesVersion": "1.32", "nodeResourceGroup": "MC_{group}_{name}_{location}"},
        always={
            "powerState": {"code": "Running"},
            "fqdn": "{name}-{word}.hcp.{location}.azmk8s.io",
            "oidcIssuerProfile": {"issuerURL": "https://{location}.oic.prod-aks.azure.com/{tenant}/{guid}/"},
            "identityProfile": {"kubeletidentity": {"clientId": "{guid_c}", "objectId": "{guid_o}"}},
        },
        lists={"listClusterAdminCredential": {"kubeconfigs": [{"name": "clusterAdmin", "value": "{key}"}]}},
    ),
    child("Microsoft.ContainerService/managedClusters/agentPools", seconds=120),
    child(
        "Microsoft.Logic/workflows/triggers",
        lists={
            "listCallbackUrl": {
                "value": "https://prod-01.{location}.logic.azure.com:443/workflows/{hex}/triggers/{name}/paths/invoke"
            }
        },
    ),
    ResourceType(
        "Microsoft.Logic/workflows",
        seconds=8,
        usual={"state": "Enabled"},
        always={"accessEndpoint": "https://prod-01.{location}.logic.azure.com:443/workflows/{hex}"},
        lists={
            "listCallbackUrl": {
                "value": "https://prod-01.{location}.logic.azure.com:443/workflows/{hex}/triggers/manual/paths/invoke"
            }
        },
    ),
    ResourceType(
        "Microsoft.Batch/batchAccounts",
        seconds=40,
        name_pattern=r"[a-z0-9]{3,24}",
        always={"accountEndpoint": "{name}.{location}.batch.azure.com"},
        lists={"listKeys": {"accountName": "{name}", "primary": "{key_1}", "secondary": "{key_2}"}},
    ),
)
