"""Calls a deployment makes to other parts of the local Azure, with the caller's rights and without the wire."""

import json
import uuid
from typing import TYPE_CHECKING, Any

from azure_emulator.http import Answer, Request
from azure_emulator.routing import ROUTER, Route

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

Document = dict[str, Any]


def claimed(method: str, identifier: str) -> tuple[Route, dict[str, str]] | None:
    """The route that answers a call on an id, when it is not the one for resources in general."""
    return ROUTER.find(method, tuple(identifier.strip("/").split("/")))


def call(
    world: "World",
    method: str,
    identifier: str,
    *,
    principal: "Principal",
    api_version: str,
    body: Document | None = None,
    query: str = "",
) -> Answer:
    """Answer a call on an id as if the principal had made it; raises what the route raises."""
    found = claimed(method, identifier)
    if found is None:
        raise LookupError(identifier)
    route, values = found
    segments = tuple(identifier.strip("/").split("/"))
    request = Request(
        world=world,
        method=method,
        path="/" + "/".join(segments),
        segments=segments,
        query_string=f"api-version={api_version}" + (f"&{query}" if query else ""),
        headers={},
        body=json.dumps(body).encode() if body is not None else b"",
        base_url=world.base_url,
        correlation_id=str(uuid.uuid4()),
        request_id=str(uuid.uuid4()),
        parameters=values,
        signed_in=principal,
    )
    if route.action is not None:
        kept = segments[: len(segments) - route.trim] if route.trim else segments
        world.access.check(principal, route.action, "/" + "/".join(kept))
    return route.handler(request)
