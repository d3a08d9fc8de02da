"""The bars of a chart, in numbers that a template can put into SVG attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

# Narrow enough that its text stays readable on a phone.
WIDTH = 460
_ROW, _BAR, _BELOW_TEXT = 40, 12, 6


@dataclass(frozen=True)
class Row:
    """What a bar shows; amounts below zero (refunds) draw no bar. `limit` is the budget's mark."""

    label: str
    amount: Decimal
    currency: str
    limit: Decimal | None = None


@dataclass(frozen=True)
class Bar:
    """One row: its text, and below it the bar; `limit` is the place of the budget's mark."""

    row: Row
    baseline: int
    width: int
    limit: int | None

    @property
    def y(self) -> int:
        """The upper end of the bar."""
        return self.baseline + _BELOW_TEXT

    @property
    def bottom(self) -> int:
        """The lower end of the budget's mark."""
        return self.y + _BAR + 3


@dataclass(frozen=True)
class Chart:
    """Horizontal bars; the table beside them carries the same numbers."""

    bars: tuple[Bar, ...]
    width: int = WIDTH
    bar_height: int = _BAR

    @property
    def height(self) -> int:
        """As high as its rows."""
        return len(self.bars) * _ROW


def chart(rows: Sequence[Row]) -> Chart:
    """All rows on one scale."""
    largest = max((max(row.amount, row.limit or Decimal(0)) for row in rows), default=Decimal(0))
    return Chart(
        tuple(
            Bar(
                row=row,
                baseline=number * _ROW + 14,
                width=_length(row.amount, largest),
                limit=None if row.limit is None else _length(row.limit, largest),
            )
            for number, row in enumerate(rows)
        )
    )


def _length(amount: Decimal, largest: Decimal) -> int:
    return int(max(amount, Decimal(0)) / largest * (WIDTH - 2)) if largest > 0 else 0
