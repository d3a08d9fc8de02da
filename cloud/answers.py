"""Turning what the SDK raises into the portal's two kinds of cloud error, and a missing thing into None."""

import email.utils
import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.identity import CredentialUnavailableError

from cloud.errors import CloudError, CloudProblem, NotFoundInAzure, PermanentCloudError, TransientCloudError
from cloud.problems import unwrap

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_TRANSIENT_STATUS = frozenset({408, 429})
_NOT_IMPLEMENTED = 501
# Codes that pass by themselves whatever status they come with: somebody else's change is under way, or a new
# identity has not reached every directory replica yet (the engine bounds how often it tries).
_TRANSIENT_CODES = frozenset(
    {
        "AnotherOperationInProgress",
        "DeploymentActive",
        "DeploymentStackInNonTerminalState",
        "ExpiredAuthenticationToken",
        "PrincipalNotFound",
        "ResourceGroupBeingDeleted",
        "ResourceGroupDeletionInProgress",
        "ResourceNotProvisioned",
        "RetryableError",
        "RetryableErrorDueToAnotherOperation",
        "TooManyRequests",
    }
)
# A 404 about one of these says nothing on whether the thing asked for exists.
_NOT_ABOUT_THE_THING = frozenset(
    {"InvalidResourceNamespace", "InvalidResourceType", "InvalidSubscriptionId", "SubscriptionNotFound"}
)
_ENTRA_NUMBER = re.compile(r"AADSTS\d+")
# "Retry the request" and "a transient error has occurred" (learn.microsoft.com, reference-error-codes).
_PASSING_ENTRA_NUMBERS = frozenset({"AADSTS90006", "AADSTS90033"})
_BUSY_WORDS = ("being deleted", "is deleting", "in progress", "deprovisioning")
_COST_PREFIX, _COST_SUFFIX = "x-ms-ratelimit-microsoft.costmanagement-", "-retry-after"


def asks_azure(function: Callable[P, T]) -> Callable[P, T]:
    """Decorates one exchange: whatever the SDK raises leaves as TransientCloudError or PermanentCloudError."""

    @wraps(function)
    def asking(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except AzureError as error:
            raise translated(error) from error
        except json.JSONDecodeError as error:
            raise TransientCloudError("The answer is not JSON.", code="UnreadableAnswer") from error

    return asking


def reads_azure(function: Callable[P, T]) -> Callable[P, T | None]:
    """Like asks_azure, for a read: None when Azure says that the thing does not exist."""
    asking = asks_azure(function)

    @wraps(function)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return asking(*args, **kwargs)
        except NotFoundInAzure:
            return None

    return reading


def translated(error: AzureError) -> CloudError:
    """Our error for the SDK's; azure-identity hides a lost connection as the cause of its own error."""
    match error:
        case HttpResponseError(response=response, status_code=int(status)) if response is not None:
            return refusal(status, _headers(response), _body(response))
        case CredentialUnavailableError():
            return TransientCloudError(str(error.message), code="CredentialUnavailable")
        case ClientAuthenticationError(__cause__=AzureError() as cause):
            return translated(cause)
        case ClientAuthenticationError():
            return _sign_in_refused(str(error.message))
        case ServiceRequestError():
            return TransientCloudError(str(error.message), code="NotReached")
        case ServiceResponseError():
            return TransientCloudError(str(error.message), code="NoAnswer")
        case _:
            return TransientCloudError(str(error.message), code="UnreadableAnswer")


def _sign_in_refused(message: str) -> CloudError:
    """The credential keeps only a sentence. Entra ID's own refusals begin with a number; the rest was on the way."""
    found = _ENTRA_NUMBER.search(message)
    if found is None:
        return TransientCloudError(message, code="SignInFailed")
    if found[0] in _PASSING_ENTRA_NUMBERS:
        return TransientCloudError(message, code=found[0])
    return PermanentCloudError(message, code=found[0])


def refusal(status: int, headers: Mapping[str, str], body: object) -> CloudError:
    """The error for an HTTP answer outside 2xx."""
    problems = _token_problems(body) or unwrap(body)
    first = problems[0] if problems else CloudProblem(code="", message=f"Azure answered {status}.")
    correlation_id = headers.get("x-ms-correlation-request-id") or headers.get("x-ms-request-id") or ""
    codes = {problem.code for problem in problems}
    if _is_transient(status, codes, first.message):
        return TransientCloudError(
            first.message, retry_after=retry_after(headers), code=first.code, correlation_id=correlation_id
        )
    missing = status == 404 and bool(first.code) and not codes & _NOT_ABOUT_THE_THING
    kind = NotFoundInAzure if missing else PermanentCloudError
    code = first.code or str(status)
    return kind(first.message, code=code, correlation_id=correlation_id, details=problems, status=status)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The longest wait any header asks for, in seconds; None when none does.

    Azure uses `Retry-After` (seconds or a date), `x-ms-retry-after-ms`, and for Cost Management one header a quota.
    """
    waits = [_wait(name.lower(), value) for name, value in headers.items()]
    return max((wait for wait in waits if wait is not None), default=None)


def _wait(name: str, value: str) -> float | None:
    if name == "retry-after" or (name.startswith(_COST_PREFIX) and name.endswith(_COST_SUFFIX)):
        return _number(value) if _number(value) is not None else _seconds_until(value)
    if name in {"x-ms-retry-after-ms", "retry-after-ms"}:
        milliseconds = _number(value)
        return None if milliseconds is None else milliseconds / 1000
    return None


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return max(number, 0.0) if number < float("inf") else None


def _seconds_until(value: str) -> float | None:
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _is_transient(status: int, codes: set[str], message: str) -> bool:
    if status in _TRANSIENT_STATUS or (status >= 500 and status != _NOT_IMPLEMENTED):
        return True
    if codes & _TRANSIENT_CODES:
        return True
    return status == 409 and "Conflict" in codes and any(word in message.lower() for word in _BUSY_WORDS)


def _headers(response: Any) -> Mapping[str, str]:
    """The SDK's two response classes share their headers but not the type that says so."""
    return cast(Mapping[str, str], response.headers)


def _body(response: Any) -> object:
    """The answer's JSON, or nothing when there is none."""
    try:
        return json.loads(response.text())
    except (ValueError, AzureError):
        return None


def _token_problems(body: object) -> tuple[CloudProblem, ...]:
    """Entra ID's token endpoint has an envelope of its own: {error, error_description}."""
    if isinstance(body, Mapping) and isinstance(body.get("error"), str):
        return (CloudProblem(code=body["error"], message=str(body.get("error_description") or body["error"])),)
    return ()
