"""Role-assignment conditions, version 2.0: the language that narrows what an assignment gives."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache

from azure_emulator.errors import AzureError

Values = tuple[str, ...]
Test = Callable[[str, "Attributes"], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<attribute>@\w+\[[^\]]+\])|(?P<symbol>&&|\|\||[(){}!,])"
    r"|(?P<word>[A-Za-z0-9_][\w.:\-/]*))"
)


@dataclass(frozen=True)
class Attributes:
    """What ``@Request[...]`` and ``@Resource[...]`` stand for in one call; names are lower-cased."""

    request: Mapping[str, Values] = field(default_factory=dict)
    resource: Mapping[str, Values] = field(default_factory=dict)

    def values(self, source: str, name: str) -> Values:
        """The values of one attribute; empty when the call has none."""
        known = {"request": self.request, "resource": self.resource}.get(source.lower(), {})
        return known.get(name.lower(), ())


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda a, b: a == b,
    "stringequalsignorecase": lambda a, b: a.lower() == b.lower(),
    "stringstartswith": lambda a, b: a.startswith(b),
    "stringstartswithignorecase": lambda a, b: a.lower().startswith(b.lower()),
    "stringlike": fnmatchcase,
    "stringlikeignorecase": lambda a, b: fnmatchcase(a.lower(), b.lower()),
    "guidequals": lambda a, b: a.lower() == b.lower(),
    "boolequals": lambda a, b: a.lower() == b.lower(),
}
NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotstartswith": "stringstartswith",
    "stringnotlike": "stringlike",
    "guidnotequals": "guidequals",
    "boolnotequals": "boolequals",
}
QUANTIFIERS: dict[str, tuple[Callable[[list[bool]], bool], Callable[[list[bool]], bool]]] = {
    "foranyofanyvalues": (any, any),
    "forallofanyvalues": (all, any),
    "foranyofallvalues": (any, all),
    "forallofallvalues": (all, all),
}


def is_fulfilled(condition: str, *, action: str, attributes: Attributes) -> bool:
    """Whether a condition holds for one action with the given attributes."""
    return _compiled(condition)(action, attributes)


def check_condition(condition: str) -> None:
    """Raise Azure's 400 when the text is not a condition."""
    _compiled(condition)


@lru_cache(maxsize=1024)
def _compiled(condition: str) -> Test:
    parser = _Parser(condition)
    test = parser.either()
    parser.end()
    return test


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        position, text = 0, text.rstrip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise _invalid(f"unexpected text at position {position}")
            self._tokens.append(match.group().strip())
            position = match.end()
        self._at = 0

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, wanted: str) -> None:
        found = self._next()
        if found != wanted:
            raise _invalid(f"expected '{wanted}' and found '{found}'")

    def end(self) -> None:
        if self._peek():
            raise _invalid(f"unexpected '{self._peek()}'")

    def either(self) -> Test:
        tests = [self._both()]
        while self._peek().lower() in {"or", "||"}:
            self._next()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda action, given: any(test(action, given) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek().lower() in {"and", "&&"}:
            self._next()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda action, given: all(test(action, given) for test in tests)

    def _one(self) -> Test:
        token = self._peek()
        if token in {"!", "not", "NOT"}:
            self._next()
            inner = self._one()
            return lambda action, given: not inner(action, given)
        if self._peek() == "(":
            self._next()
            inner = self.either()
            self._expect(")")
            return inner
        if token.startswith("@"):
            return self._comparison()
        return self._function()

    def _function(self) -> Test:
        name = self._next().lower()
        if name in {"exists", "notexists"}:
            source, attribute = _attribute(self._next())
            return lambda _, given: bool(given.values(source, attribute)) == (name == "exists")
        if name not in {"actionmatches", "suboperationmatches"}:
            raise _invalid(f"unknown function '{name}'")
        self._expect("{")
        wanted = re.compile(re.escape(_literal(self._next())).replace(r"\*", ".*"), re.IGNORECASE)
        self._expect("}")
        if name == "suboperationmatches":
            return lambda *_: False
        return lambda action, _: wanted.fullmatch(action) is not None

    def _comparison(self) -> Test:
        source, attribute = _attribute(self._next())
        quantifier, _, operator = self._next().lower().rpartition(":")
        negated = operator in NEGATED
        compare = COMPARISONS.get(NEGATED.get(operator, operator))
        outer, inner = QUANTIFIERS.get(quantifier or "foranyofanyvalues", (None, None))
        if compare is None or outer is None or inner is None:
            raise _invalid(f"unknown operator '{operator}'")
        wanted = self._values()

        def test(_: str, given: Attributes) -> bool:
            present = given.values(source, attribute)
            if not present:
                return False
            return outer([inner([compare(one, other) != negated for other in wanted]) for one in present])

        return test

    def _values(self) -> Values:
        if self._peek() != "{":
            return (_literal(self._next()),)
        self._next()
        values = [_literal(self._next())]
        while self._peek() == ",":
            self._next()
            values.append(_literal(self._next()))
        self._expect("}")
        return tuple(values)


def _attribute(token: str) -> tuple[str, str]:
    source, bracket, name = token.partition("[")
    if not source.startswith("@") or not bracket:
        raise _invalid(f"expected an attribute and found '{token}'")
    return source[1:], name[:-1].strip()


def _literal(token: str) -> str:
    if not token or token in {"(", ")", "{", "}", ","}:
        raise _invalid(f"expected a value and found '{token}'")
    return token[1:-1] if token.startswith("'") else token


def _invalid(reason: str) -> AzureError:
    return AzureError(400, "RoleAssignmentConditionNotValid", f"The condition is not valid: {reason}.")
