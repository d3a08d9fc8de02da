"""Databases, caches and search."""

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, Unique, child, part

_COSMOS_KEYS = {
    "primaryMasterKey": "{key_1}",
    "secondaryMasterKey": "{key_2}",
    "primaryReadonlyMasterKey": "{key_3}",
    "secondaryReadonlyMasterKey": "{key_4}",
}
SEARCH_SKUS = frozenset("free basic standard standard2 standard3 storage_optimized_l1 storage_optimized_l2".split())


def _check_cosmos(placement: Placement) -> None:
    if not placement.properties.get("locations") and not placement.existing:
        raise AzureError(
            400,
            "BadRequest",
            "The request is missing the required property 'properties.locations' of the database account.",
        )
    if placement.properties.get("databaseAccountOfferType", "Standard") != "Standard":
        raise AzureError(400, "BadRequest", "DatabaseAccountOfferType must be set to 'Standard'.")


def _check_search(placement: Placement) -> None:
    if not placement.existing and placement.sku.lower() not in SEARCH_SKUS:
        raise AzureError(
            400, "InvalidSku", f"The SKU '{placement.sku}' is not valid for a search service.", target="sku"
        )


def _check_sql_server(placement: Placement) -> None:
    properties = placement.properties
    administrators = part(properties, "administrators")
    if placement.existing or administrators.get("azureADOnlyAuthentication"):
        return
    if not properties.get("administratorLogin"):
        raise AzureError(
            400, "InvalidParameterValue", "Invalid value given for parameter Login. Specify a valid parameter value."
        )
    if not properties.get("administratorLoginPassword"):
        raise AzureError(
            400, "InvalidParameterValue", "Invalid value given for parameter Password. Specify a valid parameter value."
        )


