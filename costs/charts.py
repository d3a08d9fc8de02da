"""The bars of a chart, in numbers that a template can put into SVG attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH = 720
_LABELS, _ROW, _BAR = 190, 30, 16
_SPACE = WIDTH - _LABELS - 120


@dataclass(frozen=True)
class Bar:
    """One row: its label, what it stands for, and where to draw it. `limit` is the place of the budget's mark."""

    label: str
    amount: Decimal
    currency: str
    y: int
    width: int
    limit: int | None = None

    x: int = _LABELS
    height: int = _BAR

    @property
    def baseline(self) -> int:
        """Where text stands so that it is level with the bar."""
        return self.y + 12

    @property
    def end(self) -> int:
        """Where the amount is written: behind the bar, or behind the budget's mark when that reaches further."""
        return max(self.x + self.width, self.limit or 0) + 8

    @property
    def bottom(self) -> int:
        """The lower end of the budget's mark."""
        return self.y + self.height + 3


@dataclass(frozen=True)
class Chart:
    """Horizontal bars; the table behind them carries the same numbers."""

    bars: tuple[Bar, ...]
    width: int = WIDTH

    @property
    def height(self) -> int:
        """As high as its rows."""
        return len(self.bars) * _ROW + 8


@dataclass(frozen=True)
class Row:
    """What a bar shows; amounts below zero (refunds) draw no bar."""

    label: str
    amount: Decimal
    currency: str
    limit: Decimal | None = None


def chart(rows: Sequence[Row]) -> Chart:
    """All rows on one scale."""
    largest = max((max(row.amount, row.limit or Decimal(0)) for row in rows), default=Decimal(0))
    return Chart(tuple(_bar(row, number, largest) for number, row in enumerate(rows)))


def _bar(row: Row, number: int, largest: Decimal) -> Bar:
    return Bar(
        label=row.label,
        amount=row.amount,
        currency=row.currency,
        y=number * _ROW + 6,
        width=_length(row.amount, largest),
        limit=None if row.limit is None else _LABELS + _length(row.limit, largest),
    )


def _length(amount: Decimal, largest: Decimal) -> int:
    return int(max(amount, Decimal(0)) / largest * _SPACE) if largest > 0 else 0
