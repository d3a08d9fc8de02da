"""What the sample company's people ask for on the first day, through the same commands as everybody else later."""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts.models import User
from catalog.models import Template, VersionStatus
from common.errors import DomainError
from costs import months
from costs import services as costs
from costs.models import CostLoad
from environments.drafts import RequestDraft
from environments.models import EnvironmentRequest, Preview, PreviewStatus
from environments.services import requests
from portal.company import past, tenant
from projects.models import EnvironmentType


@dataclass(frozen=True)
class Wish:
    """One request of the first day."""

    name: str
    person: str
    team: str
    kind: str
    template: str
    region: str
    days: int
    purpose: str

    @property
    def key(self) -> UUID:
        """Makes asking twice the same as asking once."""
        return UUID(tenant.guid(f"wish/{self.name}"))


WISHES = (
    Wish("agent-lab", "sato.yui", "apollo", "develop", "code-interpreter-sessions", "eastus2", 14, "Try the new tools"),
    Wish("scratch", "kim.minjun", "hikari", "develop", "empty-sandbox", "japaneast", 7, "Read the new API by hand"),
    Wish("chat-beta", "yamada.mio", "apollo", "qa", "chatgpt-web-app", "japaneast", 21, "Test with the shop team"),
)


def ask_all(*, seconds: float) -> list[str]:
    """Ask for everything that was not asked for yet; a line for each, with Azure's refusal where there is one."""
    open_wishes = [wish for wish in WISHES if not EnvironmentRequest.objects.filter(idempotency_key=wish.key).exists()]
    drafts = [(wish, _draft(wish)) for wish in open_wishes]
    # Azure looks at all of them at the same time; then each is submitted with its answer.
    previews = [requests.start_preview(actor=draft.requester, draft=draft) for _wish, draft in drafts]
    return [
        _submit(wish, draft, preview, seconds=seconds) for (wish, draft), preview in zip(drafts, previews, strict=True)
    ]


def _draft(wish: Wish) -> RequestDraft:
    kind = EnvironmentType.objects.select_related("project").get(project__slug=wish.team, slug=wish.kind)
    version = Template.objects.get(slug=wish.template).versions.filter(status=VersionStatus.PUBLISHED)[0]
    return RequestDraft(
        key=wish.key,
        requester=User.objects.get(object_id=tenant.person(wish.person).object_id),
        project=kind.project,
        environment_type=kind,
        version=version,
        name=wish.name,
        region=wish.region,
        lifetime_days=wish.days,
        purpose=wish.purpose,
    )


def _submit(wish: Wish, draft: RequestDraft, preview: Preview, *, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while preview.status == PreviewStatus.RUNNING and time.monotonic() < deadline:
        time.sleep(0.3)
        preview.refresh_from_db()
    try:
        request = requests.submit_request(actor=draft.requester, draft=draft, preview=preview)
    except DomainError as refusal:
        return f"{wish.name}: {refusal} {' '.join(map(str, refusal.reasons))}"
    return f"{wish.name}: {request.status}"


def load_bill(founded: date) -> int:
    """Load the bill of the months before the first day, once; the daily load looks at open months only."""
    count = 0
    for subscription in tenant.SUBSCRIPTIONS:
        if not CostLoad.objects.filter(subscription_id=subscription.id, since__lt=founded.replace(day=1)).exists():
            since = months.first_day(founded - timedelta(days=past.LONGEST_AGO_DAYS))
            count += len(costs.load_subscription(subscription_id=subscription.id, since=since, until=founded))
    return count
