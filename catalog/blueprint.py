"""A version put together: template, manifest and overlay read once and kept by the digest of their content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import arm
from catalog.findings import Finding, ItemInvalid, has_error
from catalog.formats.ade import Manifest, read_manifest
from catalog.formats.arm_json import read_template
from catalog.models import TemplateVersion
from catalog.overlay import (
    DailyCost,
    EnvName,
    KustoQuery,
    Overlay,
    RoleWish,
    UpdatePolicy,
    read_overlay,
)
from catalog.parameters import Parameter, merge_parameters

__all__ = ["Blueprint", "DailyCost", "EnvName", "KustoQuery", "Parameter", "RoleWish", "UpdatePolicy"]

_KEPT = 256


@dataclass(frozen=True, eq=False)
class Blueprint:
    """What a version builds, asks for and gives. One object per content, shared between threads: never change it.

    `size` is the length of the template's text.
    """

    template: arm.Template
    manifest: Manifest
    overlay: Overlay
    parameters: tuple[Parameter, ...]
    size: int

    @property
    def document(self) -> Mapping[str, Any]:
        """The template as sent to Azure."""
        return self.template.document

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions the template can be built in; empty means every region of the environment type."""
        return self.overlay.regions

    @property
    def roles(self) -> tuple[RoleWish, ...]:
        """Roles the template asks for on the environment's group."""
        return self.overlay.roles

    @property
    def env(self) -> tuple[EnvName, ...]:
        """The lines of the .env file, in order."""
        return self.overlay.env

    @property
    def queries(self) -> tuple[KustoQuery, ...]:
        """Ready-made queries."""
        return self.overlay.queries

    @property
    def daily_cost(self) -> DailyCost | None:
        """The admin's figure, if there is one."""
        return self.overlay.daily_cost

    @property
    def updates(self) -> UpdatePolicy:
        """What a change of parameters does."""
        return self.overlay.updates

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name, without case as in ARM."""
        return next((each for each in self.parameters if each.name.lower() == name.lower()), None)


@dataclass(frozen=True)
class Texts:
    """The files of a version; two are equal when their digests are, so that a cache needs no texts to compare."""

    digest: str
    arm_text: str = field(compare=False)
    manifest_text: str = field(default="", compare=False)
    overlay_text: str = field(default="", compare=False)


def blueprint(version: TemplateVersion) -> Blueprint:
    """The version's blueprint; ItemInvalid when its files have errors (a published version's never do)."""
    return _built(_DeferredTexts(version.digest, version))


def overlay_of(version: TemplateVersion) -> Overlay:
    """Only the overlay: enough for a card, and much cheaper than the template."""
    return _overlay(_DeferredTexts(version.digest, version))


def read_blueprint(texts: Texts) -> tuple[Blueprint | None, tuple[Finding, ...]]:
    """The blueprint unless there are errors, and every finding."""
    template, template_findings = read_template(texts.arm_text)
    manifest, manifest_findings = read_manifest(texts.manifest_text)
    overlay, overlay_findings = read_overlay(texts.overlay_text)
    findings = [*template_findings, *manifest_findings, *overlay_findings]
    if template is None:
        return None, tuple(findings)
    parameters, merge_findings = merge_parameters(template, manifest, overlay)
    findings.extend(merge_findings)
    if has_error(findings):
        return None, tuple(findings)
    return Blueprint(template, manifest, overlay, parameters, len(texts.arm_text)), tuple(findings)


@dataclass(frozen=True)
class _DeferredTexts:
    """A cache key that asks the database for the long texts only when nothing is cached."""

    digest: str
    version: TemplateVersion = field(compare=False, repr=False)

    def read(self) -> Texts:
        """The version's files."""
        version = self.version
        return Texts(version.digest, version.arm_text, version.manifest_text, version.overlay_text)


@lru_cache(maxsize=_KEPT)
def _built(source: _DeferredTexts) -> Blueprint:
    result, findings = read_blueprint(source.read())
    if result is None:
        raise ItemInvalid(findings)
    return result


@lru_cache(maxsize=_KEPT * 4)
def _overlay(source: _DeferredTexts) -> Overlay:
    return read_overlay(source.version.overlay_text)[0]
