"""Forms about projects: adding a member, changing a role."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects.models import Project, ProjectRole


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only in the stubs
    """A person by name and address."""

    def label_from_instance(self, obj: User) -> str:
        """Two people may have the same name; their addresses differ."""
        return f"{obj.display_name} ({obj.email})" if obj.email else str(obj)


class AddMemberForm(forms.Form):
    """Somebody who has signed in before and is no member yet."""

    user = PersonChoice(
        label=_("Person"),
        queryset=User.objects.none(),
        help_text=_("Everybody who has signed in to Genkan at least once and is not a member yet."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=ProjectRole.choices, initial=ProjectRole.DEVELOPER)

    def __init__(self, *args: object, project: Project, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        people = User.objects.filter(is_active=True, is_system=False).exclude(memberships__project=project)
        field = self.fields["user"]
        assert isinstance(field, PersonChoice)
        field.queryset = people.order_by("display_name", "pk")


class RoleForm(forms.Form):
    """What a member is from now on."""

    role = forms.ChoiceField(label=_("Role"), choices=ProjectRole.choices)
