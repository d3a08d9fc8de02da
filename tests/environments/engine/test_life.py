"""The life of an environment: built, cancelled, retried, shared, extended, reminded of, ended, repaired."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from azure_emulator.launcher import Emulator
from cloud import grants as azure_grants
from cloud import groups, resources, stacks
from common.errors import DomainError, InputRefused, PermissionRefused
from environments import tags
from environments.models import (
    Environment,
    EnvironmentStatus,
    Grant,
    GrantStatus,
    MailStatus,
    Notice,
    Operation,
    OperationKind,
    OperationStatus,
    Orphan,
    Receipt,
)
from environments.services import environments as commands
from environments.services import requests
from environments.services.orphans import adopt_orphan, delete_orphan
from environments.sweeps import blocked, drift, expiry, orphans, reminders
from environments.sweeps import mail as outbox
from projects.models import Membership
from tests.engine import (
    accepted_preview,
    assert_invariants,
    describe_last,
    draft_for,
    environment_for,
    turn_until_settled,
)
from tests.services import wait_for

Person = Callable[[str], User]


def ready(user: Person, **wishes: object) -> Environment:
    environment = environment_for(user("sato.yui"), **wishes)
    turn_until_settled()
    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.READY, describe_last(environment)
    return environment


def _succeeded(stack: stacks.Stack | None) -> bool:
    return stack is not None and stack.succeeded


def group_of(environment: Environment) -> groups.ResourceGroup:
    group = groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group)
    assert group is not None
    return group


def test_a_group_is_born_with_every_tag_and_its_children_get_them(engine: Emulator, user: Person) -> None:
    environment = ready(user, template="code-interpreter-sessions", name="interpreter")

    wanted = tags.for_environment(environment)
    births = engine.control.requests(method="PUT", path="/resourcegroups/[^/]+$")
    children = resources.list_group(subscription_id=environment.subscription_id, group=environment.resource_group)

    assert len(births) == 1
    assert tags.missing(wanted, group_of(environment).tags) == {}
    assert children
    assert all(tags.missing(wanted, child.tags) == {} for child in children)


def test_the_env_file_has_exactly_the_names_the_template_promises(engine: Emulator, user: Person) -> None:
    environment = ready(user, template="code-interpreter-sessions", name="interpreter")

    text = commands.env_file(actor=environment.owner, environment=environment)

    names = [line.split("=")[0] for line in text.splitlines() if not line.startswith("#")]
    values = dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))
    assert sorted(names) == [
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_MODEL",
        "POOL_ENDPOINT",
    ]
    assert all(values.values())
    assert values["AZURE_OPENAI_API_KEY"] not in str(list(Environment.objects.values()))
    assert AuditEvent.objects.filter(action="environment.env_file_read").count() == 1


def test_only_owner_and_sharers_read_keys(engine: Emulator, user: Person) -> None:
    environment = ready(user)

    with pytest.raises(PermissionRefused):
        commands.env_file(actor=user("tanaka.ren"), environment=environment)


def test_a_build_cancelled_before_anything_was_written_leaves_nothing(engine: Emulator, user: Person) -> None:
    environment = environment_for(user("sato.yui"))
    operation = environment.operations.get()

    commands.cancel_operation(actor=environment.owner, operation=operation)
    turn_until_settled()

    operation.refresh_from_db()
    assert (operation.status, operation.outcome) == (OperationStatus.CANCELLED, "cancelled_before")
    assert groups.read_group(subscription_id=environment.subscription_id, name=environment.resource_group) is None
    assert_invariants()


def test_a_build_cancelled_while_azure_builds_can_be_retried(engine: Emulator, user: Person) -> None:
    environment = environment_for(user("sato.yui"), template="code-interpreter-sessions", name="interpreter")
    operation = environment.operations.get()
    engine.control.clock(speed=2)
    turn_until_settled(look=lambda: operation.steps.get(name="deployment").looks >= 2)

    commands.cancel_operation(actor=environment.owner, operation=operation)
    turn_until_settled()
    operation.refresh_from_db()
    engine.control.clock(speed=200)
    commands.retry_operation(actor=environment.owner, operation=operation)
    turn_until_settled()

    environment.refresh_from_db()
    assert (operation.status, operation.outcome) == (OperationStatus.CANCELLED, "cancelled_during")
    assert environment.status == EnvironmentStatus.READY, describe_last(environment)
    assert_invariants()


def test_a_cancel_after_azure_has_finished_is_too_late_and_says_so(engine: Emulator, user: Person) -> None:
    environment = environment_for(user("sato.yui"))
    operation = environment.operations.get()
    turn_until_settled(look=lambda: operation.steps.get(name="deployment").looks >= 1)
    place = {"subscription_id": environment.subscription_id, "group": environment.resource_group}
    wait_for(
        lambda: _succeeded(stacks.read_stack(**place, name=environment.stack_name)), seconds=10, what="Azure's part"
    )

    commands.cancel_operation(actor=environment.owner, operation=operation)
    turn_until_settled()

    operation.refresh_from_db()
    environment.refresh_from_db()
    assert (operation.status, operation.outcome) == (OperationStatus.SUCCEEDED, "too_late")
    assert environment.status == EnvironmentStatus.READY


def test_deleting_while_it_is_being_built_cancels_first_and_then_deletes(engine: Emulator, user: Person) -> None:
    environment = environment_for(user("sato.yui"), template="code-interpreter-sessions", name="interpreter")
    operation = environment.operations.get()
    turn_until_settled(look=lambda: operation.steps.get(name="deployment").looks >= 1)

    commands.delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled(seconds=60)

    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.DELETED, describe_last(environment)
    assert environment.receipt.is_complete
    assert_invariants()


def test_changed_parameters_are_deployed_as_the_next_generation(engine: Emulator, user: Person) -> None:
    environment = ready(user, template="code-interpreter-sessions", name="interpreter")
    draft = draft_for(
        user("sato.yui"),
        template="code-interpreter-sessions",
        name=environment.name,
        parameters={"modelCapacity": 20},
        environment=environment,
    )

    requests.submit_request(actor=draft.requester, draft=draft, preview=accepted_preview(draft))
    turn_until_settled()

    environment.refresh_from_db()
    assert environment.generation == 2
    assert environment.parameters == {"modelCapacity": 20}
    assert environment.status == EnvironmentStatus.READY, describe_last(environment)
    assert_invariants()


def test_extending_moves_the_end_and_the_tag_but_not_beyond_the_limit(engine: Emulator, user: Person) -> None:
    environment = ready(user, days=7)
    end = environment.ends_at

    commands.extend_environment(actor=environment.owner, environment=environment, days=3)
    turn_until_settled()

    environment.refresh_from_db()
    assert environment.ends_at == end + timedelta(days=3)
    assert tags.value_of(group_of(environment).tags, "enddate") == environment.ends_at.date().isoformat()
    with pytest.raises(InputRefused):
        commands.extend_environment(actor=environment.owner, environment=environment, days=100)
    with pytest.raises(InputRefused):
        commands.extend_environment(actor=environment.owner, environment=environment, days=0)


def test_sharing_gives_a_member_a_role_and_taking_it_back_removes_it(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    grant = commands.share_environment(
        actor=environment.owner, environment=environment, user=user("yamada.mio"), role_name="Reader"
    )
    turn_until_settled()
    given = azure_grants.read_assignment(scope=grant.scope, assignment_id=str(grant.assignment))

    commands.unshare_environment(actor=environment.owner, environment=environment, grant=grant)
    turn_until_settled()

    assert given is not None
    assert azure_grants.read_assignment(scope=grant.scope, assignment_id=str(grant.assignment)) is None
    assert_invariants()


def test_it_cannot_be_shared_with_outsiders_nor_with_roles_that_hand_out_roles(engine: Emulator, user: Person) -> None:
    environment = ready(user)

    with pytest.raises(InputRefused):
        commands.share_environment(
            actor=environment.owner, environment=environment, user=user("suzuki.haruto"), role_name="Reader"
        )
    with pytest.raises(InputRefused):
        commands.share_environment(
            actor=environment.owner, environment=environment, user=user("yamada.mio"), role_name="Owner"
        )


def test_reminders_come_once_for_each_end_date_and_are_mailed_once(engine: Emulator, user: Person) -> None:
    environment = ready(user, days=7)
    Environment.objects.filter(pk=environment.pk).update(
        ends_at=timezone.now() + timedelta(hours=20), created_at=timezone.now() - timedelta(days=6)
    )

    for _ in range(3):
        reminders.remind()
        outbox.send_due()

    notices = Notice.objects.filter(environment=environment, key__startswith="ends:")
    assert [notice.mail_status for notice in notices] == [MailStatus.SENT]
    assert [message.subject for message in mail.outbox].count(notices[0].subject) == 1


def test_a_mail_that_cannot_be_sent_is_given_up_after_five_attempts(
    engine: Emulator, user: Person, settings: object
) -> None:
    environment = ready(user)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    for _ in range(outbox.ATTEMPTS + 2):
        Notice.objects.update(mail_at=timezone.now() - timedelta(minutes=1))
        outbox.send_due()

    notice = Notice.objects.get(environment=environment)
    assert (notice.mail_status, notice.mail_attempts) == (MailStatus.FAILED, outbox.ATTEMPTS)


def test_what_has_ended_is_deleted_with_a_receipt(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    Environment.objects.filter(pk=environment.pk).update(ends_at=timezone.now() - timedelta(minutes=1))

    taken = [expiry.delete_ended(), expiry.delete_ended()]
    turn_until_settled()

    environment.refresh_from_db()
    assert taken == [1, 0]
    assert environment.status == EnvironmentStatus.DELETED
    assert Receipt.objects.get(environment=environment).is_complete
    assert_invariants()


def test_a_soft_deleted_account_is_purged_and_named_on_the_receipt(engine: Emulator, user: Person) -> None:
    environment = ready(user, template="code-interpreter-sessions", name="interpreter")

    commands.delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled()

    environment.refresh_from_db()
    purges = engine.control.requests(method="DELETE", path="deletedAccounts")
    assert environment.status == EnvironmentStatus.DELETED, describe_last(environment)
    assert [entry["status"] < 300 for entry in purges] == [True]


def test_tags_somebody_changed_come_back_and_the_repair_is_on_record(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    groups.merge_tags(scope=environment.group_id, tags={"costcenter": "9999"})

    orphans.compare(environment.subscription_id)
    turn_until_settled()

    assert tags.missing(tags.for_environment(environment), group_of(environment).tags) == {}
    assert AuditEvent.objects.filter(action="environment.drift", environment_id=environment.pk).count() == 1
    assert_invariants()


def test_a_role_assignment_somebody_removed_comes_back(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    grant = environment.grants.filter(status=GrantStatus.ACTIVE)[0]
    azure_grants.delete_assignment(scope=grant.scope, assignment_id=str(grant.assignment))

    drift.check_grants(environment)
    turn_until_settled()

    assert azure_grants.read_assignment(scope=grant.scope, assignment_id=str(grant.assignment)) is not None
    assert_invariants()


def test_a_removed_member_loses_access(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    grant = commands.share_environment(
        actor=environment.owner, environment=environment, user=user("yamada.mio"), role_name="Reader"
    )
    turn_until_settled()
    Membership.objects.filter(user=user("yamada.mio"), project=environment.project).delete()

    drift.end_access_of_leavers()
    turn_until_settled()

    assert azure_grants.read_assignment(scope=grant.scope, assignment_id=str(grant.assignment)) is None
    assert Grant.objects.get(pk=grant.pk).status == GrantStatus.ENDED


def _orphan(engine: Emulator, environment: Environment, **own: str) -> Orphan | None:
    """A group that carries our instance id and no live environment, as the sweep sees it."""
    groups.write_group(
        subscription_id=environment.subscription_id,
        name="rg-left-behind",
        location="eastus2",
        tags={tags.INSTANCE: "genkan-tests", **own},
    )
    orphans.compare(environment.subscription_id)
    return Orphan.objects.filter(resource_group="rg-left-behind", resolved_at=None).first()


def test_an_orphan_with_our_id_can_be_deleted_by_a_platform_admin(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    orphan = _orphan(engine, environment)
    assert orphan is not None

    with pytest.raises(PermissionRefused):
        delete_orphan(actor=user("tanaka.ren"), orphan=orphan)
    delete_orphan(actor=user("kobayashi.kenji"), orphan=orphan)
    gone = {"subscription_id": orphan.subscription_id, "name": orphan.resource_group}
    for _ in range(2):
        for pk in orphans.waiting_for_delete():
            orphans.remove(Orphan.objects.get(pk=pk))
        turn_until_settled(look=lambda: groups.read_group(**gone) is None)

    orphan.refresh_from_db()
    assert orphan.resolution == "deleted"


def test_an_orphan_can_be_adopted_and_becomes_like_any_other(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    orphan = _orphan(engine, environment)
    assert orphan is not None

    adopted = adopt_orphan(
        actor=user("kobayashi.kenji"),
        orphan=orphan,
        project=environment.project,
        environment_type=environment.environment_type,
        owner=user("yamada.mio"),
        ends_at=timezone.now() + timedelta(days=5),
    )
    turn_until_settled()

    assert tags.missing(tags.for_environment(adopted), group_of(adopted).tags) == {}
    assert adopted.grants.filter(status=GrantStatus.ACTIVE).exists()
    assert_invariants()


def test_a_group_of_another_installation_is_never_an_orphan_of_ours(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    groups.write_group(
        subscription_id=environment.subscription_id,
        name="rg-of-others",
        location="eastus2",
        tags={tags.INSTANCE: "genkan-of-another-company", "managedby": "genkan"},
    )

    orphans.compare(environment.subscription_id)

    assert not Orphan.objects.filter(resource_group="rg-of-others").exists()


def test_a_group_of_the_wanted_name_that_is_not_ours_is_never_touched(engine: Emulator, user: Person) -> None:
    environment = environment_for(user("sato.yui"))
    groups.write_group(
        subscription_id=environment.subscription_id,
        name=environment.resource_group,
        location="eastus2",
        tags={"owner": "somebody else"},
    )

    turn_until_settled()
    environment.refresh_from_db()
    commands.delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled()

    environment.refresh_from_db()
    assert environment.status == EnvironmentStatus.BLOCKED
    assert group_of(environment).tags == {"owner": "somebody else"}


def test_a_blocked_delete_is_tried_again_after_an_hour(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    engine.control.add_fault(
        method="DELETE", path="resourcegroups/[^/]+$", action={"kind": "status", "status": 409, "code": "ScopeLocked"}
    )
    commands.delete_environment(actor=environment.owner, environment=environment)
    turn_until_settled()
    engine.control.clear_faults()

    at_once = blocked.retry()
    Operation.objects.filter(kind=OperationKind.DELETE).update(finished_at=timezone.now() - timedelta(hours=2))
    later = blocked.retry()
    turn_until_settled()

    environment.refresh_from_db()
    assert (at_once, later) == (0, 1)
    assert environment.status == EnvironmentStatus.DELETED


def test_only_one_thing_is_done_to_an_environment_at_a_time(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    commands.extend_environment(actor=environment.owner, environment=environment, days=1)

    with pytest.raises(DomainError):
        commands.extend_environment(actor=environment.owner, environment=environment, days=1)


def test_strangers_can_do_nothing_to_it(engine: Emulator, user: Person) -> None:
    environment = ready(user)
    stranger = user("suzuki.haruto")

    for refused in (
        lambda: commands.extend_environment(actor=stranger, environment=environment, days=1),
        lambda: commands.delete_environment(actor=stranger, environment=environment),
        lambda: commands.env_file(actor=stranger, environment=environment),
        lambda: commands.share_environment(actor=stranger, environment=environment, user=stranger, role_name="Reader"),
    ):
        with pytest.raises(PermissionRefused):
            refused()
