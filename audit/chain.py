"""Sealing the trail into a hash chain, and checking that nothing in it was changed, removed or slipped in.

Each seal holds HMAC(key, previous hash | canonical form of its event). Whoever can write to the database but does not
have the key cannot make a row fit. Cutting off the newest seals leaves a chain that is whole in itself: that is why
the head is logged after each sealing, to be compared with a copy kept elsewhere.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import AuditEvent, AuditSeal

log = logging.getLogger(__name__)

START = "0" * 64
# An event that no seal covers after this long means that sealing does not run.
UNSEALED_LIMIT = timedelta(minutes=15)
_BATCH = 500


@dataclass(frozen=True)
class Verification:
    """What a check of the whole chain found; `problem` is empty when all is well."""

    checked: int
    head: str
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """True when every seal fits its event and its neighbour."""
        return not self.problem


def seal_new_events(limit: int = 5000) -> int:
    """Cover events that have no seal yet, oldest first. Returns how many; two sealers at once do no harm."""
    try:
        with transaction.atomic():
            head = AuditSeal.objects.select_for_update().order_by("-number").first()
            events = list(AuditEvent.objects.unsealed()[:limit])
            seals = list(_seals(events, number=head.number if head else 0, previous=head.hash if head else START))
            AuditSeal.objects.bulk_create(seals, batch_size=_BATCH)
    except IntegrityError:
        log.info("another sealer was faster")
        return 0
    if seals:
        log.info("audit trail sealed", extra={"number": seals[-1].number, "head": seals[-1].hash})
    return len(seals)


def verify() -> Verification:
    """Walk the whole chain; stops at the first row that does not fit and names it."""
    previous, number = START, 0
    seals = AuditSeal.objects.select_related("event").order_by("number")
    for seal in seals.iterator(chunk_size=_BATCH):
        problem = _problem(seal, expected_number=number + 1, previous=previous)
        if problem:
            return Verification(checked=number, head=previous, problem=problem)
        previous, number = seal.hash, seal.number
    return Verification(checked=number, head=previous, problem=_unsealed_problem())


def canonical(event: AuditEvent) -> bytes:
    """The event as bytes that are the same on every database and for ever."""
    fields = {
        "id": event.pk,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject": [event.subject_type, event.subject_id, event.subject_name],
        "project": _text(event.project_id),
        "environment": _text(event.environment_id),
        "operation": _text(event.operation_id),
        "request": event.request_id,
        "details": event.details,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _seals(events: Sequence[AuditEvent], *, number: int, previous: str) -> Iterator[AuditSeal]:
    key = _keys()[0]
    for event in events:
        number += 1
        digest = _digest(key, previous, event)
        yield AuditSeal(number=number, event=event, previous_hash=previous, hash=digest)
        previous = digest


def _problem(seal: AuditSeal, *, expected_number: int, previous: str) -> str:
    if seal.number != expected_number:
        return f"seal {expected_number} is missing"
    if seal.previous_hash != previous:
        return f"seal {seal.number} does not follow seal {seal.number - 1}"
    if not any(hmac.compare_digest(seal.hash, _digest(key, previous, seal.event)) for key in _keys()):
        return f"seal {seal.number} does not fit event {seal.event_id} ({seal.event.action}): one of them was changed"
    return ""


def _unsealed_problem() -> str:
    old = AuditEvent.objects.unsealed().filter(at__lt=timezone.now() - UNSEALED_LIMIT).first()
    return f"event {old.pk} ({old.action}) was never sealed" if old else ""


def _digest(key: bytes, previous: str, event: AuditEvent) -> str:
    return hmac.new(key, previous.encode() + b"|" + canonical(event), hashlib.sha256).hexdigest()


def _keys() -> list[bytes]:
    """The sealing key first, then those that older seals may have been made with."""
    secrets = [settings.AUDIT_KEY, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.new(secret.encode(), b"genkan.audit.chain", hashlib.sha256).digest() for secret in secrets if secret]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
