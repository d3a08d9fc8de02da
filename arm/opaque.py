"""Values that are not plain JSON: those Azure knows only at run time, and those nobody may read."""

from collections.abc import Callable
from typing import Any

HIDDEN = "******"


class Unknown:
    """A value Azure knows only once something is deployed; it flows through expressions.

    `reason` says what it waits for. `expression` is its text with every known part folded in.
    """

    __slots__ = ("_render", "_settle", "_text", "reason", "secure")

    def __init__(
        self,
        *,
        reason: str,
        render: Callable[[], str],
        settle: Callable[[Any], Any],
        secure: bool = False,
    ) -> None:
        self.reason = reason
        self.secure = secure
        self._render = render
        self._settle = settle
        self._text: str | None = None

    @property
    def expression(self) -> str:
        """The expression in template syntax, square brackets included."""
        if self._text is None:
            self._text = f"[{self._render()}]"
        return self._text

    @property
    def inner(self) -> str:
        """The expression without its square brackets, to stand inside another one."""
        return self.expression[1:-1]

    def settle(self, runtime: Any) -> Any:
        """The value now that a run time can answer; raises ArmError as Azure would."""
        return self._settle(runtime)

    def __repr__(self) -> str:
        return f"Unknown({self.expression})"


class Secret:
    """A value that came from a secure parameter; it prints as asterisks and must be revealed on purpose."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value: Any = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> Any:
        """The value itself, for the one who sends it to Azure."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    __hash__ = None  # type: ignore[assignment]  # The value may be a list or a dict.


class Undecided(Exception):  # A signal between a function and its call, not an error.
    """A function met a run-time value it would need to know."""

    def __init__(self, value: Unknown) -> None:
        super().__init__(value.reason)
        self.value = value


def reveal(value: Any) -> Any:
    """Take every Secret out of its wrapper; Unknown values stay."""
    if isinstance(value, Secret):
        return reveal(value.reveal())
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """JSON that may be shown to anybody: secrets are hidden, unknown values are their expression."""
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, Unknown):
        return value.expression
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def settle(value: Any, runtime: Any) -> Any:
    """Replace every Unknown inside a value by what the run time says, if there is one; Secrets stay wrapped."""
    if runtime is None:
        return value
    if isinstance(value, Unknown):
        return settle(value.settle(runtime), runtime)
    if isinstance(value, Secret):
        return Secret(settle(value.reveal(), runtime))
    if isinstance(value, dict):
        return {key: settle(item, runtime) for key, item in value.items()}
    if isinstance(value, list):
        return [settle(item, runtime) for item in value]
    return value


def unknowns_in(value: Any) -> list[Unknown]:
    """Every Unknown inside a value, in reading order."""
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, Secret):
        return unknowns_in(value.reveal())
    if isinstance(value, dict):
        return [found for item in value.values() for found in unknowns_in(item)]
    if isinstance(value, list):
        return [found for item in value for found in unknowns_in(item)]
    return []
