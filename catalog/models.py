"""What is on offer: a source holds templates, a template has immutable versions."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class SourceKind(models.TextChoices):
    """Where templates come from."""

    BUILT_IN = "built_in", _("Built in")


class CatalogSource(models.Model):
    """A place templates are read from."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=SourceKind.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Delivery(models.TextChoices):
    """How a version becomes real."""

    STACK = "stack", _("Resource group with a deployment stack")


class Template(models.Model):
    """An item of the catalog."""

    source = models.ForeignKey(CatalogSource, on_delete=models.PROTECT, related_name="templates")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    name_ja = models.CharField(max_length=80, blank=True)
    summary = models.CharField(max_length=300)
    summary_ja = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=40, blank=True)
    icon = models.CharField(max_length=30, blank=True)
    aws_equivalent = models.CharField(max_length=120, blank=True)
    delivery = models.CharField(max_length=24, choices=Delivery.choices, default=Delivery.STACK)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The template's page."""
        return reverse("catalog:template", args=[self.slug])


class VersionStatus(models.TextChoices):
    """Draft → published → deprecated → retired; only published versions can be asked for."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    DEPRECATED = "deprecated", _("Deprecated")
    RETIRED = "retired", _("Retired")


class TemplateVersion(models.Model):
    """One immutable version: its files as text, identified by the digest of their content.

    `arm_text` is the ARM JSON as found (text, because key order matters and PostgreSQL's jsonb drops it),
    `manifest_text` the environment.yaml, `overlay_text` the genkan.yaml (docs/catalog-authoring.md).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(max_length=30)
    digest = models.CharField(max_length=64)
    commit = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    arm_text = models.TextField()
    manifest_text = models.TextField(blank=True)
    overlay_text = models.TextField(blank=True)
    readme_text = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["template", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number"),
            models.UniqueConstraint(fields=["template", "digest"], name="one_version_per_content"),
        ]

    def __str__(self) -> str:
        return f"{self.template.name} {self.number}"
