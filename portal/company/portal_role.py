"""The role the portal's identity has towards Azure: the files of docs/azure, exactly as a company would use them."""

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "azure"


def definition() -> dict[str, Any]:
    """The custom role in the form that `az role definition create` reads."""
    role: dict[str, Any] = json.loads((_FOLDER / "genkan-portal-role.json").read_text())
    return role


def condition() -> str:
    """The condition of its assignment, version 2.0: which roles it may hand out and take back."""
    return (_FOLDER / "genkan-portal-condition.txt").read_text().strip()
