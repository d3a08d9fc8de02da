"""Checks a template for what works but should not be done, in the spirit of Microsoft's template test toolkit."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from arm.errors import Position
from arm.reading import read
from arm.rules import RULES, Severity
from arm.template import Template

_WEIGHT = {"error": 0, "warning": 1, "information": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: which rule, how bad, where, and what to do."""

    rule: str
    severity: Severity
    message: str
    mend: str
    position: Position | None = None


def check(template: Template, *, name: str = "", as_of: date | None = None) -> list[Finding]:
    """Every finding, the worst first.

    `as_of` is the day that API versions are judged by: that of the file, or today.
    """
    reading = read(template, name=name or template.name, as_of=as_of or datetime.now(UTC).date())
    findings = [
        Finding(rule.name, rule.severity, message, rule.mend, template.locate(place))
        for rule in RULES
        for place, message in rule.find(reading)
    ]
    return sorted(findings, key=lambda finding: _WEIGHT[finding.severity])
