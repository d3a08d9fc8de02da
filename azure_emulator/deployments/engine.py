"""Runs deployments: resource by resource, in dependency order, at Azure's pace, surviving a restart at any point."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from arm import ArmError, ExpandedResource, Expansion
from azure_emulator.clock import iso
from azure_emulator.deployments import pace, planning, preflight, writing
from azure_emulator.deployments.failures import Failure, deployment_error, from_arm, from_azure
from azure_emulator.deployments.pace import handler
from azure_emulator.deployments.records import (
    DEPLOYMENT,
    INPUT,
    OPERATION,
    RUN,
    TERMINAL,
    camel_cased,
    iso_duration,
    moment,
    new_record,
    operation_id,
    operation_key,
    operation_record,
    principal_of,
    with_state,
)
from azure_emulator.deployments.runtime import DeployedState
from azure_emulator.deployments.scopes import scope_at
from azure_emulator.deployments.submissions import Submission
from azure_emulator.errors import AzureError

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure_emulator.world import World

Document = dict[str, Any]
ENDED = frozenset({"done", "failed", "skipped", "canceled"})
START_SECONDS = 2.0
OUTPUT_SECONDS = 1.0
REFUSAL_SECONDS = 1.0
_ended_hooks: "list[Callable[[World, Document], None]]" = []


def on_deployment_end(hook: "Callable[[World, Document], None]") -> "Callable[[World, Document], None]":
    """Call the hook with (world, record) when a deployment has reached a terminal state."""
    _ended_hooks.append(hook)
    return hook


def accept(
    world: "World",
    submission: Submission,
    expansion: Expansion,
    *,
    correlation: str,
    links: Document | None = None,
    seconds: float = START_SECONDS,
) -> Document:
    """Store a deployment that passed every check and schedule its start; returns the record."""
    record = {**new_record(world, submission, expansion, correlation=correlation), **(links or {})}
    forget_operations(world, record["id"])
    world.store.put(DEPLOYMENT, record["id"], record)
    world.store.put(INPUT, record["id"], submission.stored)
    world.store.put(RUN, record["id"], {"resources": _plan(expansion)})
    planning.keep(world, record["id"], record["_serial"], expansion)
    payload = {"id": record["id"], "serial": record["_serial"]}
    pace.schedule(world, seconds, "deployment.start", payload)
    return record


def forget_operations(world: "World", deployment_id: str) -> None:
    """Remove the operations of earlier runs under the same name."""
    for key in world.store.keys(OPERATION, prefix=f"{deployment_id}/"):
        world.store.delete(OPERATION, key)


def _plan(expansion: Expansion) -> dict[str, Document]:
    created = {item.id.lower(): item for item in expansion.resources if not item.existing}
    return {
        key: {
            "id": item.id,
            "state": "waiting",
            "is_deployment": item.is_deployment,
            "needs": [need.lower() for need in item.depends_on if need.lower() in created],
        }
        for key, item in created.items()
    }


class Run:
    """One step of a running deployment: reads its state, changes it, saves it once."""

    def __init__(self, world: "World", record: Document) -> None:
        self.world = world
        self.record = record
        self.states: dict[str, Document] = dict((world.store.get(RUN, record["id"]) or {"resources": {}})["resources"])
        self.expansion = planning.expansion_of(world, record["id"])
        self.by_key = {item.id.lower(): item for item in self.expansion.resources}
        self.runtime = DeployedState(world, principal_of(record["_caller"]))

    def advance(self) -> None:
        """Start what can start; finish the deployment when nothing is left to wait for."""
        moved = True
        while moved:
            moved = self._start_ready()
        if all(state["state"] in ENDED for state in self.states.values()):
            self._finish()
        else:
            self._save()

    def _start_ready(self) -> bool:
        moved = False
        for key, state in list(self.states.items()):
            if state["state"] != "waiting":
                continue
            needs = [self.states[need]["state"] for need in state["needs"] if need in self.states]
            if any(need in {"failed", "skipped", "canceled"} for need in needs):
                self.states[key] = {**state, "state": "skipped"}
                moved = True
            elif all(need == "done" for need in needs):
                self._start(key, state)
                moved = True
        return moved

    def _start(self, key: str, state: Document) -> None:
        resource = self.by_key[key]
        self.states[key] = {**state, "state": "running"}
        self._put_operation(operation_record(self.world, self.record, resource, state="Running"))
        try:
            if resource.is_deployment:
                self._start_nested(key, resource)
                return
            seconds, prepared = writing.begin(self.world, resource, runtime=self.runtime, record=self.record)
            self._schedule(key, seconds, prepared)
        except ArmError as error:
            self._schedule(key, REFUSAL_SECONDS, {"failure": from_arm(error).stored()})
        except AzureError as error:
            self._schedule(key, REFUSAL_SECONDS, {"failure": from_azure(error).stored()})

    def _schedule(self, key: str, seconds: float, outcome: Document) -> None:
        payload = {"id": self.record["id"], "serial": self.record["_serial"], "key": key, **outcome}
        pace.schedule(self.world, seconds, "deployment.resource", payload)

    def _start_nested(self, key: str, resource: ExpandedResource) -> None:
        inner = resource.resolve_nested(self.runtime)
        scope = scope_at(self.world, inner.scope_id)
        active = self.world.store.get(DEPLOYMENT, resource.id)
        if active is not None and active["properties"]["provisioningState"] not in TERMINAL:
            raise still_active(active)
        name = resource.name.rsplit("/", 1)[-1]
        if preflight.is_open(resource):
            principal = principal_of(self.record["_caller"])
            tracking = self.record["properties"]["correlationId"]
            preflight.check(self.world, inner, principal=principal, name=name, tracking=tracking)
        outer = self.world.store.get(INPUT, self.record["id"]) or {}
        stored = {
            "template": inner.template.document,
            "parameters": {},
            "mode": "Incremental",
            "location": resource.location if isinstance(resource.location, str) else "",
            "tags": None,
            "at": outer.get("at", iso(pace.now(self.world))),
            "seed": outer.get("seed", ""),
            "caller": self.record["_caller"],
            "nested_in": self.record["id"],
            "resource": key,
        }
        accept(
            self.world,
            Submission(scope, name, stored),
            inner,
            correlation=self.record["properties"]["correlationId"],
            links={"_parent": {"id": self.record["id"], "serial": self.record["_serial"], "key": key}},
            seconds=1.0,
        )

    def settle(self, key: str, failure: Failure | None) -> None:
        """Record how one resource ended, then go on."""
        state = self.states.get(key)
        if state is None or state["state"] != "running":
            return
        self.states[key] = {**state, "state": "failed" if failure else "done"}
        if failure:
            self.states[key]["failure"] = failure.stored()
        resource = self.by_key[key]
        name = operation_id(self.record["id"], self.record["_serial"], resource.id)
        operation = self.world.store.get(OPERATION, operation_key(self.record, name))
        if operation is not None:
            self._put_operation(_ended_operation(self.world, operation, failure))
        self.advance()

    def _put_operation(self, operation: Document) -> None:
        self.world.store.put(OPERATION, operation_key(self.record, operation["operationId"]), operation)

    def _save(self) -> None:
        self.world.store.put(RUN, self.record["id"], {"resources": self.states})

    def _finish(self) -> None:
        self._save()
        failures = [Failure(**state["failure"]) for state in self.states.values() if state["state"] == "failed"]
        if failures:
            end(self.world, self.record, "Failed", error=deployment_error(self.record["id"], failures))
            return
        try:
            outputs = self.expansion.resolve_outputs(self.runtime)
        except ArmError as error:
            end(self.world, self.record, "Failed", error=from_arm(error).error)
            return
        shown = {camel_cased(name): output for name, output in outputs.items()}
        self._evaluated_outputs()
        if self.record["properties"]["mode"] == "Complete":
            writing.remove_others(self.world, self.record, self.expansion)
        end(
            self.world,
            self.record,
            "Succeeded",
            outputs=shown,
            outputResources=[{"id": identifier} for identifier in created_by(self.world, self.record)],
        )

    def _evaluated_outputs(self) -> None:
        """The last operation of a deployment with outputs; it has no target."""
        if not self.expansion.outputs:
            return
        now = iso(pace.now(self.world))
        name = operation_id(self.record["id"], self.record["_serial"], "outputs")
        properties = {
            "provisioningOperation": "EvaluateDeploymentOutput",
            "provisioningState": "Succeeded",
            "timestamp": now,
            "duration": "PT0S",
            "trackingId": name.lower(),
            "statusCode": "OK",
        }
        identifier = f"{self.record['id']}/operations/{name}"
        self._put_operation({"id": identifier, "operationId": name, "properties": properties, "_started": now})


def created_by(world: "World", record: Document) -> list[str]:
    """Ids of what a deployment has created so far, nested deployments included, in the casing of the template."""
    found: list[str] = []
    states = (world.store.get(RUN, record["id"]) or {"resources": {}})["resources"]
    for key, state in states.items():
        inner = world.store.get(DEPLOYMENT, key)
        if state.get("is_deployment"):
            found += created_by(world, inner) if inner is not None and state["state"] != "waiting" else []
        elif state["state"] == "done" or (state["state"] in {"failed", "canceled"} and world.resources.exists(key)):
            found.append(state["id"])
    return found


def _ended_operation(world: "World", operation: Document, failure: Failure | None) -> Document:
    now = pace.now(world)
    properties = {
        **operation["properties"],
        "provisioningState": "Failed" if failure else "Succeeded",
        "timestamp": iso(now),
        "duration": iso_duration(now - moment(operation["_started"])),
        "statusCode": failure.status if failure else "OK",
    }
    if failure:
        properties["statusMessage"] = {"status": "Failed", "error": failure.error}
    return {**operation, "properties": properties}


def end(world: "World", record: Document, state: str, **changes: Any) -> None:
    """Bring a deployment into a terminal state and tell whoever waits for it."""
    ended = with_state(world, record, state, **changes)
    world.store.put(DEPLOYMENT, record["id"], ended)
    parent = ended.get("_parent")
    if parent is not None:
        payload: Document = dict(parent)
        if state != "Succeeded":
            payload["failure"] = _nested_failure(ended).stored()
        pace.schedule(world, 0, "deployment.resource", payload)
    planning.forget(world, record["id"])
    for hook in _ended_hooks:
        hook(world, ended)


def _nested_failure(record: Document) -> Failure:
    error = record["properties"].get("error")
    if error is None:
        error = {"code": "DeploymentCanceled", "message": f"The deployment '{record['name']}' was canceled."}
    return Failure("Conflict", error)


def still_active(record: Document) -> AzureError:
    """Azure's 409 for a name whose deployment is still running."""
    since = moment(record["_started"])
    expires = since + timedelta(days=7)
    return AzureError(
        409,
        "DeploymentActive",
        f"Unable to edit or replace deployment '{record['name']}': previous deployment from "
        f"'{since:%m/%d/%Y %H:%M:%S}' is "
        f"still active (expiration time is '{expires:%m/%d/%Y %H:%M:%S}'). Please see https://aka.ms/arm-deploy for "
        "usage "
        "details.",
    )