TYPES = (
    ResourceType(
        "Microsoft.DocumentDB/databaseAccounts",
        seconds=120,
        delete_seconds=120,
        name_pattern=r"[a-z0-9][a-z0-9-]{1,48}[a-z0-9]",
        unique=Unique("documents.azure.com", "BadRequest", "DatabaseAccount name '{name}' already exists.", 400),
        check=_check_cosmos,
        usual={
            "databaseAccountOfferType": "Standard",
            "consistencyPolicy": {
                "defaultConsistencyLevel": "Session",
                "maxIntervalInSeconds": 5,
                "maxStalenessPrefix": 100,
            },
            "publicNetworkAccess": "Enabled",
            "capabilities": [],
        },
        always={
            "documentEndpoint": "https://{name}.documents.azure.com:443/",
            "sqlEndpoint": "https://{name}.documents.azure.com:443/",
            "instanceId": "{guid}",
            "writeLocations": [
                {
                    "id": "{name}-{location}",
                    "locationName": "{location}",
                    "failoverPriority": 0,
                    "documentEndpoint": "https://{name}-{location}.documents.azure.com:443/",
                }
            ],
        },
        lists={
            "listKeys": _COSMOS_KEYS,
            "readonlykeys": {"primaryReadonlyMasterKey": "{key_3}", "secondaryReadonlyMasterKey": "{key_4}"},
            "listConnectionStrings": {
                "connectionStrings": [
                    {
                        "connectionString": "AccountEndpoint=https://{name}.documents.azure.com:443/;AccountKey={key_1};",
                        "description": "Primary SQL Connection String",
                        "keyKind": "Primary",
                        "type": "Sql",
                    }
                ]
            },
        },
    ),
    child("Microsoft.DocumentDB/databaseAccounts/sqlDatabases", seconds=10, has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers", seconds=8, has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/throughputSettings", has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/throughputSettings", has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions", has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments", seconds=6, has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/mongodbDatabases", seconds=10, has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/mongodbDatabases/collections", seconds=8, has_state=False),
    child("Microsoft.DocumentDB/databaseAccounts/tables", has_state=False),
    ResourceType(
        "Microsoft.DocumentDB/mongoClusters",
        seconds=300,
        always={
            "connectionString": "mongodb+srv://<user>:<password>@{name}.mongocluster.cosmos.azure.com/",
            "clusterStatus": "Ready",
        },
    ),
    ResourceType(
        "Microsoft.Sql/servers",
        seconds=60,
        name_pattern=r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
        unique=Unique(
            "database.windows.net", "NameAlreadyExists", "The name '{name}' already exists. Choose a different name."
        ),
        check=_check_sql_server,
        usual={"version": "12.0", "publicNetworkAccess": "Enabled"},
        always={"fullyQualifiedDomainName": "{name}.database.windows.net", "state": "Ready"},
        has_state=False,
    ),
    ResourceType(
        "Microsoft.Sql/servers/databases",
        seconds=40,
        usual={"collation": "SQL_Latin1_General_CP1_CI_AS"},
        always={"status": "Online", "databaseId": "{guid}", "defaultSecondaryLocation": "westus"},
        has_state=False,
        usual_sku={"name": "GP_S_Gen5", "tier": "GeneralPurpose", "family": "Gen5", "capacity": 2},
    ),
    child("Microsoft.Sql/servers/firewallRules", has_state=False),
    child("Microsoft.Sql/servers/administrators"),
    child("Microsoft.Sql/servers/virtualNetworkRules"),
    child("Microsoft.Sql/servers/auditingSettings"),
    child("Microsoft.Sql/servers/securityAlertPolicies"),
    ResourceType("Microsoft.Sql/servers/elasticPools", seconds=60),
    ResourceType(
        "Microsoft.Sql/managedInstances",
        seconds=3600,
        always={"fullyQualifiedDomainName": "{name}.{word}.database.windows.net"},
    ),
    ResourceType(
        "Microsoft.DBforPostgreSQL/flexibleServers",
        seconds=300,
        delete_seconds=60,
        name_pattern=r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        unique=Unique(
            "postgres.database.azure.com", "ServerNameAlreadyExists", "Specified server name is already used."
        ),
        required=("sku.name",),
        always={"fullyQualifiedDomainName": "{name}.postgres.database.azure.com", "state": "Ready"},
        has_state=False,
    ),
    child("Microsoft.DBforPostgreSQL/flexibleServers/databases", seconds=10, has_state=False),
    child("Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", seconds=15, has_state=False),
    child("Microsoft.DBforPostgreSQL/flexibleServers/configurations", seconds=15, has_state=False),
    child("Microsoft.DBforPostgreSQL/flexibleServers/administrators", seconds=30, has_state=False),
    *(
        ResourceType(
            f"{namespace}/servers",
            seconds=120,
            always={"fullyQualifiedDomainName": f"{{name}}.{domain}", "userVisibleState": "Ready"},
            has_state=False,
        )
        for namespace, domain in (
            ("Microsoft.DBforPostgreSQL", "postgres.database.azure.com"),
            ("Microsoft.DBforMySQL", "mysql.database.azure.com"),
        )
    ),
    ResourceType(
        "Microsoft.DBforMySQL/flexibleServers",
        seconds=300,
        unique=Unique("mysql.database.azure.com", "ServerNameAlreadyExists", "Specified server name is already used."),
        always={"fullyQualifiedDomainName": "{name}.mysql.database.azure.com", "state": "Ready"},
        has_state=False,
    ),
    child("Microsoft.DBforMySQL/flexibleServers/databases", seconds=10, has_state=False),
    child("Microsoft.DBforMySQL/flexibleServers/firewallRules", seconds=15, has_state=False),
    ResourceType(
        "Microsoft.Cache/redis",
        seconds=900,
        delete_seconds=300,
        name_pattern=r"[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]",
        unique=Unique(
            "redis.cache.windows.net",
            "NameNotAvailable",
            "An error occurred when trying to reserve the DNS name '{name}'.",
        ),
        required=("properties.sku.name",),
        always={"hostName": "{name}.redis.cache.windows.net", "port": 6379, "sslPort": 6380},
        lists={"listKeys": {"primaryKey": "{key_1}", "secondaryKey": "{key_2}"}},
    ),
    child("Microsoft.Cache/redis/firewallRules"),
    ResourceType(
        "Microsoft.Cache/redisEnterprise",
        seconds=600,
        always={"hostName": "{name}.{location}.redis.azure.net", "resourceState": "Running"},
    ),
    child(
        "Microsoft.Cache/redisEnterprise/databases",
        seconds=120,
        lists={"listKeys": {"primaryKey": "{key_1}", "secondaryKey": "{key_2}"}},
    ),
    ResourceType(
        "Microsoft.Search/searchServices",
        seconds=60,
        name_pattern=r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]",
        unique=Unique("search.windows.net", "ServiceNameUnavailable", "Service name '{name}' is unavailable."),
        check=_check_search,
        usual={"replicaCount": 1, "partitionCount": 1, "hostingMode": "default", "publicNetworkAccess": "enabled"},
        always={"status": "running", "statusDetails": "", "endpoint": "https://{name}.search.windows.net"},
        lists={
            "listAdminKeys": {"primaryKey": "{hex_1}", "secondaryKey": "{hex_2}"},
            "listQueryKeys": {"value": [{"name": None, "key": "{hex_3}"}]},
        },
    ),
    ResourceType(
        "Microsoft.Kusto/clusters",
        seconds=600,
        always={"uri": "https://{name}.{location}.kusto.windows.net", "state": "Running"},
    ),
    ResourceType(
        "Microsoft.Databricks/workspaces", seconds=120, always={"workspaceUrl": "adb-{octet}.azuredatabricks.net"}
    ),
    ResourceType("Microsoft.DataFactory/factories", seconds=15, always={"createTime": "", "version": "2018-06-01"}),
    ResourceType(
        "Microsoft.Synapse/workspaces",
        seconds=240,
        always={"connectivityEndpoints": {"dev": "https://{name}.dev.azuresynapse.net"}},
    ),
)
