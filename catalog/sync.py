"""Reading the folder of built-in templates into versions and publishing what is new."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.findings import Finding, ItemInvalid, Severity
from catalog.formats import ade, arm_json
from catalog.formats.text import decode
from catalog.models import CatalogSource, SourceKind, Template, TemplateVersion, VersionStatus
from catalog.overlay import FILE as OVERLAY_FILE
from catalog.services import VersionFiles, add_version, deprecate_version, publish_version
from common.errors import DomainError

BUILT_IN_FOLDER = Path(__file__).resolve().parent / "blueprints"
_MAX_FILE_BYTES = arm_json.MAX_BYTES
_README, _README_JA = "README.md", "README.ja.md"


@dataclass
class SyncCounts:
    """What a sync found; an invalid item never keeps the others from being read."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    invalid: int = 0
    findings: tuple[Finding, ...] = ()


def sync_built_in(actor: User, *, folder: Path = BUILT_IN_FOLDER) -> SyncCounts:
    """Bring the built-in templates up to date; safe to run again and at the same time twice."""
    source, _created = CatalogSource.objects.get_or_create(
        slug="built-in", defaults={"name": "Built in", "kind": SourceKind.BUILT_IN}
    )
    counts = SyncCounts()
    slugs: set[str] = set()
    for item in sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()):
        slugs.add(item.name)
        try:
            _sync_item(actor, source, item, counts)
        except ItemInvalid as error:
            counts.invalid += 1
            counts.findings += error.findings
        except DomainError as error:
            counts.invalid += 1
            counts.findings += (Finding(Severity.ERROR, item.name, "", 0, error.message),)
    _remove_others(actor, source, slugs, counts)
    return counts


@transaction.atomic
def _sync_item(actor: User, source: CatalogSource, item: Path, counts: SyncCounts) -> None:
    CatalogSource.objects.select_for_update().get(pk=source.pk)
    had_versions = TemplateVersion.objects.filter(template__slug=item.name).exists()
    was_on_offer = TemplateVersion.objects.published().filter(template__slug=item.name).exists()
    version, is_new = add_version(actor=actor, source=source, slug=item.name, files=read_files(item))
    if not is_new:
        counts.unchanged += 1
        return
    if was_on_offer or not had_versions:
        publish_version(actor=actor, version=version)
    if had_versions:
        counts.changed += 1
    else:
        counts.added += 1


def read_files(item: Path) -> VersionFiles:
    """The files of one item's folder; ItemInvalid when the template is missing or a file is not what it must be."""
    manifest_file = next((name for name in ade.FILES if (item / name).is_file()), "")
    manifest_text = _text(item, manifest_file) if manifest_file else ""
    path = ade.read_manifest(manifest_text, file=manifest_file)[0].template_path if manifest_text else ""
    candidates = [path] if path else list(arm_json.FILES)
    arm_file = next((name for name in candidates if (item / name).is_file()), "")
    if not arm_file:
        raise ItemInvalid(_missing(item, candidates))
    return VersionFiles(
        arm_text=_text(item, arm_file),
        manifest_text=manifest_text,
        overlay_text=_text(item, OVERLAY_FILE),
        readme_text=_text(item, _README),
        readme_ja_text=_text(item, _README_JA),
    )


def _text(item: Path, name: str) -> str:
    """The file's text, empty when there is none. A link may point anywhere, so none is followed."""
    path = item / name
    if not path.is_file():
        return ""
    if path.is_symlink() or not path.resolve().is_relative_to(item.resolve()):
        raise ItemInvalid(_refused(item, name, _("The file is a link that leads out of its folder.")))
    with path.open("rb") as stream:
        content = stream.read(_MAX_FILE_BYTES + 1)
    if len(content) > _MAX_FILE_BYTES:
        raise ItemInvalid(_refused(item, name, _("The file is larger than 4 MB.")))
    return decode(content)


def _missing(item: Path, candidates: list[str]) -> Iterator[Finding]:
    message = _("There is no template: %(names)s.") % {"names": ", ".join(candidates)}
    yield Finding(Severity.ERROR, item.name, "", 0, message, _("Add the file, or correct templatePath."))


def _refused(item: Path, name: str, message: str) -> Iterator[Finding]:
    yield Finding(Severity.ERROR, f"{item.name}/{name}", "", 0, message, _("Put the file itself there."))


def _remove_others(actor: User, source: CatalogSource, slugs: set[str], counts: SyncCounts) -> None:
    """What is no longer in the folder cannot be asked for any more; its versions stay for those who use them."""
    for template in Template.objects.filter(source=source).exclude(slug__in=slugs).on_offer():
        for version in template.versions.filter(status=VersionStatus.PUBLISHED):
            deprecate_version(actor=actor, version=version)
        counts.removed += 1