def _current(world: "World", payload: Document) -> Document | None:
    record = world.store.get(DEPLOYMENT, payload["id"])
    return record if record is not None and record["_serial"] == payload["serial"] else None


@handler("deployment.start")
def start(world: "World", payload: Document) -> None:
    """The accepted deployment begins to run."""
    record = _current(world, payload)
    if record is None or record["properties"]["provisioningState"] in TERMINAL:
        return
    record = with_state(world, record, "Running")
    world.store.put(DEPLOYMENT, record["id"], record)
    Run(world, record).advance()


@handler("deployment.resource")
def resource_ended(world: "World", payload: Document) -> None:
    """One resource has come to its end, well or not; the resource itself is finished even after a cancel."""
    failure = Failure(**payload["failure"]) if payload.get("failure") else None
    if "write" in payload and failure is None:
        failure = writing.complete(world, payload["write"])
    elif "write" in payload:
        writing.fail(world, payload["write"])
    record = _current(world, payload)
    if record is None or record["properties"]["provisioningState"] in TERMINAL:
        return
    Run(world, record).settle(payload["key"], failure)


def cancel(world: "World", record: Document) -> None:
    """Stop a running deployment: what has begun goes on by itself, nothing new is started."""
    run = world.store.get(RUN, record["id"]) or {"resources": {}}
    states = {
        key: {**state, "state": "canceled"} if state["state"] in {"waiting", "running"} else state
        for key, state in run["resources"].items()
    }
    world.store.put(RUN, record["id"], {"resources": states})
    for key, state in run["resources"].items():
        inner = world.store.get(DEPLOYMENT, key) if state["state"] == "running" else None
        if inner is not None and inner["properties"]["provisioningState"] not in TERMINAL:
            cancel(world, inner)
    for key in world.store.keys(OPERATION, prefix=f"{record['id']}/"):
        operation = world.store.get(OPERATION, key)
        if operation is not None and operation["properties"]["provisioningState"] == "Running":
            properties = {**operation["properties"], "provisioningState": "Canceled", "statusCode": "Conflict"}
            world.store.put(OPERATION, key, {**operation, "properties": properties})
    error = {"code": "DeploymentCanceled", "message": f"The deployment '{record['name']}' was canceled by the user."}
    end(world, record, "Canceled", error=error)
