"""What is on offer: a source holds templates, a template has immutable versions."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.localized import Localized
from common.states import moves

_MAX_SEARCH_WORDS = 8


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


class Category(models.TextChoices):
    """What people look for; a facet of the catalog."""

    AI = "ai", _("AI and language models")
    DATA = "data", _("Data and storage")
    NETWORK = "network", _("Networks")
    OBSERVABILITY = "observability", _("Logs and monitoring")
    SANDBOX = "sandbox", _("Sandboxes")
    WEB = "web", _("Web apps")
    OTHER = "other", _("Other")


class TemplateQuerySet(models.QuerySet["Template"]):
    """Questions asked of the catalog."""

    def visible_to(self, user: User) -> "TemplateQuerySet":
        """What is or was on offer; catalog admins also see what has not been published yet or was retired."""
        if user.is_catalog_admin or user.is_platform_admin:
            return self.all()
        shown = TemplateVersion.objects.filter(template=OuterRef("pk"), status__in=VersionStatus.shown())
        return self.filter(Exists(shown))

    def on_offer(self) -> "TemplateQuerySet":
        """Templates with a published version: what can be asked for."""
        return self.filter(Exists(TemplateVersion.objects.published().filter(template=OuterRef("pk"))))

    def searched(self, text: str) -> "TemplateQuerySet":
        """Every word occurs in a name, a summary, the AWS equivalent or the category."""
        found = self
        for word in text.split()[:_MAX_SEARCH_WORDS]:
            matches = Q(name__icontains=word) | Q(name_ja__icontains=word) | Q(slug__icontains=word)
            matches |= Q(summary__icontains=word) | Q(summary_ja__icontains=word)
            matches |= Q(aws_equivalent__icontains=word) | Q(category__iexact=word)
            found = found.filter(matches)
        return found

    def with_offered_version(self) -> "TemplateQuerySet":
        """Two queries for the whole list: `offered_versions` holds the published one without its long texts."""
        versions = TemplateVersion.objects.published().defer(*LONG_TEXTS)
        return self.prefetch_related(Prefetch("versions", queryset=versions, to_attr="offered_versions"))


class Template(models.Model):
    """An item of the catalog. What it says about itself comes from its published version."""

    source = models.ForeignKey(CatalogSource, on_delete=models.PROTECT, related_name="templates")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    name_ja = models.CharField(max_length=80, blank=True)
    summary = models.CharField(max_length=300)
    summary_ja = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=40, choices=Category.choices, blank=True)
    icon = models.CharField(max_length=30, blank=True)
    aws_equivalent = models.CharField(max_length=120, blank=True)
    delivery = models.CharField(max_length=24, choices=Delivery.choices, default=Delivery.STACK)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The template's page."""
        return reverse("catalog:template", args=[self.slug])

    @property
    def title(self) -> Localized:
        """The name in the reader's language."""
        return Localized(self.name, self.name_ja)

    @property
    def blurb(self) -> Localized:
        """The summary in the reader's language."""
        return Localized(self.summary, self.summary_ja)

    @property
    def offered_version(self) -> "TemplateVersion | None":
        """The one version that can be asked for now; free of a query after `with_offered_version`."""
        loaded: list[TemplateVersion] | None = getattr(self, "offered_versions", None)
        if loaded is not None:
            return loaded[0] if loaded else None
        return self.versions.filter(status=VersionStatus.PUBLISHED).first()


class VersionStatus(models.TextChoices):
    """Draft → published → deprecated → retired; only the published version can be asked for."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    DEPRECATED = "deprecated", _("Deprecated")
    RETIRED = "retired", _("Retired")

    @classmethod
    def shown(cls) -> tuple["VersionStatus", ...]:
        """The statuses that everybody may see."""
        return (cls.PUBLISHED, cls.DEPRECATED)


VERSION_MOVES = moves(
    {
        VersionStatus.DRAFT: {VersionStatus.PUBLISHED, VersionStatus.RETIRED},
        VersionStatus.PUBLISHED: {VersionStatus.DEPRECATED, VersionStatus.RETIRED},
        VersionStatus.DEPRECATED: {VersionStatus.PUBLISHED, VersionStatus.RETIRED},
        VersionStatus.RETIRED: {VersionStatus.PUBLISHED},
    }
)

# What a list need not load; the overlay stays, because a card is drawn from it.
LONG_TEXTS = ("arm_text", "manifest_text", "readme_text", "readme_ja_text")


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    """Questions asked of versions."""

    def published(self) -> "TemplateVersionQuerySet":
        """What can be asked for."""
        return self.filter(status=VersionStatus.PUBLISHED)

    def visible_to(self, user: User) -> "TemplateVersionQuerySet":
        """What is or was on offer; catalog admins see drafts and retired versions too."""
        if user.is_catalog_admin or user.is_platform_admin:
            return self.all()
        return self.filter(status__in=VersionStatus.shown())


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
    readme_ja_text = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        ordering = ["template", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number"),
            models.UniqueConstraint(fields=["template", "digest"], name="one_version_per_content"),
            models.UniqueConstraint(
                fields=["template"],
                condition=Q(status=VersionStatus.PUBLISHED),
                name="one_published_version_per_template",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template.name} {self.number}"

    def get_absolute_url(self) -> str:
        """The version among the template's versions."""
        return f"{self.template.get_absolute_url()}#version-{self.pk}"
