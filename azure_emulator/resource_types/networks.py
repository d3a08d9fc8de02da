"""Virtual networks and what stands around them."""

from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, child, part


def _check_network(placement: Placement) -> None:
    space = part(placement.properties, "addressSpace")
    if not (space.get("addressPrefixes") or space.get("ipamPoolPrefixAllocations")):
        raise AzureError(
            400,
            "InvalidRequestFormat",
            "Cannot parse the request: the address space of the virtual network is missing.",
        )


def _set_host_name(placement: Placement, properties: dict[str, Any]) -> None:
    """A public address with a label is reachable by a name of its region."""
    settings = properties.get("dnsSettings")
    if isinstance(settings, dict) and settings.get("domainNameLabel"):
        name = f"{str(settings['domainNameLabel']).lower()}.{placement.location}.cloudapp.azure.com"
        properties["dnsSettings"] = {**settings, "fqdn": name}


def _set_subnets(placement: Placement, properties: dict[str, Any]) -> None:
    """The subnets given with a network are resources of their own with an id."""
    subnets = properties.get("subnets")
    if isinstance(subnets, list):
        properties["subnets"] = [
            {**item, "id": f"{placement.id.text}/subnets/{item.get('name')}"} if isinstance(item, dict) else item
            for item in subnets
        ]


def _set_private_addresses(placement: Placement, properties: dict[str, Any]) -> None:
    """Every address configuration gets an id and, unless it asked for one, a private address."""
    for field, kind in (
        ("ipConfigurations", "ipConfigurations"),
        ("frontendIPConfigurations", "frontendIPConfigurations"),
    ):
        entries = properties.get(field)
        if isinstance(entries, list):
            properties[field] = [_addressed(placement, entry, kind, index) for index, entry in enumerate(entries)]


def _addressed(placement: Placement, entry: Any, kind: str, index: int) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("properties"), dict):
        return entry
    inner = entry["properties"]
    if inner.get("subnet") and not inner.get("privateIPAddress"):
        inner = {**inner, "privateIPAddress": f"10.0.0.{index + 4}"}
    return {**entry, "id": f"{placement.id.text}/{kind}/{entry.get('name')}", "properties": inner}


_GUID = {"resourceGuid": "{guid}"}
TYPES = (
    ResourceType(
        "Microsoft.Network/virtualNetworks",
        seconds=8,
        name_pattern=r"[a-zA-Z0-9][\w.-]{0,62}\w",
        check=_check_network,
        adjust=_set_subnets,
        usual={"subnets": []},
        always=_GUID,
    ),
    child("Microsoft.Network/virtualNetworks/subnets", seconds=6),
    child("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", seconds=10, always={"peeringState": "Connected"}),
    ResourceType("Microsoft.Network/networkSecurityGroups", seconds=6, usual={"securityRules": []}, always=_GUID),
    child("Microsoft.Network/networkSecurityGroups/securityRules"),
    ResourceType(
        "Microsoft.Network/publicIPAddresses",
        seconds=6,
        adjust=_set_host_name,
        usual={"publicIPAllocationMethod": "Dynamic"},
        always={"ipAddress": "20.91.{octet_1}.{octet_2}", **_GUID},
        usual_sku={"name": "Standard", "tier": "Regional"},
    ),
    ResourceType(
        "Microsoft.Network/networkInterfaces",
        seconds=5,
        adjust=_set_private_addresses,
        always={"macAddress": "00-0D-3A-{octet}", **_GUID},
    ),
    ResourceType("Microsoft.Network/privateEndpoints", seconds=45, always=_GUID),
    child("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", seconds=8),
    ResourceType(
        "Microsoft.Network/privateDnsZones", seconds=30, always={"numberOfRecordSets": 1, "internalId": "{key}"}
    ),
    ResourceType(
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        seconds=30,
        always={"virtualNetworkLinkState": "Completed"},
    ),
    child("Microsoft.Network/privateDnsZones/A", has_state=False),
    ResourceType(
        "Microsoft.Network/dnsZones",
        seconds=6,
        always={"nameServers": ["ns1-01.azure-dns.com.", "ns2-01.azure-dns.net."]},
        has_state=False,
    ),
    child("Microsoft.Network/dnsZones/A"),
    child("Microsoft.Network/dnsZones/CNAME"),
    ResourceType(
        "Microsoft.Network/bastionHosts",
        seconds=360,
        delete_seconds=300,
        always={"dnsName": "bst-{guid}.bastion.azure.com"},
    ),
    ResourceType("Microsoft.Network/loadBalancers", seconds=8, adjust=_set_private_addresses, always=_GUID),
    ResourceType(
        "Microsoft.Network/applicationGateways",
        seconds=360,
        adjust=_set_private_addresses,
        delete_seconds=240,
        always={"operationalState": "Running", **_GUID},
    ),
    ResourceType("Microsoft.Network/natGateways", seconds=10, always=_GUID),
    ResourceType("Microsoft.Network/routeTables", seconds=5, usual={"routes": []}, always=_GUID),
    ResourceType("Microsoft.Network/virtualNetworkGateways", seconds=1800, delete_seconds=600, always=_GUID),
    ResourceType("Microsoft.Network/azureFirewalls", seconds=600, delete_seconds=420),
    ResourceType("Microsoft.Network/firewallPolicies", seconds=15),
    ResourceType("Microsoft.Network/ddosProtectionPlans", seconds=8, always=_GUID),
    ResourceType("Microsoft.Network/publicIPPrefixes", seconds=6, always={"ipPrefix": "20.92.{octet_1}.0/28"}),
    ResourceType("Microsoft.Network/applicationSecurityGroups", seconds=4, always=_GUID),
    ResourceType("Microsoft.Network/networkWatchers", seconds=4),
    ResourceType("Microsoft.Network/trafficManagerProfiles", seconds=6, has_state=False),
    ResourceType("Microsoft.Network/frontDoors", seconds=60),
    ResourceType("Microsoft.Cdn/profiles", seconds=15, always={"resourceState": "Active", "frontDoorId": "{guid}"}),
    ResourceType(
        "Microsoft.Cdn/profiles/afdEndpoints", seconds=15, always={"hostName": "{name}-{word}.z01.azurefd.net"}
    ),
    ResourceType("Microsoft.Cdn/profiles/endpoints", seconds=15, always={"hostName": "{name}.azureedge.net"}),
    child("Microsoft.Cdn/profiles/originGroups"),
)
