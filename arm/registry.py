"""The table of built-in functions and the decorators that fill it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Function:
    """One built-in function.

    `call` takes evaluated arguments; with `wants_frame` the frame comes first; a `lazy` one gets the frame and
    the call node and evaluates what it needs. A `deep` one looks inside containers, so a run-time value
    anywhere in its arguments makes its result one too; others only mind the arguments themselves, and one that
    `holds` only puts its arguments into a container, run-time values included. `render` spells a call out.
    """

    name: str
    call: Callable[..., Any]
    least: int
    most: int | None
    wants_frame: bool = False
    lazy: bool = False
    deep: bool = False
    holds: bool = False
    render: Callable[..., str] | None = None

    def accepts(self, count: int) -> bool:
        """Whether this many arguments are allowed."""
        return self.least <= count and (self.most is None or count <= self.most)


FUNCTIONS: dict[str, Function] = {}
UNBOUNDED = None

type_of_call = Callable[..., Any]


def function(
    name: str,
    least: int,
    most: int | None = -1,
    *,
    deep: bool = False,
    wants_frame: bool = False,
    lazy: bool = False,
    holds: bool = False,
    render: Callable[..., str] | None = None,
) -> Callable[[type_of_call], type_of_call]:
    """Register a built-in; `most` defaults to `least`, None means any number."""

    def register(call: type_of_call) -> type_of_call:
        FUNCTIONS[name.lower()] = Function(
            name=name,
            call=call,
            least=least,
            most=least if most == -1 else most,
            wants_frame=wants_frame,
            lazy=lazy,
            deep=deep,
            holds=holds,
            render=render,
        )
        return call

    return register
