"""API Management, messaging, machine learning, developer services and the rest of what catalogs use."""

from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, SoftDelete, Unique, child

APIM_SKUS = frozenset("Developer Standard Premium Basic Consumption Isolated BasicV2 StandardV2 PremiumV2".split())
_BUS_KEYS = {
    "primaryConnectionString": "Endpoint=sb://{parent}.servicebus.windows.net/;SharedAccessKeyName={Name};SharedAccessKey={key_1}",
    "secondaryConnectionString": "Endpoint=sb://{parent}.servicebus.windows.net/;SharedAccessKeyName={Name};SharedAccessKey={key_2}",
    "primaryKey": "{key_1}",
    "secondaryKey": "{key_2}",
    "keyName": "{Name}",
}
_BUS_TAKEN = Unique("servicebus.windows.net", "NamespaceAlreadyExists", "The specified name '{name}' is not available.")
_NAMESPACE: dict[str, Any] = {
    "always": {
        "serviceBusEndpoint": "https://{name}.servicebus.windows.net:443/",
        "status": "Active",
        "metricId": "{subscription}:{name}",
    },
    "unique": _BUS_TAKEN,
    "name_pattern": r"[a-zA-Z][a-zA-Z0-9-]{4,48}[a-zA-Z0-9]",
}


def _check_gateway(placement: Placement) -> None:
    if placement.existing:
        return
    if placement.sku not in APIM_SKUS:
        raise AzureError(
            400, "InvalidParameters", "Invalid parameter: The sku of the API Management service is invalid or missing."
        )
    for name in ("publisherEmail", "publisherName"):
        if not placement.properties.get(name):
            raise AzureError(
                400,
                "ValidationError",
                "One or more fields contain incorrect values:",
                details=[{"code": "ValidationError", "target": name, "message": f"{name} must not be empty."}],
            )


