"""The roles the portal names."""

import json
from pathlib import Path

import azure_emulator
from cloud.roles import ROLES, role_definition_id


def test_every_role_has_the_id_that_the_local_azure_knows_it_by():
    known = json.loads((Path(azure_emulator.__file__).parent / "built_in_roles.json").read_text())
    ids = {role["name"]: role["id"] for role in known}
    assert {name: ids.get(name) for name in ROLES} == ROLES


def test_the_full_id_lies_in_the_subscription():
    full = role_definition_id(subscription_id="s-1", role_id=ROLES["Reader"])
    assert full == f"/subscriptions/s-1/providers/Microsoft.Authorization/roleDefinitions/{ROLES['Reader']}"
