"""A status has one field and few values; the allowed moves are a table beside the model."""

from collections.abc import Mapping

from django.db.models import TextChoices


class ForbiddenMove(Exception):
    """A move that the table does not declare: always a programming error, never a user's mistake."""


Moves = Mapping[str, frozenset[str]]


def moves(table: Mapping[TextChoices, set[TextChoices]]) -> Moves:
    """The table in the form that `check_move` reads."""
    return {str(source.value): frozenset(str(target.value) for target in targets) for source, targets in table.items()}


def check_move(table: Moves, *, source: str, target: str) -> None:
    """Raise ForbiddenMove unless the table declares the move from `source` to `target`."""
    if target not in table.get(source, frozenset()):
        raise ForbiddenMove(f"{source} → {target} is not a declared move")
