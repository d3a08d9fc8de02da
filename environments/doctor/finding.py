"""One violation of an invariant."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is wrong with which subject, in one sentence an operator can act on."""

    subject: str
    problem: str
