"""Steps, waits and outcomes as sentences. Rows store the key; the sentence is chosen when a person looks."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STEPS: dict[str, Promise] = {
    "resource_group": _("Resource group with its tags"),
    "grants": _("Access for you and the project"),
    "deployment": _("Deployment of the template"),
    "child_tags": _("Tags on every resource"),
    "outputs": _("Outputs collected"),
    "read_back": _("Access and tags read back from Azure"),
    "group_tags": _("Tags on the resource group"),
    "end_grants": _("Access withdrawn"),
    "inventory": _("Contents put on record"),
    "release_workspaces": _("Log workspaces deleted for good"),
    "stack_delete": _("Deployment stack deleted"),
    "group_delete": _("Resource group deleted"),
    "purge": _("Soft-deleted resources purged"),
    "verify": _("Proof that nothing is left"),
}

WAITS: dict[str, Promise] = {
    "group_deleting": _("Azure is deleting the resource group."),
    "deployment_started": _("Azure has taken the deployment."),
    "earlier_deployment": _("An earlier deployment of this environment is still ending."),
    "deploying": _("Azure is building."),
    "deploying_resource": _("%(resource)s is being created."),
    "cancelling": _("Azure has been asked to stop."),
    "granting": _("%(role)s for %(person)s has been granted."),
    "ending_grant": _("%(role)s of %(person)s has been withdrawn."),
    "reading_back": _("Azure does not list %(role)s for %(person)s yet."),
    "tagging": _("%(resource)s has been tagged."),
    "deleting_resource": _("%(resource)s is being deleted."),
    "stack_deleting": _("Azure is deleting what the stack manages."),
    "purging": _("%(resource)s is being purged."),
    "verifying": _("Azure still lists %(resource)s."),
}

OUTCOMES: dict[str, Promise] = {
    "cancelled_before": _("Cancelled before anything was built."),
    "cancelled_before_deployment": _("Cancelled before the deployment. The resource group exists; delete it or retry."),
    "cancelled_during": _(
        "Cancelled while Azure was building. What was built so far is still there; delete it or retry."
    ),
    "too_late": _("Too late to cancel: Azure had already finished."),
}


def step(name: str) -> str:
    """What the step achieves."""
    return str(STEPS.get(name, name))


def wait(key: str, about: Mapping[str, Any]) -> str:
    """What the step waits for."""
    sentence = WAITS.get(key)
    return str(sentence) % about if sentence else ""


def outcome(key: str) -> str:
    """How a cancel ended."""
    return str(OUTCOMES.get(key, key))
