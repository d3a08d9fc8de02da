"""The names environments have in Azure, all derived from ids so that a repeated PUT hits the same thing."""

import re
import uuid

# Names people choose: they become part of resource group names, host names and e-mail subjects.
NAME_PATTERN = re.compile(r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,28}[a-z0-9]")
NAME_MAX = 30

# ARM refuses these words in names with public endpoints (error-reserved-resource-name).
_RESERVED_WHOLE = frozenset(
    "access azure bing bizspark biztalk cortana directx dotnet dynamics excel exchange forefront groove hololens "
    "hyperv kinect lync msdn o365 office office365 onedrive onenote outlook powerpoint sharepoint skype visio "
    "visualstudio xbox".split()
)
_RESERVED_PART = ("microsoft", "windows")
_RESERVED_START = ("login", "xbox")

_ENVIRONMENT_NAMESPACE = uuid.UUID("b6a1f0f2-5f0e-5d8c-9d0e-0f5b8b0c9a11")


def environment_id(*, requester_id: int, key: uuid.UUID) -> uuid.UUID:
    """The id an environment will have, known before it is asked for, so that the preview uses its real names."""
    return uuid.uuid5(_ENVIRONMENT_NAMESPACE, f"{requester_id}|{key}")


def is_valid_name(name: str) -> bool:
    """True for 3 to 30 lower-case letters, digits and single hyphens, starting with a letter."""
    return NAME_PATTERN.fullmatch(name) is not None


def reserved_word(name: str) -> str:
    """The word Azure would refuse in this name, or an empty text."""
    lowered = name.lower()
    for word in _RESERVED_PART:
        if word in lowered:
            return word
    for word in _RESERVED_START:
        if lowered.startswith(word):
            return word
    return next((part for part in lowered.split("-") if part in _RESERVED_WHOLE), "")


def resource_group_name(*, project_slug: str, name: str, environment: uuid.UUID) -> str:
    """`rg-<project>-<name>-<first eight digits of the id>`; at most 90 characters as Azure allows."""
    return f"rg-{project_slug}-{name}-{environment.hex[:8]}"


def stack_name(environment: uuid.UUID) -> str:
    """The stack keeps its name for life; its tag carries the generation."""
    return f"genkan-{environment.hex[:8]}"
