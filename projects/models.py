"""Projects own environments, members, money; environment types fix where and how a project may build."""

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Questions asked of projects."""

    def visible_to(self, user: User) -> "ProjectQuerySet":
        """Projects a person may see: their own; all for finance and platform admins."""
        if user.is_finance or user.is_platform_admin:
            return self.all()
        return self.filter(memberships__user=user).distinct()

    def led_by(self, user: User) -> "ProjectQuerySet":
        """Projects where the person is a lead."""
        return self.filter(memberships__user=user, memberships__role=ProjectRole.LEAD)


class Project(models.Model):
    """The unit that owns environments, members, budget and cost centre."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    cost_centre = models.CharField(max_length=40)
    business_unit = models.CharField(max_length=80)
    # The Entra group that gets the members' roles on every environment of the project.
    group_object_id = models.CharField(max_length=36, blank=True)
    group_name = models.CharField(max_length=120, blank=True)
    extra_tags = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The project's page."""
        return reverse("projects:project", args=[self.slug])


class ProjectRole(models.TextChoices):
    """What a member is in the project."""

    LEAD = "lead", _("Lead")
    DEVELOPER = "developer", _("Developer")


class Membership(models.Model):
    """A person in a project; the row exists exactly while they are a member.

    `follows_group` is true once the person was seen in the project's Entra group: leaving it ends the membership.
    People whom only the portal made members stay until the portal removes them.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=ProjectRole.choices, default=ProjectRole.DEVELOPER)
    since = models.DateTimeField(auto_now_add=True)
    follows_group = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.project} ({self.role})"


class ApprovalRule(models.TextChoices):
    """Who must agree before something of this type is built."""

    NONE = "none", _("No approval")
    LEAD = "lead", _("A project lead")
    TWO = "two", _("Two people")


class EnvironmentType(models.Model):
    """Develop, QA, Staging…: per project it fixes subscription, regions, roles, lifetime, quota and approval.

    Azure Deployment Environments calls this a project environment type. `creator_roles` and `member_roles` hold
    names of Azure built-in roles as `cloud.roles` lists them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="environment_types")
    slug = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)
    subscription_id = models.CharField(max_length=36)
    subscription_name = models.CharField(max_length=80)
    regions = models.JSONField(default=list)
    creator_roles = models.JSONField(default=list)
    member_roles = models.JSONField(default=list)
    default_lifetime_days = models.PositiveIntegerField(default=14)
    max_lifetime_days = models.PositiveIntegerField(default=30, validators=[MinValueValidator(1)])
    quota = models.PositiveIntegerField(default=5, help_text="Environments at the same time, requests included")
    approval = models.CharField(max_length=8, choices=ApprovalRule.choices, default=ApprovalRule.NONE)
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["project", "name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "slug"], name="one_type_per_name"),
            models.CheckConstraint(
                condition=Q(default_lifetime_days__lte=models.F("max_lifetime_days")) & Q(default_lifetime_days__gte=1),
                name="default_lifetime_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project.name} · {self.name}"
