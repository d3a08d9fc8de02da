"""Which events of the trail somebody wants to see, from the page's address."""

from datetime import datetime, time
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import AuditEventQuerySet
from projects.models import Project

_PERSON_WORDS = 80


class TrailFilter(forms.Form):
    """Every field is optional; what cannot be read is said at the field and filters nothing."""

    project = forms.ModelChoiceField(queryset=Project.objects.none(), required=False, label=_("Project"))
    environment = forms.CharField(
        required=False, max_length=60, label=_("Environment"), widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    person = forms.CharField(required=False, max_length=_PERSON_WORDS, label=_("Person"))
    action = forms.CharField(
        required=False, max_length=60, label=_("Action"), widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, query: object, *, user: User) -> None:
        super().__init__(query, label_suffix="")  # type: ignore[arg-type]  # a QueryDict, as Django passes it
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        visible = Project.objects.visible_to(user).values("pk")
        field.queryset = Project.objects.filter(pk__in=visible)
        field.empty_label = str(_("All projects"))

    def apply(self, events: AuditEventQuerySet) -> AuditEventQuerySet:
        """The events that fit every field that was filled in."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("project"):
            events = events.filter(project_id=wanted["project"].pk)
        if wanted.get("environment"):
            events = self._of_environment(events, wanted["environment"])
        if wanted.get("person"):
            events = events.filter(actor_name__icontains=wanted["person"])
        if wanted.get("action"):
            events = events.filter(action__istartswith=wanted["action"])
        if wanted.get("since"):
            events = events.filter(at__gte=timezone.make_aware(datetime.combine(wanted["since"], time.min)))
        if wanted.get("until"):
            events = events.filter(at__lte=timezone.make_aware(datetime.combine(wanted["until"], time.max)))
        return events

    @staticmethod
    def _of_environment(events: AuditEventQuerySet, text: str) -> AuditEventQuerySet:
        """By id (pages link with it), else by the name that the event's subject has."""
        try:
            return events.filter(environment_id=UUID(text))
        except ValueError:
            return events.filter(environment_id__isnull=False, subject_name__icontains=text)
