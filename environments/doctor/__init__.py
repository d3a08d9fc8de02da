"""The invariants of the engine, checked on a live installation (and after every fault test)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from environments.doctor import azure, rows
from environments.doctor.finding import Finding


@dataclass(frozen=True)
class Invariant:
    """One promise: its number in docs/operations.md, what it says, how it is checked."""

    number: str
    promise: str
    check: Callable[[], Iterator[Finding]]
    needs_azure: bool = False


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("I1", "Every accepted request reaches an end or is due", rows.nothing_is_lost),
    Invariant("I2", "One deployment per environment and generation", rows.one_deployment_per_generation),
    Invariant("I3", "Groups with our tag are exactly the live environments", azure.groups_match, needs_azure=True),
    Invariant("I4", "Deleted means no grant, no group, no secret", rows.deleted_is_proven),
    Invariant("I5", "Every group carries every mandatory tag", azure.groups_are_tagged, needs_azure=True),
    Invariant("I6", "Quotas and budgets are not exceeded", rows.limits_hold),
    Invariant("I7", "Every status is the one its last audit event tells", rows.audit_is_complete),
    Invariant("I8", "Every grant in Azure has a reason here", azure.grants_match, needs_azure=True),
    Invariant("I9", "No secure value lies in a plain column", rows.no_plain_secrets),
    Invariant("I10", "Statuses only ever moved along declared edges", rows.moves_are_declared),
)


def examine(*, with_azure: bool) -> Iterator[tuple[Invariant, list[Finding]]]:
    """Check every invariant; those that read Azure only when asked to."""
    for invariant in INVARIANTS:
        if with_azure or not invariant.needs_azure:
            yield invariant, list(invariant.check())


__all__ = ("INVARIANTS", "Finding", "Invariant", "examine")
