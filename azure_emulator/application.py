"""The ASGI application: one call from bytes to bytes, with everything that holds for every route."""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from azure_emulator.clock import iso
from azure_emulator.errors import AzureError
from azure_emulator.faults import Outcome
from azure_emulator.http import Answer, Request
from azure_emulator.request_log import HEADERS
from azure_emulator.routing import ELSEWHERE, ROUTER, Route
from azure_emulator.versions import check_api_version
from azure_emulator.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAXIMUM_BODY = 8 * 1024 * 1024
IDLE_SECONDS = 0.25
COMMON_HEADERS = {
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
log = logging.getLogger(__name__)


class Application:
    """Answers calls on one world; runs due events before each call and in the background."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._background: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._background = asyncio.create_task(self._run_events())
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._background is not None:
                    self._background.cancel()
                self.world.store.close()
                self.world.log.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _run_events(self) -> None:
        while True:
            self.world.events.run_due()
            next_at = self.world.events.next_at
            wait = IDLE_SECONDS
            if next_at is not None:
                wait = min(max(next_at - self.world.clock.now().timestamp(), 0.01), IDLE_SECONDS)
            await asyncio.sleep(wait)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = _request(self.world, scope, await _body(receive))
        is_control = request.path.startswith("/_emulator")
        outcome = None if is_control else self.world.faults.consider(request.method, _target(request))
        if outcome is not None and outcome.delay_seconds:
            await asyncio.sleep(outcome.delay_seconds)
        route, answer = self.answer(request, outcome)
        self._record(request, route, answer, started, outcome)
        if outcome is not None and outcome.drop:
            await _drop(scope)
            return
        await _send(send, request, answer)

    def answer(self, request: Request, outcome: Outcome | None = None) -> tuple[Route | None, Answer]:
        """The answer to one call; never raises."""
        route: Route | None = None
        try:
            self.world.events.run_due()
            if outcome is not None and outcome.drop == "drop-before":
                return None, Answer(0)
            if outcome is not None and outcome.error is not None:
                raise outcome.error
            route = _find(request)
            _admit(request, route)
            limits = _count(request, route)
            with self.world.store.transaction():
                answer = route.handler(request)
            answer.headers = {**limits, **answer.headers}
        except AzureError as error:
            answer = Answer(error.status, error.body(), error.headers)
        except Exception:  # The outermost loop: a defect of ours is a 500 with a trace in the log.
            log.exception("call failed", extra={"path": request.path})
            message = f"Encountered internal server error. Tracking id: '{request.correlation_id}'."
            answer = Answer(500, {"error": {"code": "InternalServerError", "message": message}})
        return route, answer

    def _record(
        self, request: Request, route: Route | None, answer: Answer, started: float, outcome: Outcome | None
    ) -> None:
        if request.path.startswith("/_emulator"):
            return
        headers = {name: value for name, value in answer.headers.items() if name.lower() in HEADERS}
        if outcome is not None:
            headers["fault"] = outcome.drop or (outcome.error.code if outcome.error else "delay")
        self.world.log.add(
            at=iso(self.world.clock.now()),
            method=request.method,
            path=request.path,
            query=request.query_string,
            status=answer.status,
            principal=request.signed_in.object_id if request.signed_in else "",
            correlation_id=request.correlation_id,
            milliseconds=round((time.perf_counter() - started) * 1000, 2),
            headers=headers,
            route=route.pattern if route else "(none)",
        )


def _target(request: Request) -> str:
    return f"{request.path}?{request.query_string}" if request.query_string else request.path


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAXIMUM_BODY:
            chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks) if size <= MAXIMUM_BODY else b"\0" * (MAXIMUM_BODY + 1)


def _request(world: World, scope: Scope, body: bytes) -> Request:
    raw = scope.get("raw_path") or scope["path"].encode()
    segments = tuple(unquote(part) for part in raw.decode("ascii", "replace").split("/") if part) or ("",)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        world=world,
        method=scope["method"],
        path="/" + "/".join(segments),
        segments=segments,
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        base_url=f"{scope.get('scheme', 'https')}://{headers.get('host', 'localhost')}",
        correlation_id=headers.get("x-ms-correlation-request-id") or str(uuid.uuid4()),
        request_id=str(uuid.uuid4()),
    )


def _find(request: Request) -> Route:
    found = ROUTER.find(request.method, request.segments)
    if found is None:
        return ELSEWHERE
    route, request.parameters = found
    return route


def _admit(request: Request, route: Route) -> None:
    """Check size, token, api-version and access, in Azure's order."""
    if len(request.body) > MAXIMUM_BODY:
        raise AzureError(413, "RequestEntityTooLarge", "The request content size exceeds the maximum size of 8 MB.")
    if not route.is_public:
        world = request.world
        request.signed_in = world.tokens.principal(request.headers.get("authorization", ""), base_url=request.base_url)
    if route.needs_api_version:
        check_api_version(request.api_version, accepted=route.api_versions)
    _check_media_type(request)
    if route.action is not None:
        segments = request.segments[: len(request.segments) - route.trim] if route.trim else request.segments
        request.world.access.check(request.principal, route.action, "/" + "/".join(segments))


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "")
    if request.body and media_type and request.signed_in is not None and "json" not in media_type.lower():
        raise AzureError(
            415,
            "UnsupportedMediaType",
            f"The content media type '{media_type}' is not supported. Only 'application/json' is supported.",
        )


def _count(request: Request, route: Route) -> dict[str, str]:
    """Count the call in the caller's bucket; sign-in, Graph and control calls are not ARM's."""
    if request.signed_in is None or not route.needs_api_version:
        return {}
    segments = request.segments
    subscription = segments[1] if segments[0].lower() == "subscriptions" and len(segments) > 1 else ""
    return request.world.throttling.count(
        request.method, subscription=subscription.lower(), caller=request.signed_in.object_id
    )


async def _send(send: Send, request: Request, answer: Answer) -> None:
    body = b""
    headers = {
        **COMMON_HEADERS,
        "Date": formatdate(usegmt=True),
        "x-ms-request-id": request.request_id,
        "x-ms-correlation-request-id": request.correlation_id,
        "x-ms-routing-request-id": f"JAPANEAST:{iso(request.world.clock.now())}:{request.request_id}",
        **answer.headers,
    }
    if request.headers.get("x-ms-return-client-request-id") == "true":
        headers["x-ms-client-request-id"] = request.headers.get("x-ms-client-request-id", "")
    if answer.body is not None and request.method != "HEAD":
        is_bytes = isinstance(answer.body, bytes)
        body = (
            answer.body
            if is_bytes
            else json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        )
        headers["Content-Type"] = answer.content_type
    if answer.status != 204:
        headers["Content-Length"] = str(len(body))
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def _drop(scope: Scope) -> None:
    """Close the connection without an answer, as a broken network would."""
    transport = scope.get("transport")
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.01)
