"""The pre-submit card: every rule as a line, what Azure would do, who gets which role, which tags, until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from environments.drafts import RequestDraft
from environments.models import Preview
from environments.rules import PlannedGrant, RuleLine, check_rules, failing, planned_grants, planned_tags
from environments.views.whatif import ChangeList, change_list
from environments.views.wish import end_of


@dataclass(frozen=True)
class Card:
    """What a person reads before asking; `failing` names the lines that keep the button disabled."""

    draft: RequestDraft
    preview: Preview | None
    lines: tuple[RuleLine, ...]
    failing: tuple[RuleLine, ...]
    changes: ChangeList | None
    grants: tuple[PlannedGrant, ...]
    tags: Mapping[str, str]
    ends_at: datetime

    @property
    def is_waiting(self) -> bool:
        """True while Azure has not answered."""
        return any(line.is_ok is None for line in self.lines)

    @property
    def can_submit(self) -> bool:
        """True when every line is met."""
        return not self.failing and not self.is_waiting


def card(*, actor: User, draft: RequestDraft, preview: Preview | None) -> Card:
    """The card for this draft and what Azure said about exactly this content."""
    lines = tuple(sorted(check_rules(actor=actor, draft=draft, preview=preview), key=_urgency))
    is_answered = preview is not None and not preview.is_open
    return Card(
        draft=draft,
        preview=preview,
        lines=lines,
        failing=failing(lines),
        changes=change_list(preview.changes) if preview is not None and is_answered else None,
        grants=planned_grants(draft),
        tags=planned_tags(draft),
        ends_at=end_of(draft),
    )


def _urgency(line: RuleLine) -> int:
    """What has to be solved first, then what is waited for, then what is met."""
    return 0 if line.is_ok is False else 1 if line.is_ok is None else 2


def latest_preview(*, actor: User, draft: RequestDraft) -> Preview | None:
    """What Azure was last asked about exactly this content by this person."""
    asked = Preview.objects.filter(user=actor, content_digest=draft.content_digest)
    return asked.order_by("-created_at").first()
