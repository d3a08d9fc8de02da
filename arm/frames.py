"""What an expression can see while it is evaluated: its template, its loops, its run time."""

from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from arm.context import DeploymentContext, Target
from arm.errors import ArmError, ExpressionError, in_place
from arm.grammar import is_expression, literal_text, parse_expression
from arm.limits import Ledger
from arm.nodes import Call, Node
from arm.trees import evaluate

if TYPE_CHECKING:
    from arm.template import Template


class Runtime(Protocol):
    """Answers what only a deployed resource knows."""

    def reference(self, resource_id: str, api_version: str | None, full: bool) -> Any: ...  # noqa: FBT001

    def list_function(self, name: str, resource_id: str, api_version: str, argument: Any | None) -> Any: ...


class Place(Enum):
    """Where in a template an expression stands; it decides which functions are allowed."""

    PARAMETER = "parameter"
    VARIABLE = "variable"
    HEAD = "head"
    BODY = "body"
    OUTPUT = "output"
    FUNCTION = "function"


class ResourceNames(Protocol):
    """Finds the resources of a template by what `reference` calls them."""

    def find(self, name: str) -> list[tuple[str, str]]: ...

    def heads(self, name: str) -> list[Any]: ...

    def is_loop(self, name: str) -> bool: ...


class Frame:
    """The surroundings of one evaluation; cheap to derive, never changed."""

    __slots__ = ("arguments", "lambdas", "ledger", "loop", "loops", "place", "runtime", "scope", "uses")

    def __init__(self, scope: "TemplateScope", *, place: Place, runtime: Runtime | None = None) -> None:
        self.scope = scope
        self.ledger = scope.ledger
        self.place = place
        self.runtime = runtime
        self.loops: dict[str, int] = {}
        self.loop: str | None = None
        self.lambdas: dict[str, Any] = {}
        self.arguments: dict[str, Any] | None = None
        self.uses: list[tuple[str, bool]] | None = None

    def _copy(self) -> "Frame":
        other = Frame.__new__(Frame)
        for name in Frame.__slots__:
            setattr(other, name, getattr(self, name))
        return other

    def at_place(self, place: Place) -> "Frame":
        other = self._copy()
        other.place = place
        return other

    def at_run_time(self, runtime: Runtime | None) -> "Frame":
        """The same surroundings with a run time to ask, and with steps and memory counted afresh."""
        other = self._copy()
        other.runtime = runtime
        if runtime is not None:
            other.ledger = Ledger(self.ledger.limits)
        return other

    def quiet(self) -> "Frame":
        """The same frame without noting which resources are referred to."""
        other = self._copy()
        other.uses = None
        return other

    def noting(self, uses: list[tuple[str, bool]]) -> "Frame":
        other = self._copy()
        other.uses = uses
        return other

    def in_loop(self, name: str, index: int, *, own: bool) -> "Frame":
        """One turn of a copy loop; `own` lets copyIndex() without a name mean this loop."""
        other = self._copy()
        other.loops = {**self.loops, name.lower(): index}
        if own:
            other.loop = name.lower()
        return other

    def with_lambda(self, values: dict[str, Any]) -> "Frame":
        other = self._copy()
        other.lambdas = {**self.lambdas, **values}
        return other

    def with_arguments(self, arguments: dict[str, Any], *, scope: "TemplateScope") -> "Frame":
        """The inside of a user-defined function, which sees nothing but its arguments."""
        other = Frame(scope, place=Place.FUNCTION, runtime=self.runtime)
        other.arguments = arguments
        return other

    def within(self, scope: "TemplateScope") -> "Frame":
        """The same loops and lambdas inside a nested template that shares this one's expressions."""
        other = self._copy()
        other.scope = scope
        return other

    def text(self, text: str) -> Any:
        """The value of a JSON string of the template."""
        if not is_expression(text):
            return literal_text(text)
        return self.scope.parse(text).evaluate(self)

    def parameter(self, name: str) -> Any:
        if self.arguments is None:
            return self.scope.parameter(name)
        found = self.arguments.get(name.lower(), self)
        if found is self:
            raise missing("parameter", name)
        return found


