"""What Azure accepts as tags."""

from typing import Any

from azure_emulator.errors import AzureError

MAXIMUM_TAGS, MAXIMUM_NAME, MAXIMUM_VALUE = 50, 512, 256
FORBIDDEN = "<>%&\\?/"
RESERVED = ("microsoft", "azure", "windows")
# The Azure portal's own marks, such as ``hidden-link:/subscriptions/...``: their names may hold an id.
HIDDEN = "hidden-"


def check_tags(tags: Any) -> dict[str, str]:
    """The tags as strings; Azure's 400 when one is refused. None counts as no tags."""
    if tags is None:
        return {}
    if not isinstance(tags, dict):
        raise AzureError(400, "InvalidTags", "The tags must be an object of names and string values.")
    if len(tags) > MAXIMUM_TAGS:
        raise AzureError(
            400, "InvalidTags", f"The number of tags specified '{len(tags)}' exceeds the limit of '{MAXIMUM_TAGS}'."
        )
    if len({name.lower() for name in tags}) != len(tags):
        raise AzureError(400, "InvalidTags", "The tag names must be unique; they are compared without casing.")
    return {name: _value(name, value) for name, value in tags.items()}


def _value(name: str, value: Any) -> str:
    is_hidden = name.lower().startswith(HIDDEN)
    has_forbidden = not is_hidden and any(character in FORBIDDEN for character in name)
    if not name or len(name) > MAXIMUM_NAME or has_forbidden:
        raise AzureError(
            400,
            "InvalidTagName",
            f"The tag name '{name}' is not valid. It has at most {MAXIMUM_NAME} characters and none of "
            "'<,>,%,&,\\,?,/'.",
        )
    if name.lower().startswith(RESERVED):
        raise AzureError(400, "ReservedTagName", f"The tag name '{name}' starts with a reserved prefix.")
    if isinstance(value, dict | list) or value is None:
        raise AzureError(400, "InvalidTagValue", f"The value of tag '{name}' must be a string.")
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    if len(text) > MAXIMUM_VALUE:
        raise AzureError(
            400, "InvalidTagValueLength", f"The value of tag '{name}' exceeds the maximum length of '{MAXIMUM_VALUE}'."
        )
    return text
