"""The OData filters that resource and group lists understand."""

import re
from collections.abc import Callable
from typing import Any

from azure_emulator.errors import AzureError

Document = dict[str, Any]
Test = Callable[[str], bool]
Matcher = Callable[[Document], bool]

ONE_TAG = re.compile(
    r"\s*tagName\s+eq\s+'(?P<name>[^']*)'\s+and\s+tagValue\s+eq\s+'(?P<value>[^']*)'\s*", re.IGNORECASE
)
CLAUSE = re.compile(
    r"\s*(?:(?P<field>\w+)\s+(?P<operator>eq|ne)\s+'(?P<value>(?:[^']|'')*)'"
    r"|startswith\(\s*(?P<start_field>\w+)\s*,\s*'(?P<start>(?:[^']|'')*)'\s*\)"
    r"|substringof\(\s*'(?P<part>(?:[^']|'')*)'\s*,\s*(?P<part_field>\w+)\s*\))\s*",
    re.IGNORECASE,
)


def matcher(condition: str) -> Matcher:
    """A ``$filter`` as a test on a group's or resource's document; Azure's 400 when it is not understood."""
    parts = [_clauses(part, condition) for part in re.split(r"\s+or\s+", condition, flags=re.IGNORECASE)]
    return lambda document: any(_all_hold(part, document) for part in parts)


def tag_equality(condition: str) -> tuple[str, str] | None:
    """The name and value of a filter that asks for exactly one tag, lower-cased; None for any other filter."""
    match = ONE_TAG.fullmatch(condition)
    return (match["name"].lower(), match["value"].lower()) if match else None


def _clauses(condition: str, whole: str) -> list[tuple[str, Test]]:
    return [_clause(part, whole) for part in re.split(r"\s+and\s+", condition.strip(" ()"), flags=re.IGNORECASE)]


def _all_hold(clauses: list[tuple[str, Test]], document: Document) -> bool:
    if any(field == "tagname" for field, _ in clauses):
        tags = {name.lower(): str(value) for name, value in (document.get("tags") or {}).items()}
        return _tag_holds(dict(clauses), tags) and all(
            _field_holds(field, test, document) for field, test in clauses if not field.startswith("tag")
        )
    return all(_field_holds(field, test, document) for field, test in clauses)


def _clause(text: str, whole: str) -> tuple[str, Test]:
    match = CLAUSE.fullmatch(text)
    if match is None:
        raise AzureError(400, "InvalidFilterInQueryString", f"Invalid $filter '{whole}' specified in the query string.")
    if match["field"]:
        value = match["value"].replace("''", "'").lower()
        is_equal = match["operator"].lower() == "eq"
        return match["field"].lower(), lambda text: (text.lower() == value) == is_equal
    if match["start_field"]:
        start = match["start"].replace("''", "'").lower()
        return match["start_field"].lower(), lambda text: text.lower().startswith(start)
    part = match["part"].replace("''", "'").lower()
    return match["part_field"].lower(), lambda text: part in text.lower()


def _tag_holds(clauses: dict[str, Test], tags: dict[str, str]) -> bool:
    names = [name for name in tags if clauses["tagname"](name)]
    value = clauses.get("tagvalue")
    return any(value is None or value(tags[name]) for name in names)


def _field_holds(field: str, test: Test, document: Document) -> bool:
    match field:
        case "resourcetype":
            return test(str(document.get("type", "")))
        case "resourcegroup":
            segments = document["id"].split("/")
            return test(segments[4] if len(segments) > 4 else "")
        case "name" | "location" | "kind":
            return test(str(document.get(field) or ""))
        case _:
            raise AzureError(400, "InvalidFilterInQueryString", f"The filter field '{field}' is not supported.")
