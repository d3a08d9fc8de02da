"""Serving the application over TLS."""

import importlib
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from azure_emulator import certificates
from azure_emulator.application import Application

PLANES = (
    "activity",
    "budgets",
    "control_plane",
    "cost",
    "device_code",
    "entra",
    "generic",
    "graph",
    "groups",
    "locks",
    "managed_identity",
    "metadata",
    "providers",
    "quotas",
    "resource_graph",
    "resource_lists",
    "retail_prices",
    "role_assignments",
    "role_definitions",
    "sign_in",
    "subscriptions",
    "tags",
)
PACKAGES = ("azure_emulator.resource_types", "azure_emulator.deployments")


def register_routes() -> None:
    """Import every module that registers routes and event handlers."""
    for plane in PLANES:
        importlib.import_module(f"azure_emulator.planes.{plane}")
    for package in PACKAGES:
        if find_spec(package) is not None:
            importlib.import_module(package)


class _Protocol(HttpToolsProtocol):
    """Lets the application reach the connection, so that a fault can drop it."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.scope["transport"] = self.transport  # type: ignore[typeddict-unknown-key]  # Our own addition to the scope.


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], parent: int | None) -> None:
        super().__init__(config)
        self._ready = ready
        self._parent = parent

    async def on_tick(self, counter: int) -> bool:
        """Stop as well when the process that started this one is gone."""
        is_orphan = self._parent is not None and os.getppid() != self._parent
        return await super().on_tick(counter) or is_orphan

    async def startup(self, *args: Any, **options: Any) -> None:
        """Tell the caller once the port is open."""
        await super().startup(*args, **options)
        if self.started:
            self._ready()


def serve(
    application: Application,
    *,
    state: Path,
    host: str,
    port: int,
    ready: Callable[[], None],
    parent: int | None = None,
) -> None:
    """Serve until interrupted, or until the given parent process is gone."""
    certificates.ensure_certificates(state)
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        ssl_certfile=str(state / certificates.CERTIFICATE_FILE),
        ssl_keyfile=str(state / certificates.KEY_FILE),
        http=_Protocol,
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    _Server(config, ready=ready, parent=parent).run()
