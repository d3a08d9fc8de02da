"""The rules a wish must meet: one line each on the pre-submit card, and the same lines enforced by the command."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import arm
from accounts.models import User
from catalog.blueprint import blueprint
from catalog.models import VersionStatus
from cloud.roles import ROLES
from common import wording
from costs import budgets
from environments import estimate as estimates
from environments import explanations, names, permissions, tags
from environments.drafts import RequestDraft
from environments.models import Environment, EnvironmentRequest, Preview, PreviewStatus, RequestKind
from projects.models import ApprovalRule, EnvironmentType


@dataclass(frozen=True)
class Fix:
    """A way out that a button can offer: the form again with this field set to this value."""

    label: str
    field: str
    value: str


@dataclass(frozen=True)
class RuleLine:
    """One rule: met, not met, or waiting for Azure (None); what it says and why."""

    key: str
    is_ok: bool | None
    statement: str
    reason: str = ""
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True)
class PlannedGrant:
    """A role somebody will have: `for_whom` is owner, project, or template."""

    principal_id: str
    principal_type: str
    principal_name: str
    user: User | None
    role_name: str
    role_id: str
    reason: str


def check_rules(*, actor: User, draft: RequestDraft, preview: Preview | None = None) -> tuple[RuleLine, ...]:
    """Every rule for this draft, in the order a person would ask."""
    lines = [_member(actor, draft), _type_open(draft), _version(draft), _name(draft), _region(draft)]
    if draft.environment is None:
        lines += [_lifetime(draft), _quota(draft), _budget(draft)]
    else:
        lines.append(_may_update(actor, draft))
    lines += [_parameters(draft), _access(draft), _approval(draft), _azure(draft, preview)]
    return tuple(lines)


def failing(lines: Sequence[RuleLine]) -> tuple[RuleLine, ...]:
    """The lines that are not met (waiting ones are not failures)."""
    return tuple(line for line in lines if line.is_ok is False)


def _member(actor: User, draft: RequestDraft) -> RuleLine:
    if permissions.is_member(actor, draft.project.pk) and draft.project.is_active:
        return RuleLine("member", True, _("You are a member of %(project)s") % {"project": draft.project})
    return RuleLine(
        "member",
        False,
        _("You are not a member of %(project)s") % {"project": draft.project},
        _("Ask one of its leads to add you."),
    )


def _type_open(draft: RequestDraft) -> RuleLine:
    kind = draft.environment_type
    if kind.project_id == draft.project.pk and kind.is_open:
        return RuleLine(
            "type",
            True,
            _("%(type)s is open") % {"type": kind.name},
            _("Subscription %(name)s") % {"name": kind.subscription_name},
        )
    return RuleLine(
        "type",
        False,
        _("%(type)s is not open for %(project)s") % {"type": kind.name, "project": draft.project},
        _("Choose another environment type."),
    )


def _version(draft: RequestDraft) -> RuleLine:
    allowed = {VersionStatus.PUBLISHED}
    if draft.environment is not None:
        allowed.add(VersionStatus.DEPRECATED)
    if draft.version.status in allowed:
        return RuleLine("version", True, _("%(version)s is on offer") % {"version": draft.version})
    return RuleLine(
        "version",
        False,
        _("%(version)s has been withdrawn from the catalog") % {"version": draft.version},
        _("Open the template again; a newer version may be there."),
    )


def _name(draft: RequestDraft) -> RuleLine:
    if not names.is_valid_name(draft.name):
        return RuleLine(
            "name",
            False,
            _("The name cannot be used in Azure"),
            _("Use 3 to 30 lower-case letters, digits and single hyphens, beginning with a letter."),
        )
    if word := names.reserved_word(draft.name):
        return RuleLine(
            "name", False, _("Azure reserves the word “%(word)s”") % {"word": word}, _("Choose a name without it.")
        )
    return RuleLine("name", True, _("The resource group will be %(group)s") % {"group": draft.resource_group})


def offered_regions(draft_type: EnvironmentType, version_regions: Sequence[str]) -> list[str]:
    """Regions that the environment type allows and the template works in; order is the type's."""
    if not version_regions:
        return list(draft_type.regions)
    return [region for region in draft_type.regions if region in version_regions]


