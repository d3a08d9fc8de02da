"""The rows of the environment's life: request, approval, environment, operation, step, grant, receipt, notice."""

from environments.models.environment import Environment, EnvironmentStatus, Receipt
from environments.models.grant import Grant, GrantReason, GrantStatus
from environments.models.notice import MailStatus, Notice
from environments.models.operation import Operation, OperationKind, OperationStatus, Step, StepStatus
from environments.models.orphan import Orphan, OrphanKind
from environments.models.preview import Preview, PreviewStatus
from environments.models.request import Approval, Decision, EnvironmentRequest, RequestKind, RequestStatus
from environments.models.secret import SecretParameter

__all__ = (
    "Approval",
    "Decision",
    "Environment",
    "EnvironmentRequest",
    "EnvironmentStatus",
    "Grant",
    "GrantReason",
    "GrantStatus",
    "MailStatus",
    "Notice",
    "Operation",
    "OperationKind",
    "OperationStatus",
    "Orphan",
    "OrphanKind",
    "Preview",
    "PreviewStatus",
    "Receipt",
    "RequestKind",
    "RequestStatus",
    "SecretParameter",
    "Step",
    "StepStatus",
)
