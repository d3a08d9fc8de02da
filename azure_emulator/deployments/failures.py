"""How one resource failed, and how that reads in the error of its deployment."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from arm import ArmError
from azure_emulator.deployments.submissions import as_azure
from azure_emulator.errors import AzureError

Document = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """The end of one operation: the word of its status code and Azure's error."""

    status: str
    error: Document

    def stored(self) -> Document:
        """The form that is kept with the deployment."""
        return {"status": self.status, "error": self.error}


def from_azure(error: AzureError) -> Failure:
    """A provider's refusal."""
    return Failure(_word(error.status), error.error())


def from_arm(error: ArmError) -> Failure:
    """An expression that could not be evaluated while the deployment ran."""
    return Failure("BadRequest", as_azure(error).error())


def asynchronous(error: AzureError, *, target: str) -> Failure:
    """A provider that accepted the resource and failed later."""
    inner = error.error()
    return Failure(
        _word(error.status),
        {
            "code": "ResourceDeploymentFailure",
            "target": target,
            "message": "The resource write operation failed to complete successfully, because it reached terminal "
            "provisioning state 'Failed'.",
            "details": [inner],
        },
    )


def deployment_error(deployment_id: str, failures: Sequence[Failure]) -> Document:
    """The error of a deployment some of whose resources failed."""
    return {
        "code": "DeploymentFailed",
        "target": deployment_id,
        "message": "At least one resource deployment operation failed. Please list deployment operations for details. "
        "Please see https://aka.ms/arm-deployment-operations for usage details.",
        "details": [failure.error for failure in failures],
    }


def _word(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.title().replace(" ", "")
    except ValueError:
        return "InternalServerError"
