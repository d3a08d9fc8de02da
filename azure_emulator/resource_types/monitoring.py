"""Log Analytics, Application Insights, alerts, dashboards and automation."""

from azure_emulator.resource_types.kinds import ResourceType, SoftDelete, child

TYPES = (
    ResourceType(
        "Microsoft.OperationalInsights/workspaces",
        seconds=25,
        name_pattern=r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
        usual={
            "sku": {"name": "PerGB2018"},
            "retentionInDays": 30,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
            "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
            "workspaceCapping": {"dailyQuotaGb": -1.0},
        },
        always={"customerId": "{guid}"},
        lists={
            "sharedKeys": {"primarySharedKey": "{key_1}", "secondarySharedKey": "{key_2}"},
            "listKeys": {"primarySharedKey": "{key_1}", "secondarySharedKey": "{key_2}"},
        },
        soft_delete=SoftDelete(
            list_path="/subscriptions/{subscription}/providers/Microsoft.OperationalInsights/deletedWorkspaces",
            days=14,
            code="",
            message="",
            protection="",
        ),
    ),
    child("Microsoft.OperationalInsights/workspaces/savedSearches", has_state=False),
    child("Microsoft.OperationalInsights/workspaces/tables"),
    child("Microsoft.OperationalInsights/workspaces/dataSources", has_state=False),
    child("Microsoft.OperationalInsights/workspaces/linkedServices"),
    ResourceType("Microsoft.OperationalInsights/queryPacks", seconds=6, always={"queryPackId": "{guid}"}),
    child("Microsoft.OperationalInsights/queryPacks/queries", has_state=False),
    ResourceType("Microsoft.OperationsManagement/solutions", seconds=15),
    ResourceType(
        "Microsoft.Insights/components",
        seconds=8,
        usual={"Application_Type": "web", "RetentionInDays": 90, "IngestionMode": "LogAnalytics"},
        always={
            "ApplicationId": "{Name}",
            "AppId": "{guid_app}",
            "InstrumentationKey": "{guid_key}",
            "ConnectionString": "InstrumentationKey={guid_key};IngestionEndpoint=https://{location}-1.in.applicationinsights.azure.com/;"
            "LiveEndpoint=https://{location}.livediagnostics.monitor.azure.com/;ApplicationId={guid_app}",
            "TenantId": "{subscription}",
        },
    ),
    child("Microsoft.Insights/diagnosticSettings", seconds=3, has_state=False),
    ResourceType("Microsoft.Insights/actionGroups", seconds=4, has_state=False),
    ResourceType("Microsoft.Insights/metricAlerts", seconds=6, has_state=False),
    ResourceType("Microsoft.Insights/scheduledQueryRules", seconds=8, has_state=False),
    ResourceType("Microsoft.Insights/activityLogAlerts", seconds=6, has_state=False),
    ResourceType("Microsoft.Insights/autoscaleSettings", seconds=6, has_state=False),
    ResourceType("Microsoft.Insights/webtests", seconds=6),
    ResourceType("Microsoft.Insights/workbooks", seconds=6, has_state=False),
    ResourceType("Microsoft.Insights/dataCollectionEndpoints", seconds=10),
    ResourceType("Microsoft.Insights/dataCollectionRules", seconds=10, always={"immutableId": "dcr-{hex}"}),
    child("Microsoft.Insights/dataCollectionRuleAssociations", has_state=False),
    ResourceType("Microsoft.Monitor/accounts", seconds=20),
    ResourceType("Microsoft.AlertsManagement/smartDetectorAlertRules", seconds=5, has_state=False),
    ResourceType(
        "Microsoft.Dashboard/grafana", seconds=240, always={"endpoint": "https://{name}-{word}.grafana.azure.com"}
    ),
    ResourceType("Microsoft.Portal/dashboards", seconds=4, has_state=False),
    ResourceType(
        "Microsoft.Automation/automationAccounts",
        seconds=15,
        always={"state": "Ok", "automationHybridServiceUrl": "https://{guid}.jrds.{location}.azure-automation.net"},
        has_state=False,
        lists={"listKeys": {"keys": [{"KeyName": "Primary", "Permissions": "Full", "Value": "{key_1}"}]}},
    ),
    ResourceType("Microsoft.Automation/automationAccounts/runbooks", seconds=10, always={"state": "Published"}),
    child("Microsoft.Automation/automationAccounts/schedules", has_state=False),
    child("Microsoft.Automation/automationAccounts/jobSchedules", has_state=False),
    child("Microsoft.Automation/automationAccounts/variables", has_state=False),
    ResourceType(
        "Microsoft.LoadTestService/loadTests",
        seconds=30,
        always={"dataPlaneURI": "{guid}.{location}.cnt-prod.loadtesting.azure.com"},
    ),
)
