"""environment.yaml of Azure Deployment Environments, read as it is found in the wild: warnings rather than refusals.

The fields are those of the manifest schema 2022-11-11-preview; its published JSON Schema forbids unknown keys, real
catalogs use them, so they are warnings here.
"""

import posixpath
import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.findings import Finding, Severity
from catalog.formats.section import Section
from catalog.formats.yaml_text import read_yaml

FILES = ("environment.yaml", "environment.yml", "manifest.yaml", "manifest.yml")
_NAME = re.compile(r"[A-Za-z0-9~!,.';:=\-_+()*&$@ ]{3,63}")
_REFUSED_CHARACTER = re.compile(r"[^A-Za-z0-9~!,.';:=\-_+()*&$@ ]")
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_DEPLOYABLE_RUNNERS = ("arm", "bicep", "")


@dataclass(frozen=True)
class ManifestParameter:
    """What the manifest says about one parameter; the template decides the rest."""

    id: str
    name: str
    description: str
    type: str
    default: Any
    has_default: bool
    is_required: bool
    is_read_only: bool
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """The whole file. `is_deployable` is False for runners that the portal lists but cannot drive."""

    name: str = ""
    version: str = ""
    summary: str = ""
    description: str = ""
    runner: str = ""
    template_path: str = ""
    parameters: tuple[ManifestParameter, ...] = ()

    @property
    def is_deployable(self) -> bool:
        """True when the template is ARM, or Bicep that somebody compiled."""
        return self.runner.lower() in _DEPLOYABLE_RUNNERS

    def parameter(self, name: str) -> ManifestParameter | None:
        """The parameter of this name, compared as ARM does, without case."""
        return next((item for item in self.parameters if item.id.lower() == name.lower()), None)


def read_manifest(text: str, *, file: str = FILES[0]) -> tuple[Manifest, tuple[Finding, ...]]:
    """The manifest and every finding; with an error among them the item cannot be published."""
    if not text.strip():
        return Manifest(), ()
    document = read_yaml(text, file=file)
    if document.findings:
        return Manifest(), document.findings
    findings: list[Finding] = []
    root = Section(document, findings)
    manifest = Manifest(
        name=_name(root),
        version=root.text("version", longest=30),
        summary=root.text("summary", longest=300),
        description=root.text("description"),
        runner=root.text("runner", longest=300),
        template_path=_template_path(root),
        parameters=tuple(_parameter(section) for section in root.listed_sections("parameters")),
    )
    root.finish(severity=Severity.WARNING)
    _report_doubled(root, manifest)
    return manifest, tuple(findings)


def _name(root: Section) -> str:
    name = root.required("name", longest=300)
    if name and not _NAME.fullmatch(name):
        refused = _REFUSED_CHARACTER.search(name)
        message = (
            _("A name cannot contain %(character)s.") % {"character": refused.group()}
            if refused
            else _("A name has 3 to 63 characters.")
        )
        root.report("name", message, _("Choose another name."))
    return name


def _template_path(root: Section) -> str:
    path = root.required("templatePath", longest=400).replace("\\", "/")
    if path.startswith("/") or ":" in path or ".." in posixpath.normpath(path).split("/") or "\0" in path:
        root.report(
            "templatePath",
            _("The template must lie in the manifest's folder or below."),
            _("Write a path such as azuredeploy.json."),
        )
        return ""
    return posixpath.normpath(path) if path else ""


def _parameter(section: Section) -> ManifestParameter:
    parameter = ManifestParameter(
        id=section.required("id", longest=255),
        name=section.text("name", longest=120),
        description=section.text("description"),
        type=_type(section),
        default=section.get("default"),
        has_default="default" in section.values,
        is_required=section.flag("required"),
        is_read_only=section.flag("readOnly"),
        allowed=_allowed(section),
    )
    if parameter.is_read_only and not parameter.has_default:
        section.report("readOnly", _("A read-only parameter needs a default."), _("Add `default: …`."))
    section.finish(severity=Severity.WARNING)
    return parameter


def _type(section: Section) -> str:
    kind = section.text("type", default="string").lower()
    if kind in _TYPES:
        return kind
    aliases = {"bool": "boolean", "int": "integer", "securestring": "string", "secureobject": "object"}
    message = _("%(type)s is not a type of this format.") % {"type": kind}
    mend = _("Write one of: %(words)s.") % {"words": ", ".join(_TYPES)}
    section.report("type", message, mend, severity=Severity.WARNING)
    return aliases.get(kind, "string")


def _allowed(section: Section) -> tuple[str, ...]:
    """The choices as texts; the format says strings, real files also write numbers and booleans."""
    value = section.get("allowed")
    if value is None:
        return ()
    if not isinstance(value, list) or any(isinstance(item, list | dict) or item is None for item in value):
        message = _("The choices must be a list of texts.")
        section.report("allowed", message, _("Write it as [one, two]."), severity=Severity.WARNING)
        return ()
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in value)


def _report_doubled(root: Section, manifest: Manifest) -> None:
    seen: set[str] = set()
    for index, parameter in enumerate(manifest.parameters):
        if parameter.id.lower() in seen:
            message = _("The parameter %(id)s stands here twice.") % {"id": parameter.id}
            root.report(f"parameters[{index}]", message, _("Keep one of them."))
        seen.add(parameter.id.lower())
