"""Virtual machines, disks and desktops, with the subscription's core quota."""

from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError
from azure_emulator.resource_types.kinds import Placement, ResourceType, child, part
from azure_emulator.resource_types.quotas import limit_and_used

if TYPE_CHECKING:
    from azure_emulator.world import World

SIZES = {
    "Standard_B1s": 1,
    "Standard_B1ms": 1,
    "Standard_B2s": 2,
    "Standard_B2ms": 2,
    "Standard_B4ms": 4,
    "Standard_B2s_v2": 2,
    "Standard_B2ts_v2": 2,
    "Standard_B4s_v2": 4,
    "Standard_D2s_v3": 2,
    "Standard_D4s_v3": 4,
    "Standard_D8s_v3": 8,
    "Standard_D2s_v4": 2,
    "Standard_D2s_v5": 2,
    "Standard_D4s_v5": 4,
    "Standard_D8s_v5": 8,
    "Standard_D16s_v5": 16,
    "Standard_D2as_v5": 2,
    "Standard_D4as_v5": 4,
    "Standard_D2ds_v5": 2,
    "Standard_DS1_v2": 1,
    "Standard_DS2_v2": 2,
    "Standard_DS3_v2": 4,
    "Standard_D2_v2": 2,
    "Standard_D2_v3": 2,
    "Standard_A1_v2": 1,
    "Standard_A2_v2": 2,
    "Standard_E2s_v5": 2,
    "Standard_E4s_v5": 4,
    "Standard_F2s_v2": 2,
    "Standard_F4s_v2": 4,
    "Standard_NC6s_v3": 6,
    "Standard_NC4as_T4_v3": 4,
    "Standard_NC24ads_A100_v4": 24,
    "Standard_NV6": 6,
}
CORES = 100


def _check_machine(placement: Placement) -> None:
    size = part(placement.properties, "hardwareProfile").get("vmSize")
    if not size or not isinstance(size, str):
        if placement.existing:
            return
        raise AzureError(
            400, "InvalidParameter", "Required parameter 'hardwareProfile' is missing (null).", target="hardwareProfile"
        )
    known = {name.lower(): cores for name, cores in SIZES.items()}
    cores = known.get(size.lower())
    if cores is None and not size.lower().startswith(("standard_", "basic_")):
        raise AzureError(
            400, "InvalidParameter", f"The value '{size}' provided for the VM size is not valid.", target="vmSize"
        )
    _check_cores(placement, cores or 2)


def _check_cores(placement: Placement, wanted: int) -> None:
    world, subscription, region = placement.world, placement.id.subscription, placement.location
    used = sum(cores for key, cores in machines(world, subscription, region) if key != placement.id.key)
    limit, seeded = limit_and_used(world, subscription, "cores", usual=CORES)
    used += seeded
    if used + wanted > limit:
        raise AzureError(
            409,
            "OperationNotAllowed",
            "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. "
            "Additional "
            f"details - Deployment Model: Resource Manager, Location: {region}, Current Limit: {limit}, Current Usage: "
            f"{used}, "
            f"Additional Required: {wanted}, (Minimum) New Limit Required: {used + wanted}.",
        )


def machines(world: "World", subscription: str, region: str) -> list[tuple[str, int]]:
    """Machines of a subscription in a region: id key and cores."""
    found = []
    for key in world.store.keys("machine", prefix=f"{subscription}/{region}/"):
        pointer = world.store.get("machine", key)
        document = world.resources.get(pointer["id"]) if pointer else None
        if document:
            found.append((document["id"].lower(), cores_of(document)))
    return found


def cores_of(document: dict[str, Any]) -> int:
    """Cores of one machine."""
    size = str(part(part(document, "properties"), "hardwareProfile").get("vmSize", "")).lower()
    return {name.lower(): cores for name, cores in SIZES.items()}.get(size, 2)


TYPES = (
    ResourceType(
        "Microsoft.Compute/virtualMachines",
        seconds=60,
        delete_seconds=45,
        name_pattern=r"[a-zA-Z0-9][\w.-]{0,62}\w?",
        check=_check_machine,
        always={"vmId": "{guid}"},
    ),
    child("Microsoft.Compute/virtualMachines/extensions", seconds=60),
    ResourceType("Microsoft.Compute/disks", seconds=6, always={"diskState": "Unattached", "uniqueId": "{guid}"}),
    ResourceType("Microsoft.Compute/snapshots", seconds=10),
    ResourceType("Microsoft.Compute/images", seconds=30),
    ResourceType(
        "Microsoft.Compute/availabilitySets",
        seconds=4,
        usual={"platformFaultDomainCount": 2, "platformUpdateDomainCount": 5},
        has_state=False,
    ),
    ResourceType(
        "Microsoft.Compute/virtualMachineScaleSets", seconds=90, delete_seconds=60, always={"uniqueId": "{guid}"}
    ),
    ResourceType(
        "Microsoft.Compute/galleries", seconds=10, always={"identifier": {"uniqueName": "{subscription}-{name}"}}
    ),
    ResourceType("Microsoft.Compute/galleries/images", seconds=10),
    ResourceType("Microsoft.Compute/sshPublicKeys", seconds=3, has_state=False),
    ResourceType("Microsoft.Compute/proximityPlacementGroups", seconds=3, has_state=False),
    ResourceType("Microsoft.Compute/diskEncryptionSets", seconds=6),
    ResourceType("Microsoft.DesktopVirtualization/hostPools", seconds=8, has_state=False),
    ResourceType("Microsoft.DesktopVirtualization/applicationGroups", seconds=6, has_state=False),
    ResourceType("Microsoft.DesktopVirtualization/workspaces", seconds=6, has_state=False),
    ResourceType("Microsoft.RecoveryServices/vaults", seconds=15),
    child("Microsoft.RecoveryServices/vaults/backupPolicies", has_state=False),
)
