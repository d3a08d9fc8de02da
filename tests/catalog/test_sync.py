"""Reading a folder: every item for itself, nothing changed in place, nothing followed out of it."""

import os

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from catalog.models import Template, TemplateVersion, VersionStatus
from catalog.services import retire_version
from catalog.sync import sync_built_in
from tests.catalog.conftest import OVERLAY, arm_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def write(folder, slug="small", version="1.0.0", **parts):
    item = folder / slug
    item.mkdir(exist_ok=True)
    (item / "azuredeploy.json").write_text(arm_text(**parts))
    (item / "genkan.yaml").write_text(OVERLAY.format(version=version))
    return item


def sync(folder):
    return sync_built_in(User.objects.system(), folder=folder)


def test_the_command_reads_the_built_in_templates_and_a_second_run_changes_nothing(capsys):
    call_command("sync_catalog")
    assert "added 3, changed 0, unchanged 0, removed 0, invalid 0" in capsys.readouterr().out
    call_command("sync_catalog")
    assert "added 0, changed 0, unchanged 3, removed 0, invalid 0" in capsys.readouterr().out
    assert Template.objects.on_offer().count() == 3
    assert TemplateVersion.objects.count() == 3


def test_a_changed_item_becomes_a_new_version_and_the_old_one_stays(folder):
    write(folder)
    sync(folder)
    write(folder, version="1.1.0", variables={"a": 1})
    counts = sync(folder)
    assert (counts.added, counts.changed) == (0, 1)
    by_number = dict(TemplateVersion.objects.values_list("number", "status"))
    assert by_number == {"1.0.0": VersionStatus.DEPRECATED, "1.1.0": VersionStatus.PUBLISHED}


def test_what_an_admin_took_away_does_not_come_back_by_itself(folder, admin):
    write(folder)
    sync(folder)
    retire_version(actor=admin, version=TemplateVersion.objects.get())
    write(folder, version="2.0.0")
    sync(folder)
    assert TemplateVersion.objects.get(number="2.0.0").status == VersionStatus.DRAFT


def test_a_broken_item_never_blocks_the_others(folder):
    (folder / "broken").mkdir()
    write(folder)
    (folder / "bad-yaml").mkdir()
    (folder / "bad-yaml" / "azuredeploy.json").write_text(arm_text())
    (folder / "bad-yaml" / "genkan.yaml").write_text("genkan: [")
    counts = sync(folder)
    assert (counts.added, counts.invalid) == (1, 2)
    assert any("There is no template" in str(finding) for finding in counts.findings)


def test_a_removed_item_is_deprecated_and_stays_for_those_who_use_it(folder):
    item = write(folder)
    sync(folder)
    for path in item.iterdir():
        path.unlink()
    item.rmdir()
    assert sync(folder).removed == 1
    assert TemplateVersion.objects.get().status == VersionStatus.DEPRECATED
    assert sync(folder).removed == 0


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.json"
    secret.write_text(arm_text(metadata={"secret": "here"}))
    item = folder / "sly"
    item.mkdir()
    os.symlink(secret, item / "azuredeploy.json")
    counts = sync(folder)
    assert counts.invalid == 1
    assert "leads out of its folder" in str(counts.findings[0])


def test_a_huge_template_is_refused(folder):
    item = write(folder)
    (item / "azuredeploy.json").write_text(" " * (4 * 1024 * 1024 + 1))
    assert sync(folder).invalid == 1


def test_files_in_other_encodings_are_read(folder):
    item = write(folder)
    (item / "azuredeploy.json").write_bytes(arm_text().encode("utf-8-sig"))
    (item / "README.md").write_bytes("# Grüße".encode("utf-16"))
    assert sync(folder).added == 1
    assert TemplateVersion.objects.get().readme_text == "# Grüße"


def test_an_invalid_item_makes_the_command_fail_with_its_findings(folder, capsys):
    (folder / "broken").mkdir()
    with pytest.raises(CommandError):
        call_command("sync_catalog", folder=folder)
    assert "broken" in capsys.readouterr().err


def test_the_texts_of_the_published_version_become_the_templates(folder):
    write(folder)
    sync(folder)
    template = Template.objects.get()
    assert (template.name, template.name_ja, template.category) == ("Small service", "小さなサービス", "web")
