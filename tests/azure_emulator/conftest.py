"""One local Azure in its own process for the tests of this folder, and the real clients that talk to it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential

from azure_emulator import launcher

SEED = Path(__file__).with_name("seed.json")
TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "eeeeeeee-0000-4000-8000-000000000001"
OTHER_SUBSCRIPTION = "eeeeeeee-0000-4000-8000-000000000002"
YUI = "aaaaaaaa-0000-4000-8000-000000000001"
APPLICATIONS = {"owner": 1, "portal": 2, "nobody": 3}


@pytest.fixture(scope="session")
def running_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.Emulator]:
    with launcher.start(tmp_path_factory.mktemp("azure"), seed=SEED, speed=100) as emulator:
        yield emulator


@pytest.fixture
def azure(running_azure: launcher.Emulator) -> launcher.Emulator:
    """The local Azure in the state right after its seed."""
    if running_azure.process is None or running_azure.process.poll() is not None:
        running_azure.run()
    running_azure.control.reset()
    return running_azure


def code(error: HttpResponseError) -> str:
    """Azure's error code in what an SDK client raised."""
    assert error.error is not None
    return str(error.error.code)


class Clients:
    """Credentials, SDK clients and a plain HTTP client for the seeded applications."""

    def __init__(self, emulator: launcher.Emulator) -> None:
        self.emulator = emulator
        self.url = emulator.url
        self.scope = f"{emulator.url}/.default"

    def credential(self, name: str = "owner") -> ClientSecretCredential:
        number = APPLICATIONS[name]
        return ClientSecretCredential(
            TENANT,
            f"cccccccc-0000-4000-8000-00000000000{number}",
            f"{name}-secret",
            authority=self.url,
            disable_instance_discovery=True,
            connection_verify=str(self.emulator.ca_path),
        )

    def build(self, kind, name: str = "owner", **options):
        options.setdefault("retry_total", 0)
        return kind(
            self.credential(name),
            *([SUBSCRIPTION] if options.pop("subscription", True) else []),
            base_url=self.url,
            credential_scopes=[self.scope],
            connection_verify=str(self.emulator.ca_path),
            **options,
        )

    def http(self, name: str | None = "owner") -> httpx.Client:
        headers = {}
        if name is not None:
            headers["Authorization"] = f"Bearer {self.credential(name).get_token(self.scope).token}"
        return httpx.Client(
            base_url=self.url,
            headers=headers,
            event_hooks={"request": [_with_api_version]},
            verify=launcher.trusting(self.emulator.ca_path),
            timeout=30,
            trust_env=False,
        )


def _with_api_version(request: httpx.Request) -> None:
    if "api-version" not in request.url.params:
        request.url = request.url.copy_add_param("api-version", "2025-04-01")


@pytest.fixture
def clients(azure: launcher.Emulator) -> Clients:
    return Clients(azure)
