"""The local Azure builds every built-in template, plain and with everything switched on, and takes it down again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from azure_emulator import launcher
from catalog.blueprint import read_blueprint
from catalog.sync import BUILT_IN_FOLDER, read_files
from tests.azure_emulator.conftest import SEED, SUBSCRIPTION, Clients

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/catalog"
STACK = f"{GROUP}/providers/Microsoft.Resources/deploymentStacks/built-in?api-version=2025-07-01"
EVERYTHING = {
    "history": True,
    "privateNetwork": True,
    "allowedIpAddresses": ["203.0.113.7", "198.51.100.0/24"],
    "signInClientId": "00000000-0000-0000-0000-000000000001",
    "signInClientSecret": "hidden words",
    "extraSettings": {"LOG_LEVEL": "debug"},
}


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.Emulator]:
    with launcher.start(tmp_path_factory.mktemp("azure"), seed=SEED, speed=2000) as emulator:
        yield emulator


@pytest.fixture
def http(azure: launcher.Emulator) -> Iterator[httpx.Client]:
    azure.control.reset()
    with Clients(azure).http() as client:
        client.put(f"{GROUP}?api-version=2025-04-01", json={"location": "eastus2"}).raise_for_status()
        yield client


def built(http: httpx.Client, azure: launcher.Emulator, item: Path, parameters) -> Any:
    """Deploy as the engine does, through a stack, and wait for its end on Azure's clock."""
    blueprint, _findings = read_blueprint(read_files(item).texts)
    assert blueprint is not None
    body = {
        "properties": {
            "template": dict(blueprint.document),
            "parameters": {name: {"value": value} for name, value in parameters.items()},
            "actionOnUnmanage": {"resources": "delete"},
            "denySettings": {"mode": "none"},
        }
    }
    answer = http.put(STACK, json=body)
    assert answer.status_code in (200, 201), answer.text
    for _turn in range(200):
        stack = http.get(STACK).json()
        if stack["properties"]["provisioningState"].lower() in ("succeeded", "failed"):
            return stack["properties"]
        azure.control.clock(advance=30)
    return stack["properties"]


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("slug", "parameters", "count"),
    [
        ("empty-sandbox", {}, 0),
        ("code-interpreter-sessions", {"allowInternet": True}, 3),
        ("chatgpt-web-app", {}, 10),
        ("chatgpt-web-app", EVERYTHING, 24),
    ],
)
def test_the_local_azure_builds_it(http, azure, slug, parameters, count):
    stack = built(http, azure, BUILT_IN_FOLDER / slug, parameters)
    assert stack["provisioningState"].lower() == "succeeded", stack.get("error")
    assert len(stack["resources"]) == count
    assert "hidden words" not in str(stack)


@pytest.mark.emulator
def test_the_interpreters_env_can_be_filled_from_its_outputs(http, azure):
    stack = built(http, azure, BUILT_IN_FOLDER / "code-interpreter-sessions", {})
    # Azure returns the first letters of output names in lower case, whatever the template says.
    outputs = {name.lower(): output for name, output in stack["outputs"].items()}
    blueprint, _findings = read_blueprint(read_files(BUILT_IN_FOLDER / "code-interpreter-sessions").texts)
    assert blueprint is not None
    for line in blueprint.env:
        value = outputs[line.output.lower()]["value"]
        if line.list_action:
            answer = http.post(f"{value}/{line.list_action}?api-version={line.api_version}")
            value = answer.json()[line.path]
        assert value


@pytest.mark.emulator
def test_deleting_the_stack_leaves_nothing_in_the_group(http, azure):
    built(http, azure, BUILT_IN_FOLDER / "chatgpt-web-app", EVERYTHING)
    answer = http.delete(f"{STACK}&unmanageAction.Resources=delete")
    assert answer.status_code in (200, 202, 204), answer.text
    for _turn in range(200):
        if http.get(STACK).status_code == 404:
            break
        azure.control.clock(advance=30)
    assert http.get(f"{GROUP}/resources?api-version=2025-04-01").json()["value"] == []
