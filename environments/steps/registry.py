"""Every step by the name that plans and rows use."""

from environments.steps import access, build, remove, tagging
from environments.steps.base import StepFunction

STEPS: dict[str, StepFunction] = {
    "resource_group": build.resource_group,
    "grants": access.grants,
    "deployment": build.deployment,
    "child_tags": tagging.child_tags,
    "outputs": build.outputs,
    "read_back": access.read_back,
    "group_tags": tagging.group_tags,
    "end_grants": access.end_grants,
    "inventory": remove.inventory,
    "release_workspaces": remove.release_workspaces,
    "stack_delete": remove.stack_delete,
    "group_delete": remove.group_delete,
    "purge": remove.purge,
    "verify": remove.verify,
}
