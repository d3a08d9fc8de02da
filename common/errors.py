"""What went wrong in the domain's own terms, as a sentence for a person and a status for HTTP."""

from collections.abc import Sequence

from django.utils.functional import Promise

Text = str | Promise


class DomainError(Exception):
    """A command was refused: one translated sentence on what happened, one on what to do.

    `status` is the HTTP status of the answer: 409 unless the rule says otherwise. `reasons` lists every rule
    that failed when there are several.
    """

    status = 409

    def __init__(self, message: Text, *, reasons: Sequence[Text] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return str(self.message)


class PermissionRefused(DomainError):
    """The actor may see the thing but not do this to it."""

    status = 403


class InputRefused(DomainError):
    """The request itself is malformed or out of range."""

    status = 422


class GoneMeanwhile(DomainError):
    """What the form was about has been withdrawn or changed since it was opened."""

    status = 409
