"""Forms about environments: asking for one, deciding, extending, sharing, filtering, adopting."""

import math
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.blueprint import blueprint
from catalog.forms import check_parameters, field_name, parameter_fields, read_parameters
from catalog.models import TemplateVersion
from environments import names
from environments.drafts import RequestDraft
from environments.models import Environment, EnvironmentStatus
from environments.rules import offered_regions
from environments.services.environments import SHAREABLE_ROLES
from projects.models import EnvironmentType, Project


class ProjectChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A project by its slug, the word people see in addresses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(to_field_name="slug", empty_label=None, **options)


class TypeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """An environment type of the chosen project by its slug."""

    def __init__(self, **options: Any) -> None:
        super().__init__(to_field_name="slug", empty_label=None, **options)

    def label_from_instance(self, obj: EnvironmentType) -> str:
        """The type's own name; the project stands above it."""
        return f"{obj.name} ({obj.subscription_name})"


class RequestForm(forms.Form):
    """A wish for an environment: where, how long, and the template's own parameters.

    What can be chosen depends on what was chosen above it (type on project, region on type and template), so the form
    is built from the choices so far. Secret fields are never sent back to the page.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        actor: User,
        version: TemplateVersion,
        environment: Environment | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), **(initial or {})})
        self.actor, self.version, self.environment = actor, version, environment
        self.blueprint = blueprint(version)
        self.chosen_project = environment.project if environment else self._choose_project()
        self.chosen_type = environment.environment_type if environment else self._choose_type()
        if environment is None and self.chosen_type is not None:
            self._add_place(self.chosen_type)
        self.fields["purpose"] = forms.CharField(
            label=_("What it is for"),
            max_length=200,
            required=False,
            help_text=_("One line for whoever approves or finds it later. At most 200 characters."),
        )
        self._add_parameters()

    @classmethod
    def recomputed(cls, data: Mapping[str, Any], **options: Any) -> "RequestForm":
        """The form for the choices made so far, values kept, nothing judged yet."""
        posted = cls(data, **options)
        kept = {
            name: field.widget.value_from_datadict(posted.data, {}, name)
            for name, field in posted.fields.items()
            if not isinstance(field.widget, forms.PasswordInput)
            and not field.widget.value_omitted_from_data(posted.data, {}, name)
        }
        return cls(initial=kept, **options)

    @property
    def place_fields(self) -> list[forms.BoundField]:
        """The fields about where, who for and how long."""
        names_in_order = ("project", "environment_type", "region", "lifetime_days", "name", "purpose")
        return [self[name] for name in names_in_order if name in self.fields]

    @property
    def parameter_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The template's own fields under the headings its author gave them."""
        groups: dict[str, list[forms.BoundField]] = {}
        for parameter in self.blueprint.parameters:
            name = field_name(parameter)
            if name in self.fields:
                groups.setdefault(str(parameter.group or ""), []).append(self[name])
        return list(groups.items())

    def clean_name(self) -> str:
        """A name that Azure accepts in resource groups and host names."""
        name = str(self.cleaned_data["name"])
        if not names.is_valid_name(name):
            raise ValidationError(
                _("Use 3 to 30 lower-case letters, digits and single hyphens, starting with a letter."), code="name"
            )
        if word := names.reserved_word(name):
            raise ValidationError(
                _("Azure refuses names with the word “%(word)s”. Choose another name."),
                code="reserved",
                params={"word": word},
            )
        return name

    def clean(self) -> dict[str, Any]:
        """Somewhere to build, and what only the template as a whole can tell about its settings."""
        cleaned = super().clean() or self.cleaned_data
        if self.chosen_type is None:
            raise ValidationError(
                _("You belong to no project with an open environment type. Ask a project lead to add you."),
                code="place",
            )
        check_parameters(self, self.blueprint)
        return cleaned

    def draft(self) -> RequestDraft:
        """The wish as the commands take it; call only when the form is valid."""
        plain, secure = read_parameters(self.blueprint, self.cleaned_data)
        chosen = self.cleaned_data
        environment = self.environment
        return RequestDraft(
            key=chosen["key"],
            requester=self.actor,
            project=environment.project if environment else chosen["project"],
            environment_type=environment.environment_type if environment else chosen["environment_type"],
            version=self.version,
            name=environment.name if environment else chosen["name"],
            region=environment.region if environment else chosen["region"],
            lifetime_days=days_left(environment) if environment else chosen["lifetime_days"],
            purpose=chosen["purpose"],
            parameters=plain,
            secrets=secure,
            environment=environment,
        )

    def _chosen(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def _choose_project(self) -> Project | None:
        self.projects = (
            Project.objects.filter(memberships__user=self.actor, is_active=True, environment_types__is_open=True)
            .distinct()
            .order_by("name")
        )
        slug = self._chosen("project")
        return next((project for project in self.projects if project.slug == slug), None) or self.projects.first()

    def _choose_type(self) -> EnvironmentType | None:
        self.types = EnvironmentType.objects.filter(project=self.chosen_project, is_open=True).order_by("name")
        slug = self._chosen("environment_type")
        return next((each for each in self.types if each.slug == slug), None) or self.types.first()

    def _add_place(self, chosen: EnvironmentType) -> None:
        self.fields["project"] = ProjectChoice(
            queryset=self.projects, label=_("Project"), help_text=_("Pays for it; its leads decide about it.")
        )
        self.fields["environment_type"] = TypeChoice(
            queryset=self.types,
            label=_("Environment type"),
            help_text=_("Fixes subscription, regions, roles and the longest lifetime."),
            error_messages={"invalid_choice": _("This type is not open in the chosen project. Pick one of the list.")},
        )
        regions = offered_regions(chosen, self.blueprint.regions)
        self.fields["region"] = forms.ChoiceField(
            label=_("Region"),
            choices=[(region, region) for region in regions],
            help_text=_("Where both the environment type and the template are offered."),
            error_messages={
                "invalid_choice": _("%(value)s is not offered for this type and template. Pick one of the list.")
            },
        )
        self._add_lifetime_and_name(chosen)
        self._keep_choices_possible(chosen, regions)

    def _add_lifetime_and_name(self, chosen: EnvironmentType) -> None:
        self.fields["lifetime_days"] = forms.IntegerField(
            label=_("Lifetime in days"),
            min_value=1,
            max_value=chosen.max_lifetime_days,
            help_text=_(
                "1 to %(days)s days for %(type)s. It is deleted afterwards; you can extend it within this limit."
            )
            % {"days": chosen.max_lifetime_days, "type": chosen.name},
        )
        self.fields["name"] = forms.CharField(
            label=_("Name"),
            max_length=names.NAME_MAX,
            help_text=_("3 to 30 lower-case letters, digits and hyphens; it becomes part of names in Azure."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )

    def _keep_choices_possible(self, chosen: EnvironmentType, regions: list[str]) -> None:
        """On an unjudged form, what no longer fits the choices above it falls back to what does."""
        if self.is_bound:
            return
        if self.chosen_project is not None:
            self.initial["project"] = self.chosen_project.slug
        self.initial["environment_type"] = chosen.slug
        if self.initial.get("region") not in regions:
            self.initial["region"] = regions[0] if regions else ""
        days = str(self.initial.get("lifetime_days") or "")
        if not (days.isdecimal() and len(days) < 5 and 1 <= int(days) <= chosen.max_lifetime_days):
            self.initial["lifetime_days"] = chosen.default_lifetime_days

    def _add_parameters(self) -> None:
        region = self.environment.region if self.environment else self._chosen("region") or self.initial.get("region")
        for name, field in parameter_fields(self.blueprint, region=region).items():
            self.fields[name] = field
            if isinstance(field.widget, forms.PasswordInput):
                field.widget.attrs["autocomplete"] = "new-password"
                # htmx keeps what was typed when the form around it is drawn again; the server never sends it back.
                field.widget.attrs["hx-preserve"] = "true"


def days_left(environment: Environment) -> int:
    """Whole days until the environment ends, at least one."""
    return max(1, math.ceil((environment.ends_at - timezone.now()) / timedelta(days=1)))


class EnvironmentFilter(forms.Form):
    """What the list of environments shows; a value that makes no sense is ignored."""

    q = forms.CharField(label=_("Search"), max_length=80, required=False)
    whose = forms.ChoiceField(label=_("Whose"), required=False, choices=[("", _("Everybody's")), ("mine", _("Mine"))])
    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("All projects"),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All but deleted")), ("all", _("All")), *EnvironmentStatus.choices],
    )
    ends = forms.ChoiceField(
        label=_("Ends"),
        required=False,
        choices=[
            ("", _("At any time")),
            ("1", _("Within a day")),
            ("7", _("Within 7 days")),
            ("30", _("Within 30 days")),
        ],
    )
    sort = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, actor: User) -> None:
        super().__init__(data)
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Project.objects.visible_to(actor).order_by("name")

    @property
    def wanted(self) -> dict[str, Any]:
        """The filters that make sense."""
        self.is_valid()
        return self.cleaned_data

    @property
    def is_narrowing(self) -> bool:
        """True when a filter is set, so that an empty list says so."""
        return any(value for name, value in self.wanted.items() if name != "sort")


