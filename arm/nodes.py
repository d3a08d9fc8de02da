"""The tree of an expression and how each part of it is evaluated."""

from typing import TYPE_CHECKING, Any, Protocol

from arm.errors import EXPRESSIONS_HELP, ArmError, ExpressionError
from arm.limits import SECRET_INSIDE, UNKNOWN_INSIDE
from arm.opaque import Secret, Undecided, Unknown, reveal, settle, unknowns_in
from arm.registry import FUNCTIONS, Function
from arm.values import MISSING, look_up, quoted, type_name

if TYPE_CHECKING:
    from arm.frames import Frame

_SHOWN = 400


class Node(Protocol):
    """A part of an expression."""

    def evaluate(self, frame: "Frame") -> Any: ...

    def render(self, frame: "Frame") -> str: ...


class Literal:
    """A text or an integer."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def evaluate(self, frame: "Frame") -> Any:  # Every node takes the frame.
        return self.value

    def render(self, frame: "Frame") -> str:  # Every node takes the frame.
        return quoted(self.value)


def fold(node: Node, frame: "Frame") -> str:
    """The text of an expression with its known parts computed; secrets keep their expression."""
    try:
        value = node.evaluate(frame.quiet())
    except ArmError:
        return node.render(frame)
    if isinstance(value, Unknown | Secret) or frame.ledger.inspect(value)[1]:
        return node.render(frame)
    text = quoted(value)
    return text if len(text) <= _SHOWN else node.render(frame)


def unknown_at(node: Node, frame: "Frame", *, reason: str, secure: bool = False) -> Unknown:
    """The value of a node that only a run time can compute."""
    return Unknown(
        reason=reason,
        render=lambda: node.render(frame),
        settle=lambda runtime: node.evaluate(frame.at_run_time(runtime)),
        secure=secure,
    )


class Call:
    """A call of a built-in or user-defined function."""

    __slots__ = ("arguments", "function", "name", "namespace")

    def __init__(self, *, name: str, arguments: tuple[Node, ...], namespace: str = "") -> None:
        self.namespace = namespace
        self.name = name
        self.arguments = arguments
        self.function: Function | None = None if namespace else _find(name)

    @property
    def full_name(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    def render(self, frame: "Frame") -> str:
        if self.function is not None and self.function.render is not None:
            return self.function.render(frame, self)
        return f"{self.full_name}({', '.join(fold(argument, frame) for argument in self.arguments)})"

    def evaluate(self, frame: "Frame") -> Any:
        frame.ledger.spend()
        function = self.function
        if function is None:
            return frame.scope.call_user_function(self, frame)
        if not function.accepts(len(self.arguments)):
            raise _wrong_count(function, len(self.arguments))
        if function.lazy:
            return function.call(frame, self)
        arguments = [argument.evaluate(frame) for argument in self.arguments]
        return self.apply(frame, function, arguments)

    def apply(self, frame: "Frame", function: Function, arguments: list[Any]) -> Any:
        """Call a built-in on evaluated arguments, letting run-time and secret values flow through."""
        if function.holds and not any(isinstance(key, Unknown | Secret) for key in _keys(function, arguments)):
            return frame.ledger.admit(function.call(*arguments))
        inside = 0
        for argument in arguments:
            inside |= _inside(argument, frame, deep=function.deep)
        if inside:
            return self._apply_opaque(frame, function, arguments, inside)
        try:
            result = function.call(frame, *arguments) if function.wants_frame else function.call(*arguments)
        except Undecided as waiting:
            if frame.runtime is not None:
                return self.apply(frame, function, [settle(argument, frame.runtime) for argument in arguments])
            return unknown_at(self, frame, reason=waiting.value.reason, secure=waiting.value.secure)
        return frame.ledger.admit(result)

    def _apply_opaque(self, frame: "Frame", function: Function, arguments: list[Any], inside: int) -> Any:
        if inside & UNKNOWN_INSIDE:
            if frame.runtime is not None:
                return self.apply(frame, function, [settle(argument, frame.runtime) for argument in arguments])
            return unknown_at(self, frame, reason=_reason(arguments), secure=bool(inside & SECRET_INSIDE))
        plain = [reveal(argument) for argument in arguments]
        result = function.call(frame, *plain) if function.wants_frame else function.call(*plain)
        frame.ledger.admit(result)
        return result if isinstance(result, bool | None | Unknown) else Secret(result)


def _keys(function: Function, arguments: list[Any]) -> list[Any]:
    """The arguments of a holding function that must be known: the names of createObject."""
    return arguments[::2] if function.name == "createObject" else []


def render_plainly(frame: "Frame", call: "Call") -> str:
    """A call with its arguments spelled out rather than computed."""
    return f"{call.full_name}({', '.join(argument.render(frame) for argument in call.arguments)})"


def render_named(frame: "Frame", call: "Call") -> str:
    """A parameter, variable or loop by its name, or the run-time value it stands for."""
    try:
        value = call.evaluate(frame.quiet())
    except ArmError:
        value = None
    return value.inner if isinstance(value, Unknown) else render_plainly(frame, call)


def _inside(argument: Any, frame: "Frame", *, deep: bool) -> int:
    """What an argument makes of a call's result; looking at large ones costs steps."""
    kind = type(argument)
    if kind is str:
        if len(argument) > 256:
            frame.ledger.spend(len(argument) >> 6)
        return 0
    if kind is list or kind is dict:
        return _look_inside(argument, frame, deep=deep)
    if kind is Unknown:
        return UNKNOWN_INSIDE | (SECRET_INSIDE if argument.secure else 0)
    return SECRET_INSIDE | _inside_secret(argument, frame, deep=deep) if kind is Secret else 0


