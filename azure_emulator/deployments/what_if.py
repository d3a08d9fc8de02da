"""What a deployment would change: each resource of the template against what stands in the scope."""

from typing import TYPE_CHECKING, Any

from arm import ExpandedResource, Expansion, plain
from azure_emulator.deployments import preflight, service
from azure_emulator.deployments.comparing import delta
from azure_emulator.deployments.pace import handler
from azure_emulator.deployments.scopes import DeploymentScope, scope_at
from azure_emulator.deployments.submissions import Submission, read_submission, refused
from azure_emulator.deployments.writing import is_unwanted
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.resource_types import regions
from azure_emulator.resource_types.kinds import part
from azure_emulator.resources import public
from azure_emulator.routing import route

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]
FORMATS = {"fullresourcepayloads": "FullResourcePayloads", "resourceidonly": "ResourceIdOnly"}
SECONDS = 6
GROUPS = "microsoft.resources/resourcegroups"
_SHOWN = ("tags", "sku", "kind", "identity", "zones", "plan", "properties")


def changes_of(
    world: "World", expansion: Expansion, submission: Submission, *, is_full: bool
) -> tuple[list[Document], list[Document]]:
    """Definite and potential changes of a deployment; what it does not touch is Ignore, or Delete in complete mode."""
    definite: list[Document] = []
    potential: list[Document] = []
    seen: set[str] = set()
    for resource in expansion.all_resources():
        if resource.existing:
            continue
        seen.add(resource.id.lower())
        if not preflight.is_named(resource) or (resource.is_deployment and resource.deferred):
            potential.append(_unsupported(resource))
            continue
        if resource.is_deployment:
            continue
        definite.append(change_of(world, resource, is_full=is_full))
    definite += _untouched(world, submission, seen, is_full=is_full)
    definite.sort(key=lambda change: str(change["resourceId"]).lower())
    return definite, potential


def change_of(world: "World", resource: ExpandedResource, *, is_full: bool) -> Document:
    """One resource of the template against what stands under its id."""
    before = standing(world, resource.id, api_version=resource.api_version)
    after = wanted(resource)
    change: Document = {"resourceId": resource.id}
    if resource.symbolic_name:
        change["symbolicName"] = resource.symbolic_name
    if not is_full:
        return {**change, "changeType": "Deploy"}
    if before is None:
        return {**change, "changeType": "Create", "after": after}
    asked = {key: after[key] for key in ("location", *_SHOWN) if key in after}
    found = delta(before, asked)
    kind = "Modify" if found else "NoChange"
    shown_after = {**before, **{key: value for key, value in asked.items() if key != "properties"}}
    shown_after["properties"] = _overlaid(before.get("properties"), asked.get("properties"))
    compared = {**change, "changeType": kind, "before": before, "after": shown_after}
    return {**compared, "delta": found} if found else compared


def _overlaid(before: Any, after: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before if after is None else after
    result = dict(before)
    for key, value in after.items():
        result[key] = _overlaid(before.get(key), value)
    return result


def standing(world: "World", identifier: str, *, api_version: str) -> Document | None:
    """What stands under an id, as what-if shows it."""
    document = world.resources.get(identifier)
    if document is None:
        for kind in ("role-assignment", "lock", "group", "role-definition"):
            document = document or world.store.get(kind, identifier)
    if document is None:
        return None
    parsed = parse_resource_id(identifier)
    shown = public(document)
    found: Document = {"apiVersion": api_version, "id": shown.get("id", identifier), "name": shown.get("name", "")}
    found["type"] = shown.get("type", parsed.type if parsed else "")
    if parsed is not None and parsed.group:
        found["resourceGroup"] = parsed.group
    for key in ("location", *_SHOWN):
        if shown.get(key) is not None:
            found[key] = shown[key]
    return found


def wanted(resource: ExpandedResource) -> Document:
    """A resource as the template asks for it, as what-if shows it."""
    parsed = parse_resource_id(resource.id)
    found: Document = {
        "apiVersion": resource.api_version,
        "id": resource.id,
        "name": resource.name.rsplit("/", 1)[-1],
        "type": resource.type,
    }
    if parsed is not None and parsed.group:
        found["resourceGroup"] = parsed.group
    body = plain(resource.body)
    if isinstance(body.get("location"), str):
        found["location"] = regions.normalise(body["location"])
    for key in _SHOWN:
        if body.get(key) is not None:
            found[key] = body[key]
    return found


def _unsupported(resource: ExpandedResource) -> Document:
    reason = (
        "Changes to the resource cannot be analyzed because its resource ID or its template cannot be calculated until "
        f"the deployment is under way. {resource.deferred}"
    )
    return {"resourceId": resource.id, "changeType": "Unsupported", "unsupportedReason": reason.strip()}


def _untouched(world: "World", submission: Submission, seen: set[str], *, is_full: bool) -> list[Document]:
    if not submission.scope.is_group:
        return []
    changes = []
    for document in world.resources.list(submission.scope.id):
        parsed = parse_resource_id(document["id"])
        if document["id"].lower() in seen or parsed is None or len(parsed.names) > 1 or parsed.is_extension:
            continue
        is_gone = submission.mode == "Complete" and is_unwanted(document, seen)
        kind = "Delete" if is_gone else "Ignore"
        change: Document = {"resourceId": document["id"], "changeType": kind}
        if is_full:
            before = standing(world, document["id"], api_version=str(document.get("_api_version", "")))
            change |= {"before": before, "after": before} if kind == "Ignore" else {"before": before}
        changes.append(change)
    return changes


def result_of(
    world: "World", scope: DeploymentScope, name: str, body: Document, *, principal: "Principal", tracking: str
) -> Document:
    """The whole what-if answer; a template that would be refused is a Failed result with the error."""
    settings = part(part(body, "properties"), "whatIfSettings")
    form = FORMATS.get(str(settings.get("resultFormat") or "FullResourcePayloads").lower())
    if form is None:
        raise refused(f"The result format '{settings.get('resultFormat')}' is not valid.")
    submission = read_submission(world, scope, name, body, principal=principal)
    try:
        expansion = service.checked(world, submission, principal=principal, tracking=tracking)
    except AzureError as error:
        if error.status == 403:
            raise
        return {"status": "Failed", "error": error.error()}
    definite, potential = changes_of(world, expansion, submission, is_full=form == "FullResourcePayloads")
    properties: Document = {"correlationId": tracking, "changes": definite, "diagnostics": []}
    if potential:
        properties["potentialChanges"] = potential
    return {"status": "Succeeded", "properties": properties}


@route(
    "POST",
    "/{scope}/providers/Microsoft.Resources/deployments/{name}/whatIf",
    action="Microsoft.Resources/deployments/whatIf/action",
)
def what_if(request: Request) -> Answer:
    """Begin a preview: 202 with a Location that ends in the result."""
    world = request.world
    scope = scope_at(world, request.scope)
    result = result_of(
        world,
        scope,
        request.parameters["name"],
        request.json_object(),
        principal=request.principal,
        tracking=request.correlation_id,
    )
    name = world.operations.start(
        "deployment.what-if", {"result": result}, seconds=SECONDS, subscription=scope.subscription
    )
    return Answer(202, None, world.operations.headers(request, name, style="location", retry_seconds=SECONDS))


@handler("deployment.what-if")
def finish_what_if(world: "World", payload: Document) -> None:
    """The preview is ready to be read."""
    world.operations.finish(payload["operation"], result=payload["result"], status=200)
