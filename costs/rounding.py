"""Rounding once, at the total, and spreading the rest so that the shown lines add up to it."""

import decimal
from collections.abc import Hashable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeVar

from costs import exact

Key = TypeVar("Key", bound=Hashable)

# Currencies without a minor unit that Azure bills in (ISO 4217).
_WITHOUT_DECIMALS = frozenset({"JPY", "KRW"})
_CONTEXT = decimal.Context(prec=100)


def step(currency: str) -> Decimal:
    """The smallest amount shown."""
    return Decimal(1) if currency.upper() in _WITHOUT_DECIMALS else Decimal("0.01")


def shown(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half up to the currency's smallest unit."""
    return amount.quantize(step(currency), rounding=ROUND_HALF_UP, context=_CONTEXT)


def spread(amounts: Mapping[Key, Decimal], currency: str) -> dict[Key, Decimal]:
    """Shown amounts that add up to the shown total: largest remainder, ties in the order of the mapping."""
    unit = step(currency)
    floors = {key: amount.quantize(unit, rounding=ROUND_FLOOR, context=_CONTEXT) for key, amount in amounts.items()}
    total = shown(exact.total(amounts.values()), currency)
    missing = int(exact.difference(total, exact.total(floors.values())) / unit)
    by_remainder = sorted(amounts, key=lambda key: exact.difference(floors[key], amounts[key]))
    return {**floors, **{key: floors[key] + unit for key in by_remainder[:missing]}}
