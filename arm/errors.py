"""What is wrong with a template or its values, in the code and words Azure Resource Manager would use."""

from collections.abc import Iterable
from dataclasses import dataclass

EXPRESSIONS_HELP = "Please see https://aka.ms/arm-template-expressions for usage details."
PARAMETERS_HELP = "Please see https://aka.ms/arm-create-parameter-file for usage details."
TEMPLATE_HELP = "Please see https://aka.ms/arm-template for usage details."
RESOURCES_HELP = "Please see https://aka.ms/arm-syntax-resources for usage details."


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a template's text; line and column count from 1 as Azure reports them, 0 means not known."""

    line: int = 0
    column: int = 0
    path: str = ""


class ArmError(Exception):
    """A template, its parameters or an expression cannot be used.

    `code` and `message` are what Azure Resource Manager answers; `details` holds further errors found at once.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "InvalidTemplate",
        position: Position | None = None,
        details: Iterable["ArmError"] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position
        self.details = tuple(details)

    def __str__(self) -> str:
        return self.message


class ExpressionError(ArmError):
    """An expression failed; the message is Azure's inner sentence, not yet wrapped with where it stands."""


class NotYetKnown(ArmError):
    """Something that shapes the deployment depends on a value Azure only knows at run time."""


class LimitExceeded(ArmError):
    """A documented limit of Azure, or one of our own against runaway templates, was passed."""


def at(position: Position | None) -> str:
    """The words `at line '3' and column '7'` for Azure's sentences."""
    place = position or Position()
    return f"at line '{place.line}' and column '{place.column}'"


def validation_failed(message: str, *, position: Position | None = None) -> ArmError:
    """Wrap an inner sentence the way Azure words a refused template."""
    return ArmError(f"Deployment template validation failed: '{message}'.", position=position)


def in_place(error: ArmError, subject: str, *, position: Position | None = None) -> ArmError:
    """Say where an expression failed: `subject` reads like "template variable 'x'"."""
    if not isinstance(error, ExpressionError | NotYetKnown):
        error.position = error.position or position
        return error
    message = (
        f"Deployment template validation failed: 'The {subject} {at(position)} is not valid: "
        f"{error.message}. {EXPRESSIONS_HELP}'."
    )
    kind = NotYetKnown if isinstance(error, NotYetKnown) else ArmError
    return kind(message, code=error.code, position=position, details=error.details)