TYPES = (
    ResourceType(
        "Microsoft.ApiManagement/service",
        seconds=1800,
        delete_seconds=300,
        name_pattern=r"[a-zA-Z](?:[a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?",
        unique=Unique("azure-api.net", "ServiceAlreadyExists", "Api service already exists: {name}"),
        check=_check_gateway,
        usual={"virtualNetworkType": "None", "publicNetworkAccess": "Enabled", "disableGateway": False},
        always={
            "gatewayUrl": "https://{name}.azure-api.net",
            "gatewayRegionalUrl": "https://{name}-{location}-01.regional.azure-api.net",
            "developerPortalUrl": "https://{name}.developer.azure-api.net",
            "managementApiUrl": "https://{name}.management.azure-api.net",
            "portalUrl": "https://{name}.portal.azure-api.net",
            "scmUrl": "https://{name}.scm.azure-api.net",
            "publicIPAddresses": ["20.62.{octet_1}.{octet_2}"],
            "platformVersion": "stv2",
            "targetProvisioningState": "",
        },
        soft_delete=SoftDelete(
            list_path="/subscriptions/{subscription}/providers/Microsoft.ApiManagement/deletedservices",
            days=2,
            code="ServiceAlreadyExistsInSoftDeletedState",
            message="Api service {name} was soft-deleted. In order to create the new service with the same name, you "
            "have to "
            "either undelete the service or purge it. See https://aka.ms/apimsoftdelete.",
            purge_method="DELETE",
            purge_path="/subscriptions/{subscription}/providers/Microsoft.ApiManagement/locations/{location}/deletedservices/{name}",
            restore_flags={"restore": True},
            protection="",
        ),
    ),
    *(
        child(f"Microsoft.ApiManagement/service/{name}", seconds=seconds, has_state=False)
        for name, seconds in {
            "apis": 8,
            "apis/operations": 4,
            "apis/policies": 4,
            "apis/operations/policies": 4,
            "apis/diagnostics": 4,
            "apis/schemas": 4,
            "apiVersionSets": 3,
            "backends": 4,
            "diagnostics": 4,
            "groups": 3,
            "loggers": 5,
            "policies": 4,
            "policyFragments": 4,
            "products": 4,
            "products/apis": 3,
            "products/groups": 3,
            "products/policies": 3,
            "tags": 3,
            "certificates": 5,
        }.items()
    ),
    child(
        "Microsoft.ApiManagement/service/namedValues",
        seconds=5,
        lists={"listValue": {"value": "{hex}"}},
        has_state=False,
    ),
    child(
        "Microsoft.ApiManagement/service/subscriptions",
        seconds=4,
        usual={"state": "active"},
        has_state=False,
        lists={"listSecrets": {"primaryKey": "{hex_1}", "secondaryKey": "{hex_2}"}},
    ),
    ResourceType(
        "Microsoft.ServiceBus/namespaces", seconds=40, usual_sku={"name": "Standard", "tier": "Standard"}, **_NAMESPACE
    ),
    child("Microsoft.ServiceBus/namespaces/queues", has_state=False),
    child("Microsoft.ServiceBus/namespaces/topics", has_state=False),
    child("Microsoft.ServiceBus/namespaces/topics/subscriptions", has_state=False),
    child("Microsoft.ServiceBus/namespaces/authorizationRules", lists={"listKeys": _BUS_KEYS}, has_state=False),
    child("Microsoft.ServiceBus/namespaces/queues/authorizationRules", lists={"listKeys": _BUS_KEYS}, has_state=False),
    ResourceType(
        "Microsoft.EventHub/namespaces",
        seconds=40,
        usual_sku={"name": "Standard", "tier": "Standard", "capacity": 1},
        **_NAMESPACE,
    ),
    child(
        "Microsoft.EventHub/namespaces/eventhubs",
        always={"partitionIds": ["0", "1"], "status": "Active"},
        has_state=False,
    ),
    child("Microsoft.EventHub/namespaces/eventhubs/consumergroups", has_state=False),
    child("Microsoft.EventHub/namespaces/authorizationRules", lists={"listKeys": _BUS_KEYS}, has_state=False),
    child("Microsoft.EventHub/namespaces/eventhubs/authorizationRules", lists={"listKeys": _BUS_KEYS}, has_state=False),
    ResourceType(
        "Microsoft.EventGrid/topics",
        seconds=15,
        always={"endpoint": "https://{name}.{location}-1.eventgrid.azure.net/api/events"},
        lists={"listKeys": {"key1": "{key_1}", "key2": "{key_2}"}},
    ),
    ResourceType("Microsoft.EventGrid/systemTopics", seconds=15),
    child("Microsoft.EventGrid/systemTopics/eventSubscriptions", seconds=10),
    child("Microsoft.EventGrid/eventSubscriptions", seconds=10),
    ResourceType("Microsoft.Relay/namespaces", seconds=30, always=_NAMESPACE["always"]),
    child(
        "Microsoft.NotificationHubs/namespaces/notificationHubs/authorizationRules",
        lists={"listKeys": _BUS_KEYS},
        has_state=False,
    ),
    child(
        "Microsoft.Devices/IotHubs/IotHubKeys",
        lists={"listkeys": {"keyName": "{Name}", "primaryKey": "{key_1}", "secondaryKey": "{key_2}"}},
    ),
    ResourceType("Microsoft.NotificationHubs/namespaces", seconds=30),
    ResourceType(
        "Microsoft.SignalRService/signalR",
        seconds=60,
        always={"hostName": "{name}.service.signalr.net", "publicPort": 443, "serverPort": 443},
        lists={
            "listKeys": {
                "primaryKey": "{key_1}",
                "primaryConnectionString": "Endpoint=https://{name}.service.signalr.net;AccessKey={key_1};Version=1.0;",
            }
        },
    ),
    ResourceType(
        "Microsoft.SignalRService/webPubSub",
        seconds=60,
        always={"hostName": "{name}.webpubsub.azure.com"},
        lists={
            "listKeys": {
                "primaryKey": "{key_1}",
                "primaryConnectionString": "Endpoint=https://{name}.webpubsub.azure.com;AccessKey={key_1};Version=1.0;",
            }
        },
    ),
    ResourceType(
        "Microsoft.Communication/communicationServices",
        seconds=30,
        always={"hostName": "{name}.communication.azure.com"},
        lists={
            "listKeys": {
                "primaryKey": "{key_1}",
                "primaryConnectionString": "endpoint=https://{name}.communication.azure.com/;accesskey={key_1}",
            }
        },
    ),
    ResourceType("Microsoft.BotService/botServices", seconds=15, always={"endpointVersion": "3.0"}),
    ResourceType(
        "Microsoft.Devices/IotHubs",
        seconds=120,
        always={"hostName": "{name}.azure-devices.net", "state": "Active"},
        lists={
            "listkeys": {
                "value": [
                    {"keyName": "iothubowner", "primaryKey": "{key_1}", "rights": "RegistryWrite, ServiceConnect"}
                ]
            }
        },
    ),
    ResourceType(
        "Microsoft.MachineLearningServices/workspaces",
        seconds=60,
        delete_seconds=40,
        always={
            "workspaceId": "{guid}",
            "discoveryUrl": "https://{location}.api.azureml.ms/discovery",
            "mlFlowTrackingUri": "azureml://{location}.api.azureml.ms/mlflow/v1.0{id}",
        },
        lists={"listKeys": {"appInsightsInstrumentationKey": "{guid}"}},
    ),
    ResourceType("Microsoft.MachineLearningServices/workspaces/computes", seconds=180),
    child("Microsoft.MachineLearningServices/workspaces/connections"),
    ResourceType(
        "Microsoft.DevCenter/devcenters",
        seconds=15,
        always={"devCenterUri": "https://{tenant}-{name}.{location}.devcenter.azure.com/"},
    ),
    ResourceType(
        "Microsoft.DevCenter/projects",
        seconds=15,
        always={"devCenterUri": "https://{tenant}-{name}.{location}.devcenter.azure.com/"},
    ),
    child("Microsoft.DevCenter/devcenters/catalogs", seconds=20, always={"syncState": "Succeeded"}),
    child("Microsoft.DevCenter/devcenters/environmentTypes"),
    ResourceType("Microsoft.DevCenter/projects/environmentTypes", seconds=5),
    ResourceType("Microsoft.DevCenter/projects/pools", seconds=30),
    ResourceType("Microsoft.DevOpsInfrastructure/pools", seconds=60),
    ResourceType("Microsoft.Purview/accounts", seconds=240),
    ResourceType(
        "Microsoft.Maps/accounts", seconds=8, lists={"listKeys": {"primaryKey": "{key_1}", "secondaryKey": "{key_2}"}}
    ),
    ResourceType("Microsoft.StreamAnalytics/streamingjobs", seconds=10, always={"jobState": "Created"}),
)
