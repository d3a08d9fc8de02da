"""The part of the Kusto query language that inventory questions use: where, project, order, take, count, summarize."""

import re
from collections.abc import Callable
from typing import Any

from azure_emulator.errors import AzureError

Row = dict[str, Any]
Rows = list[Row]

TEST = re.compile(
    r"\s*(?P<field>[\w.]+(?:\[['\"][^'\"]+['\"]\])*|tolower\([\w.]+\))\s*"
    r"(?P<operator>==|=~|!=|!~|contains|startswith|has|in~|in)\s*(?P<value>\([^)]*\)|'[^']*'|\"[^\"]*\")\s*",
    re.IGNORECASE,
)
PRESENT = re.compile(r"\s*(?P<word>isnotempty|isempty|isnotnull|isnull)\((?P<field>[^)]+)\)\s*", re.IGNORECASE)
VALUES = re.compile(r"'([^']*)'|\"([^\"]*)\"")
ORDER = re.compile(r"(?:order|sort)\s+by\s+(?P<field>[\w.]+)(?:\s+(?P<way>asc|desc))?", re.IGNORECASE)
SUMMARIZE = re.compile(r"summarize\s+(?:(?P<name>\w+)\s*=\s*)?count\(\)\s*(?:by\s+(?P<fields>.+))?", re.IGNORECASE)
COMPARE: dict[str, Callable[[str, list[str]], bool]] = {
    "==": lambda text, values: text == values[0],
    "!=": lambda text, values: text != values[0],
    "=~": lambda text, values: text.lower() == values[0].lower(),
    "!~": lambda text, values: text.lower() != values[0].lower(),
    "contains": lambda text, values: values[0].lower() in text.lower(),
    "has": lambda text, values: values[0].lower() in text.lower(),
    "startswith": lambda text, values: text.lower().startswith(values[0].lower()),
    "in": lambda text, values: text in values,
    "in~": lambda text, values: text.lower() in {value.lower() for value in values},
}


def run(rows: Rows, stages: list[str]) -> Rows:
    """Pass the rows through the stages of a query; Azure's 400 for a stage that is not understood."""
    for stage in stages:
        word, _, rest = stage.partition(" ")
        operator = STAGES.get(word.lower())
        if operator is None or (not rest.strip() and word.lower() != "count"):
            raise _invalid(stage)
        rows = operator(rows, stage)
    return rows


def _invalid(text: str) -> AzureError:
    detail = {"code": "ParserFailure", "message": f"ParserFailure near '{text}'."}
    return AzureError(400, "BadRequest", "The query is not valid.", details=[detail])


def _value(row: Row, field: str) -> Any:
    """A column, also inside objects: ``properties.state``, ``tags['envid']``, ``tolower(name)``."""
    field = field.strip()
    if field.lower().startswith("tolower("):
        return str(_value(row, field[8:-1]) or "").lower()
    present: Any = row
    for part in re.split(r"\.|\[['\"]|['\"]\]", field):
        if part:
            present = _member(present, part)
    return present


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    return value.get(name, next((item for key, item in value.items() if key.lower() == name.lower()), None))


def _where(rows: Rows, stage: str) -> Rows:
    groups = re.split(r"\s+or\s+", stage.split(None, 1)[1].strip(), flags=re.IGNORECASE)
    tests = [[_test(part) for part in re.split(r"\s+and\s+", group, flags=re.IGNORECASE)] for group in groups]
    return [row for row in rows if any(all(test(row) for test in group) for group in tests)]


def _test(text: str) -> Callable[[Row], bool]:
    match = PRESENT.fullmatch(text)
    if match is not None:
        field, wants_something = match["field"], "not" in match["word"].lower()
        return lambda row: bool(_value(row, field)) == wants_something
    match = TEST.fullmatch(text)
    if match is None:
        raise _invalid(text)
    field, compare = match["field"], COMPARE[match["operator"].lower()]
    values = [single or double for single, double in VALUES.findall(match["value"])] or [""]
    return lambda row: compare(_text(_value(row, field)), values)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _project(rows: Rows, stage: str) -> Rows:
    columns = []
    for part in stage.split(None, 1)[1].split(","):
        name, _, source = part.partition("=")
        columns.append((name.strip(), (source or name).strip()))
    return [{name: _value(row, source) for name, source in columns} for row in rows]


def _order(rows: Rows, stage: str) -> Rows:
    match = ORDER.fullmatch(stage)
    if match is None:
        raise _invalid(stage)
    is_descending = (match["way"] or "desc").lower() == "desc"
    return sorted(rows, key=lambda row: _text(_value(row, match["field"])), reverse=is_descending)


def _take(rows: Rows, stage: str) -> Rows:
    number = stage.split(None, 1)[-1].strip()
    if not number.isdecimal():
        raise _invalid(stage)
    return rows[: int(number)]


def _count(rows: Rows, _: str) -> Rows:
    return [{"Count": len(rows)}]


def _summarize(rows: Rows, stage: str) -> Rows:
    match = SUMMARIZE.fullmatch(stage)
    if match is None:
        raise _invalid(stage)
    fields = [field.strip() for field in (match["fields"] or "").split(",") if field.strip()]
    totals: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(_text(_value(row, field)) for field in fields)
        totals[key] = totals.get(key, 0) + 1
    name = match["name"] or "count_"
    return [{**dict(zip(fields, key, strict=True)), name: count} for key, count in sorted(totals.items())]


STAGES: dict[str, Callable[[Rows, str], Rows]] = {
    "where": _where,
    "project": _project,
    "order": _order,
    "sort": _order,
    "take": _take,
    "limit": _take,
    "count": _count,
    "summarize": _summarize,
}
