"""Which steps each kind of operation has, in order, and how long it may take altogether."""

from datetime import timedelta

from environments.models import OperationKind

_BUILD = ("resource_group", "grants", "deployment", "child_tags", "outputs", "read_back")

PLANS: dict[OperationKind, tuple[str, ...]] = {
    OperationKind.PROVISION: _BUILD,
    OperationKind.UPDATE: _BUILD,
    OperationKind.EXTEND: ("group_tags", "child_tags"),
    OperationKind.GRANT: ("end_grants", "grants", "read_back"),
    OperationKind.REPAIR: ("group_tags", "child_tags", "end_grants", "grants", "read_back"),
    OperationKind.DELETE: (
        "inventory",
        "end_grants",
        "release_workspaces",
        "stack_delete",
        "group_delete",
        "purge",
        "verify",
    ),
}

DEADLINES: dict[OperationKind, timedelta] = {
    OperationKind.PROVISION: timedelta(hours=4),
    OperationKind.UPDATE: timedelta(hours=4),
    OperationKind.EXTEND: timedelta(hours=2),
    OperationKind.GRANT: timedelta(hours=2),
    OperationKind.REPAIR: timedelta(hours=2),
    OperationKind.DELETE: timedelta(hours=6),
}