def _region(draft: RequestDraft) -> RuleLine:
    regions = offered_regions(draft.environment_type, blueprint(draft.version).regions)
    if draft.region in regions:
        return RuleLine("region", True, _("%(region)s is allowed") % {"region": draft.region})
    return RuleLine(
        "region",
        False,
        _("%(region)s is not offered here") % {"region": draft.region or "?"},
        _("This template and environment type together allow: %(regions)s.") % {"regions": ", ".join(regions) or "–"},
        tuple(Fix(_("Use %(region)s") % {"region": region}, "region", region) for region in regions[:1]),
    )


def _lifetime(draft: RequestDraft) -> RuleLine:
    limit = draft.environment_type.max_lifetime_days
    if 1 <= draft.lifetime_days <= limit:
        end = timezone.localdate() + timedelta(days=draft.lifetime_days)
        return RuleLine(
            "lifetime",
            True,
            _("It ends on %(date)s") % {"date": wording.day(end)},
            ngettext(
                "after %(days)d day; you can extend it", "after %(days)d days; you can extend it", draft.lifetime_days
            )
            % {"days": draft.lifetime_days},
        )
    return RuleLine(
        "lifetime",
        False,
        ngettext("The lifetime must be 1 day", "The lifetime must be 1 to %(limit)d days", limit) % {"limit": limit},
        _("%(type)s sets this limit.") % {"type": draft.environment_type.name},
        (Fix(_("Make it %(days)d days") % {"days": limit}, "lifetime_days", str(limit)),),
    )


def quota_used(environment_type: EnvironmentType) -> int:
    """Environments not proven deleted plus requests for new ones that still wait."""
    live = Environment.objects.live().filter(environment_type=environment_type).count()
    waiting = EnvironmentRequest.objects.pending().filter(environment_type=environment_type, kind=RequestKind.CREATE)
    return live + waiting.count()


def _quota(draft: RequestDraft) -> RuleLine:
    used, limit = quota_used(draft.environment_type), draft.environment_type.quota
    counted = _("%(used)d of %(limit)d environments used") % {"used": used, "limit": limit}
    if used < limit:
        return RuleLine("quota", True, _("There is room"), counted)
    return RuleLine(
        "quota",
        False,
        _("%(type)s is full") % {"type": draft.environment_type},
        _("%(counted)s. Delete one you no longer need, or ask a project lead.") % {"counted": counted},
    )


def _budget(draft: RequestDraft) -> RuleLine:
    """Whether each month's budget has room for the estimate; a month without a budget row has no limit."""
    expected = estimates.estimate(draft.version, start=timezone.localdate(), days=draft.lifetime_days)
    if expected is None:
        return RuleLine(
            "budget", True, _("No price is stated for this template"), _("Its cost will show on the project's page.")
        )
    for month, amount in sorted(expected.by_month.items()):
        line = budgets.budget_line(draft.project, month)
        if line is not None and line.currency == expected.currency and amount > line.left:
            return _over_budget(draft, expected, amount=amount, left=line.left)
    return RuleLine(
        "budget",
        True,
        _("The budget allows it"),
        _("About %(amount)s for %(days)d days")
        % {"amount": wording.money(expected.total, expected.currency), "days": draft.lifetime_days},
    )


def _over_budget(draft: RequestDraft, expected: estimates.Estimate, *, amount: Decimal, left: Decimal) -> RuleLine:
    daily = expected.total / draft.lifetime_days
    days = int(left / daily) if daily and left > 0 else 0
    fixes = (Fix(_("Make it %(days)d days") % {"days": days}, "lifetime_days", str(days)),) if days >= 1 else ()
    return RuleLine(
        "budget",
        False,
        _("The budget is short by %(amount)s")
        % {"amount": wording.money(amount - max(left, Decimal(0)), expected.currency)},
        _("About %(amount)s is needed; %(project)s has %(left)s left. Choose fewer days, or ask finance.")
        % {
            "amount": wording.money(amount, expected.currency),
            "project": draft.project,
            "left": wording.money(max(left, Decimal(0)), expected.currency),
        },
        fixes,
    )


def _may_update(actor: User, draft: RequestDraft) -> RuleLine:
    assert draft.environment is not None
    if permissions.can_update(actor, draft.environment):
        return RuleLine("update", True, _("The environment can be changed"))
    return RuleLine(
        "update",
        False,
        _("The environment cannot be changed now"),
        _("Only its owner or a project lead can, while it is ready or its last change failed."),
    )


def _parameters(draft: RequestDraft) -> RuleLine:
    problems = arm.validate_parameters(blueprint(draft.version).template, {**draft.parameters, **draft.secrets})
    if not problems:
        return RuleLine("parameters", True, _("Every setting is within its limits"))
    listed = "; ".join(f"{problem.name}: {problem.message}" for problem in problems[:5])
    return RuleLine("parameters", False, _("A setting is not accepted"), listed)


