"""Versions never change; what is on offer does, by command, with a trace."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from catalog.blueprint import blueprint
from catalog.findings import ItemInvalid
from catalog.models import TemplateVersion, VersionStatus
from catalog.services import VersionFiles, add_version, deprecate_version, publish_version, retire_version
from common.errors import DomainError, PermissionRefused
from tests.catalog.conftest import arm_text, files


def added(admin, source, version="1.0.0", **parts):
    return add_version(actor=admin, source=source, slug="small", files=files(version, **parts))[0]


def test_a_new_version_is_a_draft_that_only_admins_see(admin, developer, source):
    version = added(admin, source)
    assert version.status == VersionStatus.DRAFT
    assert not TemplateVersion.objects.visible_to(developer).exists()


def test_the_same_content_is_the_same_version(admin, source):
    first = added(admin, source)
    again, is_new = add_version(actor=admin, source=source, slug="small", files=files())
    assert (again, is_new) == (first, False)


def test_other_content_under_the_same_number_gets_a_number_of_its_own(admin, source):
    added(admin, source)
    changed = added(admin, source, variables={"a": 1})
    assert changed.number.startswith("1.0.0+")


def test_publishing_deprecates_the_version_before(admin, source):
    first, second = added(admin, source), added(admin, source, "2.0.0")
    publish_version(actor=admin, version=first)
    publish_version(actor=admin, version=second)
    first.refresh_from_db()
    assert first.status == VersionStatus.DEPRECATED
    assert second.template.offered_version == second


def test_going_back_to_the_version_before_is_one_command(admin, source):
    first, second = added(admin, source), added(admin, source, "2.0.0")
    for version in (first, second, first):
        publish_version(actor=admin, version=version)
    assert second.template.offered_version == first


def test_the_database_refuses_two_published_versions(admin, source):
    publish_version(actor=admin, version=added(admin, source))
    other = added(admin, source, "2.0.0")
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=other.pk).update(status=VersionStatus.PUBLISHED)


@pytest.mark.parametrize("command", [publish_version, deprecate_version, retire_version])
def test_a_developer_cannot_change_what_is_on_offer(command, admin, developer, source):
    version = added(admin, source)
    with pytest.raises(PermissionRefused):
        command(actor=developer, version=version)
    version.refresh_from_db()
    assert version.status == VersionStatus.DRAFT


def test_a_move_that_was_already_made_is_refused_and_leaves_no_trace(admin, source):
    version = publish_version(actor=admin, version=added(admin, source))
    before = AuditEvent.objects.count()
    with pytest.raises(DomainError, match="Reload the page"):
        publish_version(actor=admin, version=version)
    assert AuditEvent.objects.count() == before


def test_every_move_is_in_the_audit_trail(admin, source):
    version = added(admin, source)
    for command in (publish_version, deprecate_version, retire_version):
        command(actor=admin, version=version)
    actions = AuditEvent.objects.filter(subject_id=str(version.pk)).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["version.added", "version.published", "version.deprecated", "version.retired"]


def test_files_with_errors_become_no_version(admin, source):
    broken = VersionFiles(arm_text="{", overlay_text="genkan: 1\nversion: 1\nnam: x\n")
    with pytest.raises(ItemInvalid) as caught:
        add_version(actor=admin, source=source, slug="small", files=broken)
    assert {finding.file for finding in caught.value.findings} == {"azuredeploy.json", "genkan.yaml"}
    assert not TemplateVersion.objects.exists()


def test_an_overlay_that_names_a_missing_output_is_refused(admin, source):
    overlay = files().overlay_text + "env: {A: {output: nowhere}}\n"
    item = VersionFiles(arm_text=arm_text(), overlay_text=overlay)
    with pytest.raises(ItemInvalid) as caught:
        add_version(actor=admin, source=source, slug="small", files=item)
    assert "no output nowhere" in str(caught.value.reasons[0])


def test_a_blueprint_is_read_once_for_all_rows_with_its_content(admin, source):
    version = added(admin, source)
    first = blueprint(version)
    again = TemplateVersion.objects.defer("arm_text").get(pk=version.pk)
    assert blueprint(again) is first
    assert "arm_text" in again.get_deferred_fields()
