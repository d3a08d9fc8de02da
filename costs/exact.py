"""Money that keeps its last digit in every database: a field, a sum, and arithmetic that does not round."""

import decimal
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.aggregates import Aggregate

# Python rounds to 28 digits unless told otherwise; a sum of numeric(38, 18) needs more.
_CONTEXT = decimal.Context(prec=100)
_PLACES = Decimal(1).scaleb(-18)
_SQLITE_SUM = "GENKAN_EXACT_SUM"


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    result = Decimal(0)
    for amount in amounts:
        result = _CONTEXT.add(result, amount)
    return result


def difference(one: Decimal, other: Decimal) -> Decimal:
    """`one` minus `other`, exactly."""
    return _CONTEXT.subtract(one, other)


def stored(amount: Decimal) -> Decimal:
    """The amount as the database keeps it, with 18 decimals (real charge lines carry up to 28)."""
    return amount.quantize(_PLACES, context=_CONTEXT)


class ExactDecimalField(models.DecimalField):  # type: ignore[type-arg]  # generic only in the stubs
    """numeric(38, 18); text in SQLite, whose numbers lose everything after the fifteenth digit.

    Rows can be found and added up (ExactSum), but not compared by size in SQLite.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 38)
        kwargs.setdefault("decimal_places", 18)
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        """Not DecimalField, because SQLite's converter for that goes through float."""
        return "ExactDecimalField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The column's type."""
        return "text" if connection.vendor == "sqlite" else f"numeric({self.max_digits}, {self.decimal_places})"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """In SQLite always the same text for the same amount, so that it can be found again."""
        adapted = super().get_db_prep_value(value, connection, prepared)
        is_text = connection.vendor == "sqlite" and isinstance(adapted, Decimal)
        return f"{stored(adapted):f}" if is_text else adapted

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        """A Decimal, whichever database it comes from."""
        return None if value is None else Decimal(value)


class ExactSum(Aggregate):
    """The exact sum of an ExactDecimalField; None over no rows."""

    function = "SUM"
    output_field = ExactDecimalField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite's own SUM would add floats."""
        return self.as_sql(compiler, connection, function=_SQLITE_SUM, **context)


class _SqliteSum:
    """The aggregate that SQLite calls: adds text as Decimals and answers text."""

    def __init__(self) -> None:
        self._total: Decimal | None = None

    def step(self, value: str | None) -> None:
        """One row."""
        if value is not None:
            self._total = _CONTEXT.add(self._total or Decimal(0), Decimal(value))

    def finalize(self) -> str | None:
        """After the last row."""
        return None if self._total is None else str(self._total)


def teach_sqlite(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give a new SQLite connection the exact sum; Django offers connection_created for this purpose."""
    if connection.vendor == "sqlite":
        connection.connection.create_aggregate(_SQLITE_SUM, 1, _SqliteSum)