def _access(draft: RequestDraft) -> RuleLine:
    grants = planned_grants(draft)
    mine = sorted({grant.role_name for grant in grants if grant.user == owner_of(draft)})
    others = sorted({f"{grant.role_name} ({grant.principal_name})" for grant in grants if grant.user is None})
    statement = _("You get %(roles)s") % {"roles": ", ".join(mine)} if mine else _("You get no role of your own")
    return RuleLine("access", True, statement, _("Also: %(others)s") % {"others": ", ".join(others)} if others else "")


def approvers_needed(rule: str) -> int:
    """How many people other than the requester must agree."""
    return {ApprovalRule.NONE: 0, ApprovalRule.LEAD: 1, ApprovalRule.TWO: 2}[ApprovalRule(rule)]


def _approval(draft: RequestDraft) -> RuleLine:
    count = approvers_needed(draft.environment_type.approval)
    if count == 0:
        return RuleLine("approval", True, _("No approval is needed"), _("Building starts at once."))
    return RuleLine(
        "approval",
        True,
        ngettext("A project lead has to approve it", "%(count)d people have to approve it", count) % {"count": count},
        _("They are told as soon as you ask."),
    )


def _azure(draft: RequestDraft, preview: Preview | None) -> RuleLine:
    if preview is None or preview.content_digest != draft.content_digest or preview.status == PreviewStatus.RUNNING:
        return RuleLine("azure", None, _("Azure is checking it"), _("This usually takes a few seconds."))
    if preview.status == PreviewStatus.ACCEPTED:
        return RuleLine("azure", True, _("Azure accepts it"), changes_summary(preview.changes))
    text = explanations.explain(code=preview.error_code, message=preview.error_message)
    statement = _("Azure refuses it") if preview.status == PreviewStatus.REFUSED else _("Azure could not be asked")
    return RuleLine("azure", False, statement, f"{text.what} {text.message} ({text.code})".replace(" ()", ""))


def changes_summary(changes: Sequence[dict[str, object]]) -> str:
    """`6 to create, 1 to change`."""
    counts: dict[str, int] = {}
    for change in changes:
        counts[str(change["action"])] = counts.get(str(change["action"]), 0) + 1
    words: dict[str, str | Promise] = {
        "create": _("%(n)d to create"),
        "modify": _("%(n)d to change"),
        "delete": _("%(n)d to delete"),
        "deploy": _("%(n)d to deploy again"),
        "unsupported": _("%(n)d that Azure cannot predict"),
        "nochange": _("%(n)d unchanged"),
    }
    parts = [str(words[action]) % {"n": counts[action]} for action in words if counts.get(action)]
    return ", ".join(parts) or _("nothing changes")


def owner_of(draft: RequestDraft) -> User:
    """Who owns the environment this draft is about."""
    return draft.environment.owner if draft.environment else draft.requester


def planned_grants(draft: RequestDraft) -> tuple[PlannedGrant, ...]:
    """Roles of the owner and of the project's group, from the environment type and from the template."""
    owner, kind, project = owner_of(draft), draft.environment_type, draft.project
    wishes = blueprint(draft.version).roles
    for_owner = [(name, "owner") for name in kind.creator_roles]
    for_owner += [(wish.role, "template") for wish in wishes if wish.for_whom == "owner"]
    for_group = [(name, "project") for name in kind.member_roles]
    for_group += [(wish.role, "template") for wish in wishes if wish.for_whom == "members"]
    planned = [
        PlannedGrant(owner.object_id, "User", owner.display_name, owner, name, ROLES[name], reason)
        for name, reason in dict(reversed(for_owner)).items()
    ]
    if project.group_object_id:
        planned += [
            PlannedGrant(project.group_object_id, "Group", project.group_name, None, name, ROLES[name], reason)
            for name, reason in dict(reversed(for_group)).items()
        ]
    return tuple(planned)


def planned_tags(draft: RequestDraft) -> dict[str, str]:
    """Every tag as it will be written."""
    end = timezone.localdate() + timedelta(days=draft.lifetime_days)
    if draft.environment:
        end = draft.environment.ends_at.date()
    return tags.written(
        project=draft.project,
        environment_type_name=draft.environment_type.slug,
        owner=owner_of(draft),
        requester=draft.requester,
        version=draft.version,
        environment_id=str(draft.environment_id),
        end_date=end.isoformat(),
    )
