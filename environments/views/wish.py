"""What was asked for, as an approver and the requester read it: settings, changes in Azure, money, roles, tags, end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.blueprint import Parameter, blueprint
from environments.drafts import RequestDraft
from environments.models import EnvironmentRequest
from environments.rules import PlannedGrant, planned_grants, planned_tags
from environments.services.requests import draft_of
from environments.views.whatif import ChangeList, change_list, readable


@dataclass(frozen=True)
class Setting:
    """One parameter as chosen; a secure one says only that it is there."""

    label: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Wish:
    """Everything a decision needs on one page."""

    draft: RequestDraft
    settings: tuple[Setting, ...]
    changes: ChangeList
    grants: tuple[PlannedGrant, ...]
    tags: Mapping[str, str]
    ends_at: datetime
    estimate: tuple[Decimal, str] | None


def frozen_wish(wanted: EnvironmentRequest) -> Wish:
    """The request as it was frozen."""
    draft = draft_of(wanted)
    estimate = (wanted.estimate_amount, wanted.estimate_currency) if wanted.estimate_amount is not None else None
    return Wish(
        draft=draft,
        settings=settings_of(draft),
        changes=change_list(wanted.changes),
        grants=planned_grants(draft),
        tags=planned_tags(draft),
        ends_at=end_of(draft),
        estimate=estimate,
    )


def end_of(draft: RequestDraft) -> datetime:
    """When it would be deleted if it were built now; a change keeps the environment's own end."""
    if draft.environment is not None:
        return draft.environment.ends_at
    return timezone.now() + timedelta(days=draft.lifetime_days)


def settings_of(draft: RequestDraft) -> tuple[Setting, ...]:
    """Every parameter of the version with the value it gets."""
    return tuple(
        _setting(parameter, draft) for parameter in blueprint(draft.version).parameters if not parameter.is_hidden
    )


def _setting(parameter: Parameter, draft: RequestDraft) -> Setting:
    label = str(parameter.label)
    if parameter.secure:
        return Setting(label, _("secret, never shown"), is_chosen=True)
    if parameter.name in draft.parameters:
        return Setting(label, readable(draft.parameters[parameter.name]), is_chosen=True)
    if parameter.default_is_expression:
        return Setting(label, _("worked out by the template"), is_chosen=False)
    return Setting(label, readable(parameter.default), is_chosen=False)
