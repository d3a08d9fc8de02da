"""The built-in functions of the template language; importing this package registers them."""

from arm.functions import (
    arrays,
    conversions,
    dates,
    identifiers,
    lambdas,
    logic,
    networks,
    numbers,
    objects,
    runtime,
    scopes,
    strings,
)

__all__ = [
    "arrays",
    "conversions",
    "dates",
    "identifiers",
    "lambdas",
    "logic",
    "networks",
    "numbers",
    "objects",
    "runtime",
    "scopes",
    "strings",
]
