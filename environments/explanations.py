"""Azure's error codes in plain words: what happened, what to do. The code itself stays there to copy."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ErrorText:
    """One problem for people: two sentences, and Azure's own words underneath."""

    what: Promise | str
    to_do: Promise | str
    code: str = ""
    message: str = ""
    correlation_id: str = ""


_ASK_PLATFORM = _("Ask the platform team; the code and the correlation id below tell them where to look.")
_RETRY = _("Retry it. If it happens again, ask the platform team.")
_CHOOSE_REGION = _("Choose another region or a smaller size, then redeploy.")

_KNOWN: dict[str, tuple[Promise, Promise]] = {
    "AuthorizationFailed": (_("The portal may not do this in the subscription."), _ASK_PLATFORM),
    "LinkedAuthorizationFailed": (_("The portal may not use a resource that this one refers to."), _ASK_PLATFORM),
    "InvalidAuthenticationToken": (_("Azure did not accept the portal's sign-in."), _ASK_PLATFORM),
    "DenyAssignmentAuthorizationFailed": (_("A deny assignment protects this resource."), _ASK_PLATFORM),
    "RequestDisallowedByPolicy": (
        _("A company policy does not allow this."),
        _("Read below which policy it is, change the parameters, or ask the platform team for an exception."),
    ),
    "ScopeLocked": (
        _("A lock protects the resource or its group."),
        _("Ask whoever set the lock to remove it, then retry."),
    ),
    "MissingSubscriptionRegistration": (
        _("The subscription is not registered for this kind of resource."),
        _("Ask the platform team to register the resource provider, then retry."),
    ),
    "QuotaExceeded": (_("The subscription's quota in this region is used up."), _CHOOSE_REGION),
    "InsufficientQuota": (_("The subscription has no model capacity left in this region."), _CHOOSE_REGION),
    "OperationNotAllowed": (_("Azure does not allow this now, most often because a quota is used up."), _CHOOSE_REGION),
    "SkuNotAvailable": (_("This size is not available in the region."), _CHOOSE_REGION),
    "ZonalAllocationFailed": (_("Azure has no capacity in this zone at the moment."), _CHOOSE_REGION),
    "LocationNotAvailableForResourceType": (_("This kind of resource does not exist in the region."), _CHOOSE_REGION),
    "DeploymentModelNotSupported": (_("The model is not offered in this region."), _CHOOSE_REGION),
    "DeploymentQuotaExceeded": (
        _("The resource group's deployment history is full."),
        _("Retry in a few minutes; Azure removes old entries by itself."),
    ),
    "RoleAssignmentLimitExceeded": (_("The subscription has no room for more role assignments."), _ASK_PLATFORM),
    "RoleAssignmentUpdateNotPermitted": (_("An existing role assignment cannot be changed."), _ASK_PLATFORM),
    "PrincipalNotFound": (
        _("Azure does not know the person or group yet."),
        _("Wait a few minutes and retry; a new account needs time to reach every part of Azure."),
    ),
    "StorageAccountAlreadyTaken": (
        _("Somebody else in the world already uses this storage account name."),
        _("Choose another name and redeploy."),
    ),
    "ReservedResourceName": (_("The name contains a word that Azure reserves."), _("Choose another name.")),
    "CustomDomainInUse": (
        _("The name of the AI resource is taken, perhaps by a deleted one that Azure still keeps."),
        _("Choose another name, or ask the platform team to purge the deleted one."),
    ),
    "FlagMustBeSetForRestore": (
        _("A deleted resource of the same name is still kept by Azure."),
        _("Ask the platform team to purge it, or choose another name."),
    ),
    "ConflictError": (
        _("A deleted resource of the same name is still kept by Azure."),
        _("Ask the platform team to purge it, or choose another name."),
    ),
    "InvalidTemplate": (_("The template has an error."), _("Tell the catalog admins; the message below says where.")),
    "InvalidTemplateDeployment": (
        _("Azure checked the deployment and refused it."),
        _("Read the message below, change the parameters and redeploy."),
    ),
    "ResourceDeploymentFailure": (_("A resource could not be created."), _RETRY),
    "DeploymentFailed": (_("The deployment did not succeed."), _RETRY),
    "JobSizeExceeded": (_("The template with its parameters is too large."), _("Make the parameters smaller.")),
    "DeploymentActive": (
        _("Another deployment of the same name is still running."),
        _("Wait until it ends, then retry."),
    ),
    "Conflict": (_("Something else was changing the same resource."), _RETRY),
    "AnotherOperationInProgress": (_("Something else was changing the same resource."), _RETRY),
    "SubscriptionRequestsThrottled": (_("Azure was busy."), _RETRY),
    "TooManyRequests": (_("Azure was busy."), _RETRY),
    "ResourceGroupNotFound": (_("The resource group does not exist."), _RETRY),
    "GroupNotOurs": (
        _("A resource group of this name belongs to something else."),
        _("Nothing was changed. Ask the platform team whose group it is."),
    ),
    "GroupVanished": (
        _("The resource group is gone from Azure."),
        _("Build it again with “Retry”, or delete the environment to close its books."),
    ),
    "SomethingIsLeft": (
        _("Not everything could be removed."),
        _("The receipt names what is left. Remove it in Azure or ask the platform team, then delete again."),
    ),
    "DeadlineExceeded": (_("This took longer than the time allowed for it."), _RETRY),
    "Unforeseen": (
        _("Something unforeseen went wrong in the portal."),
        _("Quote the reference when you ask for help."),
    ),
}

_UNKNOWN = (_("Azure reported an error."), _("Read Azure's message below. If it does not help, ask the platform team."))
_UNREACHABLE = (_("Azure did not answer."), _("It is tried again by itself."))


def explain(*, code: str, message: str, correlation_id: str = "") -> ErrorText:
    """The two sentences for a code; unknown codes get Azure's own message and where to turn."""
    what, to_do = _KNOWN.get(code, _UNKNOWN) if code else _UNREACHABLE
    return ErrorText(what=what, to_do=to_do, code=code, message=message, correlation_id=correlation_id)
