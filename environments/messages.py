"""What people are told: one notice row per person and occasion, in their language, mailed once by the outbox sweep."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from common import wording
from environments.models import Environment, EnvironmentRequest, MailStatus, Notice, Operation, OperationKind
from projects.models import ProjectRole


def tell(
    people: Iterable[User],
    *,
    key: str,
    write: Callable[[], tuple[str, str]],
    url: str,
    environment: Environment | None = None,
) -> int:
    """Write the notice for everybody who does not have it; `write` gives subject and body in the active language."""
    now = timezone.now()
    rows = []
    for person in people:
        with translation.override(person.language or settings.LANGUAGE_CODE):
            subject, body = write()
        rows.append(
            Notice(
                user=person,
                key=key,
                environment=environment,
                subject=subject[:200],
                body=body,
                url=url,
                mail_status=MailStatus.PENDING if person.email else MailStatus.NONE,
                mail_at=now,
                mail_lease_until=now,
            )
        )
    before = Notice.objects.filter(key=key).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return Notice.objects.filter(key=key).count() - before


def environment_ready(operation: Operation) -> None:
    """The owner can use it."""
    environment = operation.environment

    def write() -> tuple[str, str]:
        return (
            _("%(name)s is ready") % {"name": environment.name},
            _("Your environment %(name)s is ready. It ends on %(date)s.")
            % {"name": environment.name, "date": wording.day(environment.ends_at)},
        )

    tell(
        [environment.owner],
        key=f"ready:{operation.pk}",
        write=write,
        url=environment.get_absolute_url(),
        environment=environment,
    )


def environment_deleted(operation: Operation) -> None:
    """It is proven gone."""
    environment = operation.environment

    def write() -> tuple[str, str]:
        return (
            _("%(name)s has been deleted") % {"name": environment.name},
            _("Azure confirms that nothing of %(name)s is left. The receipt is on its page.")
            % {"name": environment.name},
        )

    tell(
        [environment.owner],
        key=f"deleted:{operation.pk}",
        write=write,
        url=environment.get_absolute_url(),
        environment=environment,
    )


def operation_failed(operation: Operation) -> None:
    """Something needs a person: the owner, and for a delete that left something also the platform admins."""
    environment = operation.environment
    people = [environment.owner]
    if operation.kind == OperationKind.DELETE:
        people += list(User.objects.filter(is_platform_admin=True, is_active=True).exclude(pk=environment.owner_id))

    def write() -> tuple[str, str]:
        return (
            _("%(name)s needs your attention") % {"name": environment.name},
            _("“%(kind)s” did not succeed for %(name)s. Its page says what happened and what you can do.")
            % {"kind": operation.get_kind_display(), "name": environment.name},
        )

    tell(people, key=f"failed:{operation.pk}", write=write, url=environment.get_absolute_url(), environment=environment)


def approval_wanted(request: EnvironmentRequest) -> None:
    """The project's leads have something to decide."""
    leads = User.objects.filter(
        memberships__project=request.project, memberships__role=ProjectRole.LEAD, is_active=True
    ).exclude(pk=request.requester_id)

    def write() -> tuple[str, str]:
        return (
            _("%(person)s asks for %(name)s") % {"person": request.requester, "name": request.name},
            _("%(person)s asks for %(template)s in %(project)s. Please approve or refuse it.")
            % {"person": request.requester, "template": request.version, "project": request.project},
        )

    tell(leads, key=f"approval:{request.pk}", write=write, url=request.get_absolute_url())


def request_decided(request: EnvironmentRequest) -> None:
    """The requester learns what was decided."""

    def write() -> tuple[str, str]:
        return (
            _("%(name)s: %(status)s") % {"name": request.name, "status": request.get_status_display()},
            _("Your request %(name)s for %(project)s: %(status)s. %(note)s")
            % {
                "name": request.name,
                "project": request.project,
                "status": request.get_status_display(),
                "note": request.decision_note,
            },
        )

    tell([request.requester], key=f"decided:{request.pk}", write=write, url=request.get_absolute_url())


def ends_soon(environment: Environment, *, days: int) -> None:
    """A reminder before the end; the end date is in the key, so an extended environment is reminded again."""

    def write() -> tuple[str, str]:
        when = wording.moment(environment.ends_at)
        return (
            _("%(name)s ends on %(date)s") % {"name": environment.name, "date": when},
            _("%(name)s will be deleted with everything in it on %(date)s. Extend it on its page if you still need it.")
            % {"name": environment.name, "date": when},
        )

    tell(
        [environment.owner],
        key=f"ends:{environment.pk}:{environment.ends_at.date()}:{days}",
        write=write,
        url=environment.get_absolute_url(),
        environment=environment,
    )
