"""All types the emulator knows in detail, and what it assumes about the others."""

import re
from functools import cache

from azure_emulator.errors import AzureError
from azure_emulator.resource_types import (
    applications,
    cognitive,
    databases,
    integration,
    machines,
    monitoring,
    networks,
    platform,
    regions,
    security,
    storage,
    versions,
)
from azure_emulator.resource_types.kinds import ResourceType

MODULES = (
    storage,
    cognitive,
    applications,
    databases,
    monitoring,
    security,
    networks,
    machines,
    integration,
    platform,
)
TYPES: dict[str, ResourceType] = {kind.name.lower(): kind for module in MODULES for kind in module.TYPES}
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)+")


@cache
def find(type_name: str) -> ResourceType:
    """The description of a type; a plain one for a type of a known provider that nobody described.

    Raises Azure's InvalidResourceNamespace for a provider that does not exist.
    """
    known = TYPES.get(type_name.lower())
    if known is not None:
        return known
    namespace = type_name.split("/", 1)[0]
    if not is_provider(namespace):
        raise AzureError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    return ResourceType(type_name, seconds=10, tracked=False)


def is_provider(namespace: str) -> bool:
    """Whether a provider of that name exists."""
    return namespace.lower() in OTHER_PROVIDERS or bool(versions.of_namespace(namespace))


def check_version(type_name: str, version: str, *, location: str) -> None:
    """Raise what Azure answers to an api-version the provider does not serve."""
    namespace, _, short = type_name.partition("/")
    find(type_name)
    if versions.is_accepted(namespace, version):
        return
    known = ", ".join(reversed(versions.of_namespace(namespace)))
    raise AzureError(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location or 'global'}' and API version '{version}' for "
        "type "
        f"'{short}'. The supported api-versions are '{known}'. The supported locations are ', "
        f"{', '.join(regions.NAMES)}'.",
    )


def providers() -> dict[str, list[str]]:
    """Namespaces in their own casing with the types known in detail."""
    found: dict[str, list[str]] = {name: [] for name in versions.namespaces()}
    for kind in TYPES.values():
        found.setdefault(kind.namespace, []).append(kind.short_name)
    return found


# Providers that exist in public Azure and have no detailed description here.
OTHER_PROVIDERS = frozenset(
    f"microsoft.{name}"
    for name in """
    aad advisor agfoodplatform alertsmanagement analysisservices apicenter appplatform attestation automanage
    avs azureactivedirectory azurearcdata azuredata azurefleet azureplaywrightservice azurestack azurestackhci
    baremetalinfrastructure billing blueprint capacity certificateregistration changeanalysis chaos
    classiccompute classicnetwork classicstorage codesigning compute confidentialledger confluent
    connectedvmwarevsphere consumption containerstorage costmanagement customerlockbox customproviders
    databasewatcher databox databoxedge datacatalog datadog datalakeanalytics datalakestore datamigration
    dataprotection datareplication datashare dbformariadb delegatednetwork developmentwindows365 devhub
    deviceregistry deviceupdate devspaces devtestlab digitaltwins discovery domainregistration durabletask
    easm edge edgeorder education elastic elasticsan eventgrid extendedlocation fabric features fluidrelay
    graph guestconfiguration hanaonazure hardwaresecuritymodules hdinsight healthbot healthcareapis
    healthdataaiservices help hybridcompute hybridconnectivity hybridcontainerservice hybridnetwork
    importexport informatica iotcentral iotfirmwaredefense iotoperations kubernetes kubernetesconfiguration
    kubernetesruntime labservices machinelearning maintenance managedidentity managednetwork
    managednetworkfabric managedservices management marketplace marketplaceordering media migrate mixedreality
    mobilenetwork netapp networkcloud networkfunction offazure openenergyplatform orbital peering
    policyinsights powerbi powerbidedicated powerplatform providerhub quantum quota recommendationsservice
    redhatopenshift resourceconnector resourcegraph resourcehealth resourcenotifications saas scheduler scvmm
    security securityinsights serialconsole servicefabric servicefabricmesh servicelinker servicenetworking
    solutions sqlvirtualmachine standbypool storageactions storagecache storagemover storagepool storagesync
    subscription support testbase timeseriesinsights verifiedid videoindexer virtualmachineimages visualstudio
    vmwarecloudsimple voiceservices windowsesu windowsiot workloadmonitor workloads
    """.split()
) | frozenset(
    {
        "sendgrid.email",
        "dynatrace.observability",
        "newrelic.observability",
        "nginx.nginxplus",
        "oracle.database",
        "mongodb.atlas",
        "paloaltonetworks.cloudngfw",
        "github.network",
        "neon.postgres",
        "sourcegear.vault",
        "dell.storage",
        "astronomer.astro",
        "informatica.datamanagement",
        "purestorage.block",
    }
)
