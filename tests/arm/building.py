"""Small templates for the tests of the ARM template language."""

import json
from datetime import UTC, datetime

from arm import DeploymentContext, ResourceGroup, expand, parse_template

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
SUBSCRIPTION_SCHEMA = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
CONTEXT = DeploymentContext(
    subscription_id=SUBSCRIPTION,
    tenant_id="22222222-2222-2222-2222-222222222222",
    resource_group=ResourceGroup("rg", "westeurope", {"team": "apollo"}),
    location="northeurope",
    management_group="mg",
    deployment_name="dep",
    now=datetime(2026, 7, 1, 12, 30, 5, tzinfo=UTC),
    new_guid=lambda: "33333333-3333-3333-3333-333333333333",
)


def template(*, schema=SCHEMA, **sections):
    """A template document with the given sections, parsed."""
    return parse_template(json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", "resources": [], **sections}))


def expanded(*, values=None, context=CONTEXT, resolver=None, schema=SCHEMA, **sections):
    """The expansion of a template with the given sections."""
    return expand(template(schema=schema, **sections), parameters=values or {}, context=context, resolver=resolver)


def evaluated(expression, **sections):
    """The value of one expression, as an output gives it."""
    outputs = {"it": {"type": "any", "value": f"[{expression}]"}}
    return expanded(outputs=outputs, **sections).outputs["it"].value


def resource(name="one", kind="Microsoft.Sample/things", **parts):
    """A resource of a made-up type."""
    return {"type": kind, "apiVersion": "2024-01-01", "name": name, **parts}


class Runtime:
    """A run time that knows the given resources by id."""

    def __init__(self, resources=None, keys="k"):
        self.resources = {key.lower(): value for key, value in (resources or {}).items()}
        self.keys = keys
        self.asked = []

    def reference(self, resource_id, api_version, full):
        self.asked.append((resource_id, api_version, full))
        found = self.resources[resource_id.lower()]
        return found if full else found["properties"]

    def list_function(self, name, resource_id, api_version, argument):
        self.asked.append((name, resource_id, api_version, argument))
        return {"keys": [{"value": self.keys}]}
