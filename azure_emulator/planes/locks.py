"""Management locks at every scope."""

import re

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import contains
from azure_emulator.locks import KIND, locks_on, scope_of
from azure_emulator.paging import page
from azure_emulator.routing import route

LIST = "/{scope}/providers/Microsoft.Authorization/locks"
PATH = f"{LIST}/{{name}}"
ACTION = "Microsoft.Authorization/locks/"
NAME = re.compile(r"[^<>%&?\\/]{1,260}")


@route("GET", LIST, action=f"{ACTION}read")
def list_locks(request: Request) -> Answer:
    """Locks that apply to a scope: its own, inherited ones, and (without ``atScope()``) those below."""
    at_scope = "atscope()" in request.query.get("$filter", "").lower()
    locks = [
        lock
        for lock in locks_on(request.world, request.scope)
        if not at_scope or contains(scope_of(lock), request.scope)
    ]
    return page(request, locks)


@route("GET", PATH, action=f"{ACTION}read")
def read_lock(request: Request) -> Answer:
    """One lock."""
    lock = request.world.store.get(KIND, request.path)
    if lock is None:
        raise AzureError(404, "LockNotFound", f"The lock '{request.parameters['name']}' could not be found.")
    return Answer(200, lock)


@route("PUT", PATH, action=f"{ACTION}write")
def put_lock(request: Request) -> Answer:
    """Create (201) or change (200) a lock."""
    name = request.parameters["name"]
    properties = request.json_object().get("properties")
    properties = properties if isinstance(properties, dict) else {}
    level = next(
        (word for word in ("CanNotDelete", "ReadOnly") if word.lower() == str(properties.get("level", "")).lower()), ""
    )
    if not level or NAME.fullmatch(name) is None:
        raise AzureError(400, "InvalidLock", "A lock needs a valid name and a level of 'CanNotDelete' or 'ReadOnly'.")
    old = request.world.store.get(KIND, request.path)
    lock = {
        "properties": {"level": level, **({"notes": properties["notes"]} if properties.get("notes") else {})},
        "id": old["id"] if old else request.path,
        "type": "Microsoft.Authorization/locks",
        "name": name,
    }
    request.world.store.put(KIND, request.path, lock)
    return Answer(200 if old else 201, lock)


@route("DELETE", PATH, action=f"{ACTION}delete")
def delete_lock(request: Request) -> Answer:
    """Remove a lock."""
    return Answer(200 if request.world.store.delete(KIND, request.path) else 204)
