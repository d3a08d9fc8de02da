"""Reads JSON and JSON with comments, and finds the line and column of any part of it."""

import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from arm.errors import ArmError, LimitExceeded, Position
from arm.limits import DEFAULT
from arm.values import parse_decimal

_LENIENT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_MARKS = {"{", "}", "[", "]", ",", ":"}
_LINE_END = re.compile(r"\n")
_VISIBLE = re.compile(r"[^\n]")

Path = Sequence[str | int]


def read_json(text: str | bytes, *, what: str = "template") -> tuple[Any, str]:
    """The JSON in a text, and the text itself; comments, trailing commas and line breaks in strings are allowed."""
    source = _decode(text, what=what)
    if len(source) > DEFAULT.template_size:
        raise LimitExceeded(
            f"The size of the {what} is '{len(source)}', which exceeds the maximum of '{DEFAULT.template_size}' "
            "characters.",
            code="RequestContentTooLarge",
        )
    try:
        value = _load(source)
    except RecursionError as error:
        raise _too_deep(what) from error
    except ValueError as error:
        value = _read_lenient(source, error, what=what)
    _check_depth(value, what=what)
    return value, source


def _decode(text: str | bytes, *, what: str) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    encoding = "utf-16" if text[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return text.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ArmError(f"The {what} is not valid UTF-8 text.", code="InvalidRequestContent") from error


def _load(text: str) -> Any:
    return json.loads(text, strict=False, parse_constant=_refuse, parse_float=parse_decimal)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON.")


def _read_lenient(source: str, error: ValueError, *, what: str) -> Any:
    """Blank out what strict JSON lacks, keeping every offset, and read again."""
    blanked = _LENIENT.sub(_blank, source)
    try:
        return _load(blanked)
    except RecursionError as deep:
        raise _too_deep(what) from deep
    except json.JSONDecodeError as second:
        position = Position(line=second.lineno, column=second.colno)
        raise ArmError(
            f"The request content was invalid and could not be deserialized: '{second.msg}. Path '', line "
            f"{second.lineno}, position {second.colno}.'.",
            code="InvalidRequestContent",
            position=position,
        ) from second
    except ValueError as second:
        raise ArmError(
            f"The request content was invalid and could not be deserialized: '{str(second)[:200]}'.",
            code="InvalidRequestContent",
        ) from error


def _blank(match: re.Match[str]) -> str:
    return match[0] if match[0][0] == '"' else _VISIBLE.sub(" ", match[0])


def _too_deep(what: str) -> LimitExceeded:
    return LimitExceeded(f"The {what} is nested more than {DEFAULT.value_depth} levels deep.")


def _check_depth(value: Any, *, what: str) -> None:
    level, depth = [value] if isinstance(value, dict | list) else [], 0
    while level:
        depth += 1
        if depth > DEFAULT.value_depth:
            raise _too_deep(what)
        level = [
            child
            for item in level
            for child in (item.values() if type(item) is dict else item)
            if type(child) is dict or type(child) is list
        ]


class Locator:
    """Line and column of the parts of a JSON text, worked out when the first one is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places: dict[tuple[str | int, ...], int] | None = None
        self._lines: list[int] = []

    def find(self, path: Path) -> Position:
        """The place of a part; of the nearest part around it when that one is not in the text."""
        if self._places is None:
            self._places = _Indexer().run(_LENIENT.sub(_blank, self._text))
            self._lines = [match.start() for match in _LINE_END.finditer(self._text)]
        steps = tuple(step.lower() if isinstance(step, str) else step for step in path)
        while steps and steps not in self._places:
            steps = steps[:-1]
        offset = self._places.get(steps, 0)
        line = bisect_left(self._lines, offset)
        start = self._lines[line - 1] if line else -1
        return Position(line=line + 1, column=offset - start, path=path_text(path))


def path_text(path: Path) -> str:
    """A path as Azure writes it: `resources[0].properties.x`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


class _Indexer:
    """Notes the offset of every value: of the opening bracket of containers, the last character of the others."""

    def __init__(self) -> None:
        self.places: dict[tuple[str | int, ...], int] = {}
        self._path: list[str | int] = []
        self._brackets: list[str] = []
        self._key: str | None = None

    def run(self, text: str) -> dict[tuple[str | int, ...], int]:
        for match in _TOKEN.finditer(text):
            word = match[0]
            if word in _MARKS:
                self._mark(word, match.start())
            elif self._key is None and word[0] == '"' and self._brackets and self._brackets[-1] == "{":
                self._key = word[1:-1].lower()
            else:
                self.places.setdefault(tuple(self._path), match.end() - 1)
                self._key = None
        return self.places

    def _mark(self, mark: str, offset: int) -> None:
        if mark in {"{", "["}:
            self.places.setdefault(tuple(self._path), offset)
            self._brackets.append(mark)
            self._path.append(0 if mark == "[" else "")
            self._key = None
        elif mark in {"}", "]"}:
            if self._brackets:
                self._brackets.pop()
                self._path.pop()
            self._key = None
        elif mark == ",":
            self._key = None
            if self._brackets and self._brackets[-1] == "[":
                self._path[-1] = int(self._path[-1]) + 1
        elif self._key is not None and self._path:
            self._path[-1] = self._key