def _look_inside(container: Any, frame: "Frame", *, deep: bool) -> int:
    frame.ledger.spend(len(container) >> 4)
    if not deep:
        return 0
    size, inside, _ = frame.ledger.inspect(container)
    frame.ledger.spend(size >> 6)
    return inside


def _inside_secret(secret: Secret, frame: "Frame", *, deep: bool) -> int:
    value = secret.reveal()
    if isinstance(value, Unknown):
        return UNKNOWN_INSIDE
    return frame.ledger.inspect(value)[1] if deep else 0


def _reason(arguments: list[Any]) -> str:
    found = unknowns_in(arguments)
    return found[0].reason if found else "a value known only at run time"


def _find(name: str) -> Function | None:
    lowered = name.lower()
    found = FUNCTIONS.get(lowered)
    if found is None and lowered.startswith("list") and len(lowered) > 4:
        return FUNCTIONS["list*"]
    return found


def _wrong_count(function: Function, count: int) -> ExpressionError:
    wanted = str(function.least)
    if function.most is None:
        wanted = f"at least {function.least}"
    elif function.most != function.least:
        wanted = f"{function.least} to {function.most}"
    return ExpressionError(
        f"Unable to evaluate template language function '{function.name}': function requires {wanted} argument(s) "
        f"while {count} were provided. Please see https://aka.ms/arm-template-expressions/#{function.name} for "
        "usage details."
    )


class Access:
    """Property names and indexes after a value; a safe step that finds nothing ends the chain with null."""

    __slots__ = ("base", "steps")

    def __init__(self, base: Node, steps: tuple[tuple[Node, bool], ...]) -> None:
        self.base = base
        self.steps = steps

    def evaluate(self, frame: "Frame") -> Any:
        value = self.base.evaluate(frame)
        secret = False
        for step, safe in self.steps:
            if isinstance(value, Secret):
                secret, value = True, value.reveal()
            key = step.evaluate(frame)
            if isinstance(value, Unknown) or isinstance(key, Unknown):
                if frame.runtime is None:
                    source = value if isinstance(value, Unknown) else key
                    return unknown_at(self, frame, reason=source.reason, secure=secret or source.secure)
                value, key = settle(value, frame.runtime), settle(key, frame.runtime)
            value = pick(reveal(value) if isinstance(value, Secret) else value, reveal(key), frame)
            if value is MISSING:
                if safe:
                    return None
                raise _not_found(self._before(step, frame), reveal(key))
        return Secret(value) if secret and value is not None else value

    def _before(self, wanted: Node, frame: "Frame") -> Any:
        value = reveal(self.base.evaluate(frame))
        for step, _ in self.steps:
            if step is wanted:
                break
            value = reveal(pick(settle(value, frame.runtime), reveal(step.evaluate(frame)), frame))
        return value

    def render(self, frame: "Frame") -> str:
        text = fold(self.base, frame)
        for step, safe in self.steps:
            mark, key = "?" if safe else "", fold(step, frame)
            text += f".{mark}{key[1:-1]}" if key[1:-1].isidentifier() and key[0] == "'" else f"[{mark}{key}]"
        return text


def pick(container: Any, key: Any, frame: "Frame") -> Any:
    """One step into a value: MISSING when there is nothing there, an error when the step makes no sense."""
    if isinstance(container, dict) and isinstance(key, str):
        frame.ledger.spend(len(container) >> 4)
        return look_up(container, key)
    if isinstance(container, list) and isinstance(key, int) and not isinstance(key, bool):
        return container[key] if 0 <= key < len(container) else MISSING
    if container is None or isinstance(container, dict | list):
        if isinstance(key, str) or (isinstance(key, int) and container is None):
            return MISSING
        raise ExpressionError(
            f"The language expression property '{quoted(key)}' can't be evaluated, property name must be a string."
        )
    if isinstance(key, int):
        raise ExpressionError(
            f"The language expression property '{key}' can't be evaluated: the value is of type "
            f"'{type_name(container)}', not an array."
        )
    return MISSING


def _not_found(container: Any, key: Any) -> ExpressionError:
    if isinstance(container, dict):
        available = ", ".join(list(container)[:50])
        return ExpressionError(
            f"The language expression property '{key}' doesn't exist, available properties are '{available}'."
        )
    if isinstance(container, list) and isinstance(key, int):
        return ExpressionError(
            f"The language expression property array index '{key}' is out of bounds. {EXPRESSIONS_HELP}"
        )
    return ExpressionError(
        f"The language expression property '{key}' can't be evaluated. {EXPRESSIONS_HELP}",
    )
