"""A stopped clock, a group to deploy into, and short ways to write templates."""

import httpx
import pytest
from azure.core.exceptions import HttpResponseError

from tests.azure_emulator.conftest import SUBSCRIPTION

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/env"
STACKS = "2025-07-01"
SCHEMAS = "https://schema.management.azure.com/schemas/"


def storage(name: str, **more):
    return {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": name,
        "location": "[resourceGroup().location]",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        **more,
    }


def template(*resources, scope: str = "", **more):
    schema = (
        "2018-05-01/subscriptionDeploymentTemplate.json#"
        if scope == "subscription"
        else "2019-04-01/deploymentTemplate.json#"
    )
    return {"$schema": SCHEMAS + schema, "contentVersion": "1.0.0.0", "resources": list(resources), **more}


def deployment(body, *, mode: str = "Incremental", **more):
    return {"properties": {"mode": mode, "template": body, **more}}


def stack(body, *, resources: str = "delete", deny: str = "none", **more):
    settings = {"actionOnUnmanage": {"resources": resources}, "denySettings": {"mode": deny}}
    return {"properties": {"template": body, **settings, **more}}


def code_of(error: HttpResponseError) -> str | None:
    return error.error.code if error.error else None


class Plain:
    """Plain HTTP as one caller, with a clock that only moves when told to."""

    def __init__(self, http: httpx.Client, control) -> None:
        self.http = http
        self.control = control

    def pass_seconds(self, seconds: float) -> None:
        """Let Azure's time pass; the emulator of these tests is a hundred times faster than Azure."""
        while seconds > 0:
            self.control.clock(advance=min(seconds, 2.5) / 100)
            seconds -= 2.5

    def call(self, method: str, path: str, body=None, *, version: str = "2025-04-01", **query):
        return self.http.request(method, path, json=body, params={"api-version": version, **query})

    def deploy(self, name: str, body, *, scope: str = GROUP):
        return self.call("PUT", f"{scope}/providers/Microsoft.Resources/deployments/{name}", body)

    def deployed(self, name: str, *, scope: str = GROUP):
        return self.call("GET", f"{scope}/providers/Microsoft.Resources/deployments/{name}").json()

    def operations(self, name: str):
        rows = self.call("GET", f"{GROUP}/deployments/{name}/operations").json()["value"]
        return {
            row["properties"]["targetResource"]["resourceName"]: row["properties"]
            for row in rows
            if "targetResource" in row["properties"]
        }

    def stack(self, name: str = "env", body=None, *, method: str = "GET", scope: str = GROUP, **query):
        path = f"{scope}/providers/Microsoft.Resources/deploymentStacks/{name}"
        return self.call(method, path, body, version=STACKS, **query)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        return self.http.get(answer.headers["Location"])


def contributor_of_the_group(arm: Plain) -> None:
    """Let the application called nobody do everything in the group but grant access."""
    contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
    role = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{contributor}"
    who = {"principalId": "dddddddd-0000-4000-8000-000000000003", "principalType": "ServicePrincipal"}
    path = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{contributor}"
    arm.call("PUT", path, {"properties": {"roleDefinitionId": role, **who}}, version="2022-04-01")


@pytest.fixture
def arm(azure, clients):
    """The owner of the subscription, and an empty group called env."""
    azure.control.clock(freeze="now")
    with clients.http() as http:
        plain = Plain(http, azure.control)
        plain.call("PUT", GROUP, {"location": "eastus2"})
        yield plain
    azure.control.clock(resume=True)


@pytest.fixture
def portal(arm, clients):
    """A caller with a narrow role and a condition on the roles it may assign."""
    with clients.http("portal") as http:
        yield Plain(http, arm.control)