def missing(kind: str, name: str) -> ExpressionError:
    """Azure's sentence for a parameter or variable that is not there."""
    return ExpressionError(
        f"The template {kind} '{name}' is not found. Please see https://aka.ms/arm-template/#{kind}s for usage details."
    )


class TemplateScope:
    """The parameters, variables and functions of one template, evaluated when first needed."""

    def __init__(
        self,
        template: "Template",
        *,
        context: DeploymentContext,
        target: Target,
        ledger: Ledger,
        depth: int = 0,
    ) -> None:
        self.template = template
        self.context = context
        self.target = target
        self.ledger = ledger
        self.depth = depth
        self.parameters: dict[str, Any] = {}
        self.resources: ResourceNames | None = None
        self._variables: dict[str, Any] = {}
        self._open: list[str] = []
        self._trees: dict[str, Node] = {}

    @property
    def evaluation_target(self) -> Target:
        """The scope that resourceGroup() and resourceId() speak of."""
        return self.target

    def find_resource(self, name: str) -> list[tuple[str, str]]:
        """Id and API version of the template's resources of this name, id or symbolic name."""
        return self.resources.find(name) if self.resources else []

    def parse(self, text: str) -> Node:
        node = self._trees.get(text)
        if node is None:
            node = self._trees[text] = parse_expression(text)
        return node

    def parameter(self, name: str) -> Any:
        try:
            return self.parameters[name.lower()]
        except KeyError:
            raise missing("parameter", name) from None

    def variable(self, name: str) -> Any:
        lowered = name.lower()
        if lowered in self._variables:
            return self._variables[lowered]
        if lowered in self._open:
            raise ExpressionError(
                f"Circular reference detected in the definition of variable '{name}': "
                f"{' -> '.join([*self._open, lowered])}"
            )
        make = self.template.variable(lowered)
        if make is None:
            raise missing("variable", name)
        self._open.append(lowered)
        try:
            value = make(Frame(self, place=Place.VARIABLE))
        except ArmError as error:
            raise in_place(
                error, f"template variable '{name}'", position=self.template.locate(["variables", name])
            ) from error
        finally:
            self._open.pop()
        self._variables[lowered] = self.ledger.admit(value)
        return value

    def call_user_function(self, call: Call, frame: Frame) -> Any:
        """Call a function the template defines; an unknown name is Azure's error for it."""
        definition = self.template.user_function(call.full_name)
        if definition is None:
            raise ExpressionError(
                f"The template function '{call.full_name}' is not valid. "
                "Please see https://aka.ms/arm-template-expressions for usage details."
            )
        names = definition.parameter_names
        if len(call.arguments) != len(names):
            raise ExpressionError(
                f"Unable to evaluate template function '{call.full_name}': function requires {len(names)} "
                f"argument(s) while {len(call.arguments)} were provided."
            )
        values = [argument.evaluate(frame) for argument in call.arguments]
        arguments = {name.lower(): value for name, value in zip(names, values, strict=True)}
        return evaluate(definition.value, frame.with_arguments(arguments, scope=self))


class OuterScope(TemplateScope):
    """A nested template evaluated with the parent's parameters, variables and functions."""

    def __init__(self, template: "Template", *, parent: Frame, target: Target) -> None:
        super().__init__(
            template,
            context=parent.scope.context,
            target=target,
            ledger=parent.ledger,
            depth=parent.scope.depth + 1,
        )
        self.parent = parent

    @property
    def evaluation_target(self) -> Target:
        return self.parent.scope.evaluation_target

    def find_resource(self, name: str) -> list[tuple[str, str]]:
        return super().find_resource(name) or self.parent.scope.find_resource(name)

    def parameter(self, name: str) -> Any:
        return self.parent.parameter(name)

    def variable(self, name: str) -> Any:
        return self.parent.scope.variable(name)

    def call_user_function(self, call: Call, frame: Frame) -> Any:
        return self.parent.scope.call_user_function(call, frame)
