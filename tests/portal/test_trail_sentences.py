"""Every kind of event has a sentence, and particulars are readable whatever their shape."""

import re
from pathlib import Path

import pytest

from audit.models import AuditEvent
from catalog.models import VersionStatus
from environments.models import Decision, EnvironmentStatus, GrantStatus, OperationStatus, RequestStatus
from portal.templatetags import trail

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("accounts", "catalog", "costs", "environments", "projects")
LITERAL = re.compile(r'record\(\s*"([a-z_]+\.[a-z_]+)"')


def written_in_the_code():
    """Actions that stand in calls as they are, and those made of a noun and a status."""
    texts = (path.read_text() for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    literal = {action for text in texts for action in LITERAL.findall(text)}
    moves: dict[str, list[str]] = {
        "environment": EnvironmentStatus.values,
        "request": [value for value in RequestStatus.values if value != "pending"],
        "operation": [value for value in OperationStatus.values if value != "open"],
        "grant": GrantStatus.values,
        "approval": Decision.values,
        "version": [value for value in VersionStatus.values if value != "draft"],
    }
    return sorted(literal | {f"{noun}.{value}" for noun, values in moves.items() for value in values})


@pytest.mark.parametrize("action", written_in_the_code())
def test_every_kind_of_event_has_a_sentence(action):
    text = trail.sentence(AuditEvent(action=action, subject_name="thing-1"))
    assert "thing-1" in text
    assert text != "thing-1"


def test_a_name_with_markup_stays_text():
    assert "<b>" not in trail.sentence(AuditEvent(action="user.signed_in", subject_name="<b>x</b>"))


def test_particulars_are_flat_names_and_values_without_empty_ones():
    details = {"role": {"from": "lead", "to": "developer"}, "list": [1, 2], "none": None, "empty": ""}
    assert trail.detail_lines(details) == [("role.from", "lead"), ("role.to", "developer"), ("list", "1, 2")]
