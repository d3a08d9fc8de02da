"""The built-in roles the portal and its templates name."""

import json
from pathlib import Path
from typing import Any

ROLES_FILE = Path(__file__).with_name("built_in_roles.json")


def _document(entry: dict[str, Any]) -> dict[str, Any]:
    permission = {name: entry.get(name, []) for name in ("actions", "notActions", "dataActions", "notDataActions")}
    return {
        "id": f"/providers/Microsoft.Authorization/roleDefinitions/{entry['id']}",
        "name": entry["id"],
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": entry["name"],
            "type": "BuiltInRole",
            "description": entry.get("description", entry["name"]),
            "assignableScopes": ["/"],
            "permissions": [permission],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2024-05-31T15:13:56.0000000Z",
            "createdBy": None,
            "updatedBy": None,
        },
    }


BUILT_IN: dict[str, dict[str, Any]] = {
    entry["id"]: _document(entry) for entry in json.loads(ROLES_FILE.read_text(encoding="utf-8"))
}
