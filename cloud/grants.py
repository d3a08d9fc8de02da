"""Role assignments: one role for one principal on one scope, under a name we choose."""

from dataclasses import dataclass

from azure.mgmt.authorization.v2022_04_01 import models
from azure.mgmt.authorization.v2022_04_01.operations import RoleAssignmentsOperations

from cloud import clients, ids, roles
from cloud.answers import asks_azure, reads_azure
from cloud.errors import NotFoundInAzure, PermanentCloudError


@dataclass(frozen=True)
class RoleAssignment:
    """A role assignment; `name` is its GUID, `role_id` the role definition's."""

    id: str
    name: str
    scope: str
    principal_id: str
    principal_type: str
    role_id: str


@reads_azure
def read_assignment(*, scope: str, assignment_id: str) -> RoleAssignment:
    """The assignment of this name at this scope, or None."""
    return _assignment(_client(scope).get(scope.strip("/"), assignment_id))


@asks_azure
def write_assignment(
    *, scope: str, assignment_id: str, role_id: str, principal_id: str, principal_type: str, description: str = ""
) -> RoleAssignment:
    """Make the assignment; the same call again changes nothing.

    PermanentCloudError with the code RoleAssignmentExists when the same triple exists under another name.
    """
    wanted = models.RoleAssignmentCreateParameters(
        role_definition_id=roles.role_definition_id(subscription_id=ids.subscription_of(scope), role_id=role_id),
        principal_id=principal_id,
        principal_type=principal_type,
        description=description or None,
    )
    return _assignment(_client(scope).create(scope.strip("/"), assignment_id, wanted))


def delete_assignment(*, scope: str, assignment_id: str) -> None:
    """Remove the assignment; one that is gone already is fine.

    A portal that may only take back certain roles is refused when there is no assignment whose role could be one of
    them, so a refusal is checked with one more read.
    """
    try:
        _delete_assignment(scope, assignment_id)
    except NotFoundInAzure:
        return
    except PermanentCloudError as error:
        if error.code != "AuthorizationFailed" or read_assignment(scope=scope, assignment_id=assignment_id):
            raise


@asks_azure
def _delete_assignment(scope: str, assignment_id: str) -> None:
    _client(scope).delete(scope.strip("/"), assignment_id)


@asks_azure
def list_assignments(*, scope: str) -> list[RoleAssignment]:
    """Assignments made exactly at this scope; Azure's `atScope()` also gives the inherited ones, which are left out."""
    found = [_assignment(item) for item in _client(scope).list_for_scope(scope.strip("/"), filter="atScope()")]
    return [assignment for assignment in found if ids.same(assignment.scope, scope)]


def _client(scope: str) -> RoleAssignmentsOperations:
    return clients.authorization(ids.subscription_of(scope)).role_assignments


def _assignment(assignment: models.RoleAssignment) -> RoleAssignment:
    return RoleAssignment(
        id=assignment.id or "",
        name=assignment.name or "",
        scope=assignment.scope or "",
        principal_id=assignment.principal_id or "",
        principal_type=str(assignment.principal_type or ""),
        role_id=ids.name_of(assignment.role_definition_id or ""),
    )
