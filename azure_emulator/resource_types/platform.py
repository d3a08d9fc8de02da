"""Types that belong to Resource Manager itself: groups, tags, scripts, template specs, policies, locks, roles."""

from azure_emulator.resource_types.kinds import ResourceType, child

TYPES = (
    ResourceType("Microsoft.Resources/resourceGroups", seconds=2, name_pattern=r"[-\w._()]{0,89}[-\w_()]"),
    child("Microsoft.Resources/deployments", seconds=1, name_pattern=r"[-\w._()]{1,64}"),
    child("Microsoft.Resources/deploymentStacks", seconds=1, name_pattern=r"[-\w._()]{1,90}"),
    child("Microsoft.Resources/tags", seconds=1),
    ResourceType(
        "Microsoft.Resources/deploymentScripts",
        seconds=90,
        usual={"retentionInterval": "P1D"},
        always={"status": {"containerInstanceId": "{id}azscripts", "storageAccountId": "{id}azscripts"}, "outputs": {}},
    ),
    ResourceType("Microsoft.Resources/templateSpecs", seconds=3, has_state=False),
    ResourceType("Microsoft.Resources/templateSpecs/versions", seconds=3, has_state=False),
    child(
        "Microsoft.Authorization/roleAssignments",
        seconds=3,
        has_state=False,
        name_pattern=r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
    ),
    child("Microsoft.Authorization/roleDefinitions", seconds=3, has_state=False),
    child("Microsoft.Authorization/locks", seconds=2, has_state=False),
    child("Microsoft.Authorization/policyAssignments", seconds=3, has_state=False),
    child("Microsoft.Authorization/policyDefinitions", seconds=3, has_state=False),
)
