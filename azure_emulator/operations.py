"""Long-running operations: their record, their status addresses and the headers that lead to them."""

import math
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from azure_emulator.clock import iso
from azure_emulator.errors import AzureError
from azure_emulator.events import handler
from azure_emulator.http import Answer, Request
from azure_emulator.routing import route

if TYPE_CHECKING:
    from azure_emulator.world import World

Style = Literal["location", "azure-async", "operation-location", "both"]

KIND = "operation"
FORGET = "forget-operations"
KEPT = timedelta(days=1)
STATUS = "/subscriptions/{subscription}/providers/{namespace}/locations/{location}/operationStatuses/{operation}"
RESULT = "/subscriptions/{subscription}/operationresults/{operation}"


class Operations:
    """Starts and finishes operations; what the work does is an event handler of whoever starts it."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def start(
        self,
        event: str,
        payload: dict[str, Any],
        *,
        seconds: float,
        subscription: str = "",
        namespace: str = "Microsoft.Resources",
        resource_id: str = "",
    ) -> str:
        """Record an operation and schedule its work; the handler finds its name in ``payload["operation"]``.

        ``seconds`` is Azure's usual duration and is divided by the speed setting. The handler must call ``finish`` or
        ``fail``, or schedule itself again.
        """
        world = self._world
        name = str(uuid.uuid4())
        now = world.clock.now()
        document = {
            "name": name,
            "status": "InProgress",
            "startTime": iso(now),
            "subscription": subscription,
            "namespace": namespace,
            "resourceId": resource_id,
        }
        world.store.put(KIND, name, document)
        world.events.schedule(now + world.duration(seconds), event, {**payload, "operation": name})
        return name

    def get(self, name: str) -> dict[str, Any]:
        """The operation's record; Azure's 404 when there is none."""
        document = self._world.store.get(KIND, name)
        if document is None:
            raise AzureError(404, "OperationNotFound", f"The operation '{name}' could not be found.")
        return document

    def finish(self, name: str, *, result: Any = None, status: int | None = None) -> None:
        """Mark as succeeded; ``result`` is the body of the final answer at the Location address."""
        self._end(name, {"status": "Succeeded", "result": result, "statusCode": status or (200 if result else 204)})

    def fail(self, name: str, error: AzureError) -> None:
        """Mark as failed with Azure's error."""
        self._end(name, {"status": "Failed", "error": error.error(), "statusCode": error.status})

    def cancel(self, name: str) -> None:
        """Mark as canceled."""
        error = {"code": "OperationCanceled", "message": "The operation was canceled."}
        self._end(name, {"status": "Canceled", "error": error, "statusCode": 409})

    def _end(self, name: str, changes: dict[str, Any]) -> None:
        document = self._world.store.get(KIND, name)
        if document is not None:
            self._world.store.put(KIND, name, {**document, **changes, "endTime": iso(self._world.clock.now())})

    def headers(self, request: Request, name: str, *, style: Style, retry_seconds: float = 15) -> dict[str, str]:
        """The headers that lead a client to this operation, in the style of the service."""
        document = self.get(name)
        values = {"subscription": document["subscription"], "operation": name}
        location = request.url(RESULT.format(**values))
        status = request.url(STATUS.format(**values, namespace=document["namespace"], location="global"))
        headers = {"Retry-After": self.retry_after(retry_seconds)}
        if style in {"location", "both"}:
            headers["Location"] = location
        if style in {"azure-async", "both"}:
            headers["Azure-AsyncOperation"] = status
        if style == "operation-location":
            headers["Operation-Location"] = status
        return headers

    def retry_after(self, seconds: float) -> str:
        """A Retry-After value under the speed setting; never 0, which SDKs take for 'use your default'."""
        return str(max(1, math.ceil(seconds / self._world.speed)))

    def forget_daily(self) -> None:
        """See to it that records of ended operations go after a day, as Azure's do."""
        store = self._world.store
        if all(event["kind"] != FORGET for event in store.items("event")):
            self._world.events.schedule(self._world.clock.now() + KEPT, FORGET, {})


@handler(FORGET)
def forget_ended(world: "World", _: dict[str, Any]) -> None:
    """Drop what ended more than a day ago, and come back tomorrow."""
    limit = iso(world.clock.now() - KEPT)
    for document in list(world.store.items(KIND)):
        if document.get("endTime", "z") < limit:
            world.store.delete(KIND, document["name"])
    world.events.schedule(world.clock.now() + KEPT, FORGET, {})


@route("GET", RESULT, needs_api_version=False)
def operation_result(request: Request) -> Answer:
    """The Location address: 202 until the work is done, then its result."""
    operations = request.world.operations
    document = operations.get(request.parameters["operation"])
    if document["status"] == "InProgress":
        return Answer(202, None, operations.headers(request, document["name"], style="location"))
    if "error" in document:
        return Answer(max(400, document["statusCode"]), {"error": document["error"]})
    return Answer(document["statusCode"], document.get("result"))


@route("GET", STATUS, needs_api_version=False)
def operation_status(request: Request) -> Answer:
    """The Azure-AsyncOperation or Operation-Location address: always 200, with the word in the body."""
    operations = request.world.operations
    document = operations.get(request.parameters["operation"])
    shown: dict[str, Any] = {
        key: document[key] for key in ("name", "status", "startTime", "endTime", "error") if key in document
    }
    if document.get("result") is not None:
        shown["properties"] = document["result"]
    headers = {}
    if document["status"] == "InProgress":
        headers["Retry-After"] = operations.retry_after(15)
    return Answer(200, {"id": request.path, **shown}, headers)
