"""Commands on versions: add, publish, deprecate, retire. Each is one transaction with its audit event."""

import hashlib
import json
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import trail
from catalog.blueprint import Texts, read_blueprint
from catalog.findings import Finding, ItemInvalid, has_error
from catalog.models import VERSION_MOVES, CatalogSource, Template, TemplateVersion, VersionStatus
from catalog.overlay import Overlay
from common.errors import DomainError, PermissionRefused

_UNVERSIONED = "0.0.0"


@dataclass(frozen=True)
class VersionFiles:
    """The files of one catalog item, as text."""

    arm_text: str
    manifest_text: str = ""
    overlay_text: str = ""
    readme_text: str = ""
    readme_ja_text: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over all files: what identifies a version."""
        parts = [self.arm_text, self.manifest_text, self.overlay_text, self.readme_text, self.readme_ja_text]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()

    @property
    def texts(self) -> Texts:
        """The files that make up the blueprint."""
        return Texts(self.digest, self.arm_text, self.manifest_text, self.overlay_text)


def can_manage(user: User) -> bool:
    """Who may change what is on offer."""
    return user.is_catalog_admin or user.is_system


@transaction.atomic
def add_version(
    *, actor: User, source: CatalogSource, slug: str, files: VersionFiles, commit: str = ""
) -> tuple[TemplateVersion, bool]:
    """The version with this content and whether it is new; new ones are drafts. ItemInvalid when the files are not."""
    _check_may_manage(actor)
    built, findings = read_blueprint(files.texts)
    if built is None:
        raise ItemInvalid(findings)
    name = str(built.overlay.name.en or built.manifest.name or slug)
    template, is_new = Template.objects.get_or_create(slug=slug, defaults={"source": source, "name": name})
    if is_new:
        _describe(template, built.overlay)
    elif template.source_id != source.pk:
        message = _("Another source already offers a template called %(slug)s. Rename the folder.")
        raise DomainError(message % {"slug": slug})
    known = template.versions.filter(digest=files.digest).first()
    if known is not None:
        return known, False
    version = TemplateVersion.objects.create(
        template=template,
        number=_free_number(template, built.overlay.version or built.manifest.version or _UNVERSIONED, files.digest),
        digest=files.digest,
        commit=commit,
        arm_text=files.arm_text,
        manifest_text=files.manifest_text,
        overlay_text=files.overlay_text,
        readme_text=files.readme_text,
        readme_ja_text=files.readme_ja_text,
    )
    trail.record("version.added", actor=actor, subject=version, details={"number": version.number})
    return version, True


@transaction.atomic
def publish_version(*, actor: User, version: TemplateVersion) -> TemplateVersion:
    """Put the version on offer; the one on offer until now becomes deprecated."""
    _check_may_manage(actor)
    template = Template.objects.select_for_update().get(pk=version.template_id)
    version = _locked(version)
    findings = version_findings(version)
    if has_error(findings):
        raise DomainError(
            _("Version %(number)s has errors and cannot be published. Mend them and sync again.")
            % {"number": version.number},
            reasons=[str(finding) for finding in findings],
        )
    for offered in template.versions.filter(status=VersionStatus.PUBLISHED).exclude(pk=version.pk):
        _move(actor, offered, VersionStatus.DEPRECATED)
    version.published_at = timezone.now()
    _move(actor, version, VersionStatus.PUBLISHED)
    overlay = read_blueprint(_texts(version))[0]
    if overlay is not None:
        _describe(template, overlay.overlay)
    return version


@transaction.atomic
def deprecate_version(*, actor: User, version: TemplateVersion) -> TemplateVersion:
    """Take the version off the offer; environments that use it stay, and its page says why it cannot be asked for."""
    _check_may_manage(actor)
    version = _locked(version)
    _move(actor, version, VersionStatus.DEPRECATED)
    return version


@transaction.atomic
def retire_version(*, actor: User, version: TemplateVersion) -> TemplateVersion:
    """Hide the version from everybody but catalog admins; environments that use it stay."""
    _check_may_manage(actor)
    version = _locked(version)
    _move(actor, version, VersionStatus.RETIRED)
    return version


def version_findings(version: TemplateVersion) -> tuple[Finding, ...]:
    """What an admin should know before publishing."""
    return read_blueprint(_texts(version))[1]


def _texts(version: TemplateVersion) -> Texts:
    return Texts(version.digest, version.arm_text, version.manifest_text, version.overlay_text)


def _check_may_manage(actor: User) -> None:
    if not can_manage(actor):
        raise PermissionRefused(_("Only catalog admins change what is on offer. Ask one of them."))


def _locked(version: TemplateVersion) -> TemplateVersion:
    return TemplateVersion.objects.select_for_update().select_related("template").get(pk=version.pk)


def _move(actor: User, version: TemplateVersion, target: VersionStatus) -> None:
    """One move of the table with its audit event; a move that somebody else already made is refused politely."""
    if target not in VERSION_MOVES[version.status]:
        raise DomainError(
            _("Version %(number)s is %(status)s by now. Reload the page to see where it stands.")
            % {"number": version.number, "status": version.get_status_display()}
        )
    source, version.status = version.status, target
    version.save(update_fields=["status", "published_at"])
    change = {"number": version.number, "from": source, "to": str(target.value)}
    trail.record(f"version.{target.value}", actor=actor, subject=version, details=change)


def _describe(template: Template, overlay: Overlay) -> None:
    """Let the template say of itself what its overlay says."""
    template.name = overlay.name.en or template.name
    template.name_ja = overlay.name.ja
    template.summary = overlay.summary.en
    template.summary_ja = overlay.summary.ja
    template.category = overlay.category
    template.icon = overlay.icon
    template.aws_equivalent = overlay.aws
    template.delivery = overlay.delivery
    template.save()


def _free_number(template: Template, wanted: str, digest: str) -> str:
    """The author's number; where other content already bears it, the digest's first letters tell them apart."""
    if not template.versions.filter(number=wanted).exists():
        return wanted
    return f"{wanted[:21]}+{digest[:8]}"
