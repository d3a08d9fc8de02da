"""Checks of the api-version that every ARM call carries."""

import re
from collections.abc import Collection

from azure_emulator.errors import AzureError

WELL_FORMED = re.compile(r"20[12]\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])(-[a-z]+)?", re.IGNORECASE)


def check_api_version(version: str, *, accepted: Collection[str] | None) -> None:
    """Raise Azure's 400 when the version is missing, malformed or not one of those accepted."""
    if not version:
        raise AzureError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if WELL_FORMED.fullmatch(version) is None:
        raise AzureError(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are "
            f"'{','.join(sorted(accepted or _usual(), reverse=True))}'.",
        )
    if accepted is not None and version.lower() not in accepted:
        raise AzureError(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are "
            f"'{','.join(sorted(accepted, reverse=True))}'.",
        )


def _usual() -> list[str]:
    return [
        "2025-04-01",
        "2025-03-01",
        "2024-11-01",
        "2024-07-01",
        "2023-07-01",
        "2022-12-01",
        "2022-09-01",
        "2021-04-01",
    ]
