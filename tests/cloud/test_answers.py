"""What an HTTP answer means: again later, or tell a person; and for how long to wait."""

import json

import pytest
import time_machine

from cloud.answers import refusal, retry_after
from cloud.errors import NotFoundInAzure, PermanentCloudError, TransientCloudError
from cloud.problems import root, unwrap


def envelope(code: str, message: str = "said so", **more: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, **more}}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_throttling_and_server_errors_pass_by_themselves(status: int):
    assert isinstance(refusal(status, {}, envelope("Whatever")), TransientCloudError)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "DeploymentActive"),
        (409, "AnotherOperationInProgress"),
        (409, "RetryableErrorDueToAnotherOperation"),
        (409, "DeploymentStackInNonTerminalState"),
        (400, "PrincipalNotFound"),
    ],
)
def test_somebody_elses_change_in_progress_is_worth_another_try(status: int, code: str):
    assert isinstance(refusal(status, {}, envelope(code)), TransientCloudError)


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "InvalidAuthenticationToken"), (403, "AuthorizationFailed"), (409, "RoleAssignmentExists"), (501, "No")],
)
def test_a_refusal_that_would_repeat_is_permanent(status: int, code: str):
    error = refusal(status, {"x-ms-correlation-request-id": "c1"}, envelope(code))
    assert isinstance(error, PermanentCloudError)
    assert (error.code, error.correlation_id) == (code, "c1")


def test_a_conflict_while_the_thing_is_being_deleted_is_transient():
    busy = envelope("Conflict", "The vault is being deleted, please retry later.")
    assert isinstance(refusal(409, {}, busy), TransientCloudError)
    assert isinstance(refusal(409, {}, envelope("Conflict", "The name is taken.")), PermanentCloudError)


def test_a_missing_thing_is_told_from_a_missing_subscription_and_from_a_strange_404():
    assert isinstance(refusal(404, {}, envelope("ResourceGroupNotFound")), NotFoundInAzure)
    assert not isinstance(refusal(404, {}, envelope("SubscriptionNotFound")), NotFoundInAzure)
    assert not isinstance(refusal(404, {}, None), NotFoundInAzure)


def test_the_token_endpoints_own_envelope_is_read():
    error = refusal(401, {}, {"error": "invalid_client", "error_description": "AADSTS7000215: wrong secret"})
    assert (error.code, error.message) == ("invalid_client", "AADSTS7000215: wrong secret")


def test_the_longest_of_all_retry_headers_counts():
    headers = {
        "Retry-After": "3",
        "x-ms-retry-after-ms": "4500",
        "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after": "17",
        "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after": "9",
        "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining": "99",
    }
    assert retry_after(headers) == 17


@time_machine.travel("2026-11-21T10:00:00Z", tick=False)
def test_a_date_to_retry_after_is_understood_and_one_in_the_past_means_now():
    assert retry_after({"Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT"}) == 30
    assert retry_after({"Retry-After": "Sat, 21 Nov 2026 09:00:00 GMT"}) == 0


@pytest.mark.parametrize("value", ["soon", "", "inf", "nan", "-5"])
def test_a_retry_header_that_makes_no_sense_never_breaks_the_call(value: str):
    assert retry_after({"Retry-After": value}) in {None, 0.0}


def test_nested_problems_are_unwrapped_down_to_the_deepest():
    packed = json.dumps({"error": {"code": "SkuNotAvailable", "message": "No such size in westeurope."}})
    error = envelope(
        "DeploymentFailed",
        "At least one resource operation failed.",
        details=[
            {"code": "Conflict", "message": "side note"},
            {"code": "ResourceDeploymentFailure", "message": packed, "target": "/subscriptions/s/x"},
        ],
    )
    assert [problem.code for problem in unwrap(error)] == [
        "DeploymentFailed",
        "ResourceDeploymentFailure",
        "SkuNotAvailable",
    ]
    deepest = root(error)
    assert deepest is not None
    assert deepest.message == "No such size in westeurope."


def test_unwrapping_stops_at_five_levels_and_survives_nonsense():
    error: dict[str, object] = {"code": "Level9", "message": "deep"}
    for level in range(8, 0, -1):
        error = {"code": f"Level{level}", "message": "x", "details": [error]}
    assert len(unwrap({"error": error})) == 5
    useless: list[object] = [None, "text", [], {}, {"error": None}, {"error": {"details": "no list"}}]
    for nonsense in useless:
        assert unwrap(nonsense) == ()


def test_the_deepest_problem_is_the_root_of_a_permanent_error():
    error = refusal(400, {}, envelope("Outer", details=[{"code": "Inner", "message": "why"}]))
    assert isinstance(error, PermanentCloudError)
    assert (error.code, error.root.code) == ("Outer", "Inner")
