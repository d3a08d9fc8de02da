"""azuredeploy.json through the ARM language, with a finding for what it refuses and a flag for what needs a look."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

import arm
from catalog.findings import Finding, Severity

FILES = ("azuredeploy.json", "main.json", "mainTemplate.json")
MAX_BYTES = 4 * 1024 * 1024
_MAX_DEPTH = 100


def read_template(text: str, *, file: str = FILES[0]) -> tuple[arm.Template | None, tuple[Finding, ...]]:
    """The template, or None with the reason; flags are warnings beside a template."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return None, (_error(file, 0, _("The template is larger than 4 MB, which is Azure's limit.")),)
    try:
        template = arm.parse_template(text, name=file)
    except arm.ArmError as error:
        return None, (_error(file, error.position.line if error.position else 0, error.message),)
    findings = list(_flags(template, file))
    if template.scope != "resourceGroup":
        findings.append(_error(file, 1, _("Only templates for a resource group can be built here.")))
    return template, tuple(findings)


def _error(file: str, line: int, message: Any) -> Finding:
    return Finding(Severity.ERROR, file, "", line, message, _("Mend the template and sync again."))


def _flags(template: arm.Template, file: str) -> Iterator[Finding]:
    """What a catalog admin must look at before publishing: it reaches outside the group, or runs code."""
    seen: set[str] = set()
    for resource in _resources(template.document, 0):
        kind = str(resource.get("type", "")).lower()
        for reason in _reasons(kind, resource):
            if str(reason) not in seen:
                seen.add(str(reason))
                yield Finding(Severity.WARNING, file, str(resource.get("name", "")), 0, reason, _("Look at it first."))


def _reasons(kind: str, resource: dict[str, Any]) -> Iterator[Any]:
    properties = resource.get("properties")
    inner = properties if isinstance(properties, dict) else {}
    if kind == "microsoft.resources/deploymentscripts":
        yield _("The template runs a script in Azure.")
    if kind == "microsoft.resources/deployments":
        if str(inner.get("mode", "")).lower() == "complete":
            yield _("A nested deployment deletes what it does not list.")
        if "subscriptionId" in resource or "resourceGroup" in resource:
            yield _("A nested deployment builds outside the environment's group.")
        if isinstance(inner.get("templateLink"), dict) and "uri" in inner["templateLink"]:
            yield _("The template reads another template from the network; its content is not pinned.")


def _resources(document: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Every resource of the document, children and nested templates included."""
    if depth > _MAX_DEPTH or not isinstance(document, dict):
        return
    resources = document.get("resources")
    for resource in resources.values() if isinstance(resources, dict) else resources or ():
        if isinstance(resource, dict):
            yield resource
            yield from _resources(resource, depth + 1)
            properties = resource.get("properties")
            if isinstance(properties, dict):
                yield from _resources(properties.get("template"), depth + 1)
