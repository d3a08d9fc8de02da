"""Forms of platform admins: a project, an environment type."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import trail
from projects.forms import PersonChoice
from projects.models import EnvironmentType, Project
from projects.setup import FIXED_PROJECT_FIELDS, FIXED_TYPE_FIELDS, PROJECT_FIELDS, TYPE_FIELDS

# "new" would hide the page of the same address.
SHORT_NAME = RegexValidator(
    r"^(?!new$)[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,19}$",
    _("Use 2 to 20 lower-case letters, digits and single hyphens, starting with a letter, and not the word “new”."),
)
_GUID = RegexValidator(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", _("This is no id such as Azure shows."))
_REGION = re.compile(r"[a-z]+[a-z0-9]*")
_TAG_NAME_REFUSED = re.compile(r"[<>%&\\?/]")
# What makes sense on a whole resource group; a template asks for the rest itself. Never a role that hands out roles.
_OFFERED_ROLES = (
    "Reader",
    "Contributor",
    "Monitoring Reader",
    "Cognitive Services OpenAI User",
    "Azure ContainerApps Session Executor",
    "Key Vault Secrets User",
    "Storage Blob Data Contributor",
    "Virtual Machine User Login",
)
_ROLES_HELP = _("The portal's identity must be allowed to hand them out: its role assignment's condition lists them.")


class RegionsField(forms.CharField):
    """Azure region names, separated by blanks, commas or lines."""

    def prepare_value(self, value: Any) -> Any:
        """A list becomes text for the page."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The names once each, in the order given."""
        return list(dict.fromkeys(re.split(r"[\s,]+", str(value or "").strip().lower()))) if value else []

    def validate(self, value: Any) -> None:
        """Only what can be a region's name."""
        super().validate(value)
        for name in value:
            if not _REGION.fullmatch(name):
                raise ValidationError(_("“%(name)s” is no region such as japaneast."), params={"name": name})

    def run_validators(self, value: Any) -> None:
        """Lengths of text say nothing about a list."""


class TagsField(forms.CharField):
    """Tags, one `name=value` a line."""

    def prepare_value(self, value: Any) -> Any:
        """A dictionary becomes lines for the page."""
        return "\n".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        """The tags by name."""
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        tags: dict[str, str] = {}
        for line in lines:
            name, separator, text = (part.strip() for part in line.partition("="))
            if not separator or not name:
                raise ValidationError(_("Write each tag as name=value; “%(line)s” is not."), params={"line": line})
            tags[name] = text
        return tags

    def validate(self, value: Any) -> None:
        """Azure's limits of names and values (learn.microsoft.com, tag-resources)."""
        for name, text in value.items():
            if trail.looks_secret(name):
                raise ValidationError(
                    _("Everybody who may see the subscription reads its tags. “%(name)s” sounds like a secret."),
                    params={"name": name},
                )
            if _TAG_NAME_REFUSED.search(name) or len(name) > 128 or len(text) > 256:
                raise ValidationError(
                    _("Azure does not take the tag “%(name)s”: too long, or with a character it refuses."),
                    params={"name": name},
                )
        if len(value) > 20:
            raise ValidationError(_("At most 20 tags; Azure allows 50 with ours."))

    def run_validators(self, value: Any) -> None:
        """Lengths of text say nothing about tags."""


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """A project; a new one also needs its first lead."""

    extra_tags = TagsField(
        label=_("Tags of its own"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, as name=value. Written on every environment beside the portal's own tags."),
    )
    lead = PersonChoice(
        label=_("First lead"),
        queryset=User.objects.filter(is_active=True, is_system=False).order_by("display_name", "pk"),
        help_text=_("Approves requests and manages members. Everybody who has signed in at least once."),
    )

    class Meta:
        model = Project
        fields = PROJECT_FIELDS
        labels = {
            "slug": _("Short name"),
            "name": _("Name"),
            "description": _("What it is about"),
            "cost_centre": _("Cost centre"),
            "business_unit": _("Business unit"),
            "group_object_id": _("Object id of its Entra group"),
            "group_name": _("Name of its Entra group"),
            "is_active": _("Open"),
        }
        help_texts = {
            "slug": _("Part of resource group names; it cannot be changed later."),
            "group_object_id": _("Its people become developers of the project and get the members' roles."),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].validators.append(SHORT_NAME)
        self.fields["group_object_id"].validators.append(_GUID)
        if self.instance.pk and not self.instance._state.adding:
            _remove(self, (*FIXED_PROJECT_FIELDS, "lead"))


class TypeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Where and how a project may build."""

    regions = RegionsField(label=_("Regions"), help_text=_("Such as japaneast, eastus2."))
    creator_roles = forms.MultipleChoiceField(
        label=_("The owner gets"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_ROLES_HELP
    )
    member_roles = forms.MultipleChoiceField(
        label=_("Members get"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_ROLES_HELP
    )

    class Meta:
        model = EnvironmentType
        fields = TYPE_FIELDS
        labels = {
            "slug": _("Short name"),
            "name": _("Name"),
            "subscription_id": _("Subscription id"),
            "subscription_name": _("Subscription name"),
            "default_lifetime_days": _("Usual lifetime in days"),
            "max_lifetime_days": _("Longest lifetime in days"),
            "quota": _("Environments at the same time"),
            "approval": _("Approval"),
            "is_open": _("Open for requests"),
        }
        help_texts = {
            "slug": _("Such as develop; it cannot be changed later."),
            "subscription_id": _("Where its environments are built; it cannot be changed later."),
            "quota": _("Requests that wait are counted, too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"].validators.append(SHORT_NAME)
        self.fields["subscription_id"].validators.append(_GUID)
        for name in ("creator_roles", "member_roles"):
            self._offer_roles(name)
        if not self.instance._state.adding:
            _remove(self, FIXED_TYPE_FIELDS)

    def _offer_roles(self, name: str) -> None:
        """The usual ones, and whatever the type has already."""
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        kept = [role for role in getattr(self.instance, name) if role not in _OFFERED_ROLES]
        field.choices = [(role, role) for role in (*_OFFERED_ROLES, *kept)]

    def clean_subscription_id(self) -> str:
        """Azure does not care about case; comparisons are easier without it."""
        return str(self.cleaned_data["subscription_id"]).lower()

    def clean(self) -> dict[str, Any]:
        """The usual lifetime lies within the longest."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        usual, longest = cleaned.get("default_lifetime_days"), cleaned.get("max_lifetime_days")
        if usual is not None and longest is not None and not 1 <= usual <= longest:
            self.add_error("default_lifetime_days", _("At least one day, and not more than the longest lifetime."))
        return cleaned


def _remove(form: forms.BaseForm, names: tuple[str, ...]) -> None:
    for name in names:
        del form.fields[name]
