"""Misbehaviour on request: rules that make calls fail, wait or lose their answer."""

import random
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure_emulator.errors import AzureError

if TYPE_CHECKING:
    from azure_emulator.world import World

KIND = "fault"
ACTIONS = frozenset({"status", "delay", "drop-before", "drop-after", "fail-resource", "stuck-delete"})


@dataclass
class Rule:
    """One fault.

    ``document`` holds: ``method`` and ``path`` (regular expression, searched without casing) choose calls; ``skip``
    leaves the first ones alone, ``nth`` hits exactly one, ``every`` each n-th, ``rate`` a share drawn from ``seed``;
    ``count`` ends the rule after so many hits. ``action`` is one of ACTIONS with ``status``, ``code``, ``message``,
    ``headers`` (status), ``seconds`` (delay), ``type``, ``name``, ``code``, ``message`` (fail-resource), ``id``
    (stuck-delete).
    """

    document: dict[str, Any]
    pattern: re.Pattern[str]
    random: random.Random
    seen: int = 0
    hits: int = 0
    methods: frozenset[str] = field(default_factory=frozenset)

    def fits(self, method: str, path: str) -> bool:
        """Whether the rule is about this call at all."""
        return (not self.methods or method in self.methods) and self.pattern.search(path) is not None

    def fires(self) -> bool:
        """Count one fitting call and decide whether it is hit."""
        self.seen += 1
        rule = self.document
        if rule.get("count") is not None and self.hits >= rule["count"]:
            return False
        chosen = self.seen > rule.get("skip", 0)
        if rule.get("nth") is not None:
            chosen = chosen and self.seen == rule["nth"]
        if rule.get("every") is not None:
            chosen = chosen and self.seen % rule["every"] == 0
        if rule.get("rate") is not None:
            chosen = self.random.random() < rule["rate"] and chosen
        self.hits += bool(chosen)
        return bool(chosen)


@dataclass
class Outcome:
    """What the rules want done with one call."""

    delay_seconds: float = 0.0
    error: AzureError | None = None
    drop: str | None = None


class Faults:
    """The rules in force; they survive a restart, their counters start again."""

    def __init__(self, world: "World") -> None:
        self._store = world.store
        self._rules: dict[str, Rule] = {}
        self.reload()

    def reload(self) -> None:
        """Read the rules again."""
        self._rules = {document["id"]: _rule(document) for document in self._store.items(KIND)}

    def add(self, document: dict[str, Any]) -> dict[str, Any]:
        """Put a rule in force and return it with its id."""
        action = document.get("action", {})
        if action.get("kind") not in ACTIONS:
            raise AzureError(400, "InvalidFault", f"action.kind must be one of {', '.join(sorted(ACTIONS))}.")
        document = {**document, "id": document.get("id") or uuid.uuid4().hex}
        try:
            self._rules[document["id"]] = _rule(document)
        except re.error as error:
            raise AzureError(400, "InvalidFault", f"path is not a regular expression: {error}.") from error
        self._store.put(KIND, document["id"], document)
        return document

    def remove(self, identifier: str) -> None:
        """Withdraw one rule."""
        self._rules.pop(identifier, None)
        self._store.delete(KIND, identifier)

    def clear(self) -> None:
        """Withdraw every rule."""
        for identifier in list(self._rules):
            self.remove(identifier)

    def listed(self) -> list[dict[str, Any]]:
        """The rules with how often they were considered and hit."""
        return [{**rule.document, "seen": rule.seen, "hits": rule.hits} for rule in self._rules.values()]

    def consider(self, method: str, path: str) -> Outcome | None:
        """What should happen to a call; None when nothing."""
        if not self._rules:
            return None
        outcome: Outcome | None = None
        for rule in self._rules.values():
            action = rule.document["action"]
            kind = action["kind"]
            if kind in {"fail-resource", "stuck-delete"} or not rule.fits(method, path) or not rule.fires():
                continue
            outcome = outcome or Outcome()
            match kind:
                case "delay":
                    outcome.delay_seconds += action.get("seconds", 1.0)
                case "status":
                    outcome.error = outcome.error or _status(action)
                case _:
                    outcome.drop = outcome.drop or kind
        return outcome

    def resource_failure(self, resource_type: str, name: str) -> AzureError | None:
        """The error with which creating this resource should fail, or None."""
        for rule in self._rules.values():
            action = rule.document["action"]
            if action["kind"] != "fail-resource":
                continue
            fits = all(
                re.search(action.get(key, ""), value, re.IGNORECASE)
                for key, value in (("type", resource_type), ("name", name))
            )
            if fits and rule.fires():
                return AzureError(
                    action.get("status", 409),
                    action.get("code", "InternalServerError"),
                    action.get("message", "The resource could not be created."),
                )
        return None

    def is_delete_stuck(self, identifier: str) -> bool:
        """Whether deleting this group or resource should never come to an end while the rule stands."""
        return any(
            rule.document["action"]["kind"] == "stuck-delete"
            and re.search(rule.document["action"].get("id", ""), identifier, re.IGNORECASE)
            and rule.fires()
            for rule in self._rules.values()
        )


def _rule(document: dict[str, Any]) -> Rule:
    methods = document.get("method") or ()
    methods = [methods] if isinstance(methods, str) else methods
    return Rule(
        document,
        re.compile(document.get("path", ""), re.IGNORECASE),
        random.Random(document.get("seed", 0)),  # noqa: S311  # A repeatable draw is the point.
        methods=frozenset(method.upper() for method in methods if method != "*"),
    )


def _status(action: dict[str, Any]) -> AzureError:
    status = int(action.get("status", 500))
    codes = {429: "TooManyRequests", 503: "ServiceUnavailable", 500: "InternalServerError", 409: "Conflict"}
    code = action.get("code", codes.get(status, "InternalServerError"))
    return AzureError(
        status, code, action.get("message", "The server could not answer this call."), headers=action.get("headers")
    )
