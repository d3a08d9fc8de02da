"""Reads template language expressions into trees."""

import re
from functools import lru_cache

from arm.errors import EXPRESSIONS_HELP, ArmError, LimitExceeded
from arm.limits import DEFAULT
from arm.nodes import Access, Call, Literal, Node

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*(?:''[^']*)*')|(?P<number>-?\d+)|(?P<name>[^\W\d]\w*)|(?P<mark>\.\?|\[\?|[()\[\].,]))"
)
_BLANK = re.compile(r"\s*")
_TOKEN_NAMES = {
    "(": "LeftParenthesis",
    ")": "RightParenthesis",
    "[": "LeftSquareBracket",
    "]": "RightSquareBracket",
    ".": "Dot",
    ".?": "SafeDot",
    "[?": "SafeLeftSquareBracket",
    ",": "Comma",
    "text": "StringLiteral",
    "number": "Integer",
    "name": "Identifier",
    "end": "EndOfData",
}
_SMALL = 256

Token = tuple[str, str]


def is_expression(text: str) -> bool:
    """Whether a JSON string of a template is an expression rather than plain text."""
    return len(text) > 1 and text[0] == "[" and text[-1] == "]" and text[1] != "["


def literal_text(text: str) -> str:
    """A plain JSON string of a template with its escape `[[` undone."""
    if text.startswith("[[") and text.endswith("]"):
        return text[1:]
    return text


def parse_expression(text: str) -> Node:
    """The tree of an expression given with its square brackets."""
    return _parse_small(text) if len(text) <= _SMALL else _parse(text)


@lru_cache(maxsize=8192)
def _parse_small(text: str) -> Node:
    return _parse(text)


def _parse(text: str) -> Node:
    if len(text) > DEFAULT.expression_size:
        raise LimitExceeded(
            f"The language expression length limit of '{DEFAULT.expression_size}' is exceeded: it has '{len(text)}' "
            f"characters. {EXPRESSIONS_HELP}"
        )
    return _Parser(text[1:-1]).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokenize()
        self.place = 0
        self.depth = 0

    def _tokenize(self) -> list[Token]:
        tokens: list[Token] = []
        place, end = 0, len(self.text)
        while place < end:
            match = _TOKEN.match(self.text, place)
            if match is None:
                place = _BLANK.match(self.text, place).end()  # type: ignore[union-attr]  # It matches nothing too.
                if place == end:
                    break
                raise self._unexpected_character(place)
            kind = match.lastgroup or ""
            token = match[kind]
            tokens.append((token if kind == "mark" else kind, token))
            place = match.end()
        tokens.append(("end", ""))
        return tokens

    def _unexpected_character(self, place: int) -> ArmError:
        return ArmError(
            f"Deployment template language expression evaluation failed: 'The language expression '{self.text}' is "
            f"not valid: the string character '{self.text[place]}' at position '{place}' is not expected.'. "
            f"{EXPRESSIONS_HELP}"
        )

    def _expected(self, wanted: str) -> ArmError:
        actual = _TOKEN_NAMES[self.tokens[self.place][0]]
        return ArmError(
            f"Deployment template language expression evaluation failed: 'Unable to parse language expression "
            f"'{self.text}': expected token '{_TOKEN_NAMES[wanted]}' and actual '{actual}'.'. {EXPRESSIONS_HELP}"
        )

    def parse(self) -> Node:
        node = self.expression()
        self.take("end")
        return node

    def peek(self) -> str:
        return self.tokens[self.place][0]

    def take(self, kind: str) -> str:
        actual, text = self.tokens[self.place]
        if actual != kind:
            raise self._expected(kind)
        self.place += 1
        return text

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > DEFAULT.expression_depth:
            raise LimitExceeded(f"An expression is nested more than {DEFAULT.expression_depth} levels deep.")
        node = self.suffixes(self.primary())
        self.depth -= 1
        return node

    def primary(self) -> Node:
        kind, text = self.tokens[self.place]
        if kind == "text":
            self.place += 1
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "number":
            self.place += 1
            return Literal(self.integer(text))
        name, namespace = self.take("name"), ""
        if self.peek() == ".":
            self.place += 1
            namespace, name = name, self.take("name")
        return Call(namespace=namespace, name=name, arguments=self.arguments())

    def integer(self, text: str) -> int:
        if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
            raise ArmError(
                f"Deployment template language expression evaluation failed: 'The language expression '{self.text}' "
                f"is not valid: the number '{text[:40]}' is not a 64-bit integer.'. {EXPRESSIONS_HELP}"
            )
        return int(text)

    def arguments(self) -> tuple[Node, ...]:
        self.take("(")
        found: list[Node] = []
        if self.peek() != ")":
            found.append(self.expression())
            while self.peek() == ",":
                self.place += 1
                found.append(self.expression())
        self.take(")")
        return tuple(found)

    def suffixes(self, base: Node) -> Node:
        steps: list[tuple[Node, bool]] = []
        while (mark := self.peek()) in {".", ".?", "[", "[?"}:
            self.place += 1
            if mark in {".", ".?"}:
                steps.append((Literal(self.take("name")), mark == ".?"))
            else:
                steps.append((self.expression(), mark == "[?"))
                self.take("]")
        return Access(base, tuple(steps)) if steps else base
