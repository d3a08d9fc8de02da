"""What Azure's refusals mean to the rest of the portal: try again later, or tell a person."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CloudProblem:
    """One problem in Azure's own words."""

    code: str
    message: str
    target: str = ""


class CloudError(Exception):
    """Azure did not do what was asked. Keeps Azure's code and correlation id for the log and the page."""

    def __init__(self, message: str, *, code: str = "", correlation_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


class TransientCloudError(CloudError):
    """The same call may succeed later. `retry_after` is in seconds, None when Azure did not say.

    The code `BudgetEmpty` means that nothing was sent: this process keeps below Azure's limits (cloud.budget).
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, code: str = "", correlation_id: str = ""
    ) -> None:
        super().__init__(message, code=code, correlation_id=correlation_id)
        self.retry_after = retry_after


class PermanentCloudError(CloudError):
    """Repeating the call would fail again.

    `details` are the nested problems, outermost first, unwrapped; `status` is the HTTP status, 0 when there was none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        correlation_id: str = "",
        details: Sequence[CloudProblem] = (),
        status: int = 0,
    ) -> None:
        super().__init__(message, code=code, correlation_id=correlation_id)
        self.details = list(details)
        self.status = status

    @property
    def root(self) -> CloudProblem:
        """The deepest problem: what a person has to solve."""
        return self.details[-1] if self.details else CloudProblem(code=self.code, message=self.message)


class NotFoundInAzure(PermanentCloudError):
    """Azure says that this very thing does not exist. Reads turn it into None."""