class ExtendForm(forms.Form):
    """How many days longer."""

    days = forms.IntegerField(label=_("Days more"), min_value=1, max_value=365, initial=7)


class ShareForm(forms.Form):
    """Who of the project gets which role on one environment."""

    user = forms.ModelChoiceField(label=_("Project member"), queryset=User.objects.none(), empty_label=None)
    role_name = forms.ChoiceField(label=_("Role"))

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, environment: Environment, auto_id: str = "id_%s"
    ) -> None:
        super().__init__(data, auto_id=auto_id)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            User.objects.filter(memberships__project=environment.project, is_active=True)
            .exclude(pk=environment.owner_id)
            .order_by("display_name")
        )
        offered = self.fields["role_name"]
        assert isinstance(offered, forms.ChoiceField)
        offered.choices = [(role, role) for role in SHAREABLE_ROLES]


class DecisionForm(forms.Form):
    """An approver's answer, bound to the digest of what the page showed."""

    digest = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2, "cols": 40})
    )


class RefusalForm(DecisionForm):
    """A refusal says why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 40}),
        error_messages={"required": _("Say why, so that the requester knows what to change.")},
    )


class AdoptForm(forms.Form):
    """Where a resource group found in Azure belongs from now on."""

    environment_type = forms.ModelChoiceField(
        label=_("Project and environment type"), queryset=EnvironmentType.objects.none()
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.filter(is_active=True, is_system=False).order_by("display_name")
    )
    ends_on = forms.DateField(label=_("Ends on"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Mapping[str, Any] | None = None, *, subscription_id: str) -> None:
        super().__init__(data)
        field = self.fields["environment_type"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = EnvironmentType.objects.filter(subscription_id=subscription_id).select_related("project")
