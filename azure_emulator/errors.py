"""The error every route raises when Azure would refuse the call."""

from collections.abc import Iterable, Mapping
from typing import Any


class AzureError(Exception):
    """A refusal in Azure's words; rendered as the ``{"error": {...}}`` envelope."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        additional_info: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.details = [dict(detail) for detail in details]
        self.headers = dict(headers or {})
        self.additional_info = [dict(info) for info in additional_info]

    def error(self) -> dict[str, Any]:
        """The inner error object, as it also appears in ``details`` of an outer one."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            error["target"] = self.target
        if self.details:
            error["details"] = self.details
        if self.additional_info:
            error["additionalInfo"] = self.additional_info
        return error

    def body(self) -> dict[str, Any]:
        """The answer's body."""
        return {"error": self.error()}


def resource_not_found(resource_type: str, *, name: str, group: str) -> AzureError:
    """Azure's 404 for a resource inside an existing group."""
    return AzureError(
        404,
        "ResourceNotFound",
        f"The Resource '{resource_type}/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def group_not_found(group: str) -> AzureError:
    """Azure's 404 for a resource group."""
    return AzureError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def subscription_not_found(subscription: str) -> AzureError:
    """Azure's 404 for a subscription."""
    return AzureError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
