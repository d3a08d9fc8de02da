"""Form fields for ARM parameter types. Every one gives None for 'not sent: let the template decide'."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _

from catalog.json_text import MAX_CHARACTERS, read_json

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


class TextField(forms.CharField):
    """A string. A cleared field means empty text where the form showed a default, otherwise nothing is sent."""

    def __init__(self, *, shows_default: bool, is_multiline: bool, **options: Any) -> None:
        self.shows_default = shows_default
        widget = forms.Textarea(attrs={"rows": 3}) if is_multiline else forms.TextInput()
        options.setdefault("max_length", MAX_CHARACTERS)
        super().__init__(widget=widget, strip=False, **options)

    def clean(self, value: Any) -> str | None:
        """The text; browsers send line breaks as CR LF, templates mean LF."""
        if value is None and self.shows_default:
            return None
        text: str = super().clean(value.replace("\r\n", "\n") if isinstance(value, str) else value)
        return text if text or self.shows_default else None


class NumberField(forms.IntegerField):
    """A 64-bit whole number. Where the form showed a default it cannot be cleared; not posted means the default."""

    def __init__(
        self, *, min_value: int | None, max_value: int | None, shows_default: bool = False, **options: Any
    ) -> None:
        self.shows_default = shows_default
        low = INT_MIN if min_value is None else min_value
        high = INT_MAX if max_value is None else max_value
        super().__init__(min_value=low, max_value=high, **options)

    def clean(self, value: Any) -> int | None:
        """The number, None when it was not posted or left empty."""
        return None if value is None and self.shows_default else super().clean(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """The bounds of 64 bits are not worth showing; a browser cannot even hold them."""
        attrs = dict(super().widget_attrs(widget))
        if attrs.get("min") == INT_MIN:
            del attrs["min"]
        if attrs.get("max") == INT_MAX:
            del attrs["max"]
        return attrs


class PickField(forms.ChoiceField):
    """One of the template's allowed values, whatever JSON type they have."""

    def __init__(self, *, values: tuple[Any, ...], can_be_empty: bool, **options: Any) -> None:
        self._values = {as_text(value): value for value in values}
        self.can_be_empty = can_be_empty
        empty = [("", _("Decided by the template"))] if can_be_empty else []
        options.setdefault("error_messages", {})["invalid_choice"] = _(
            "%(value)s cannot be chosen here. Pick one of the list."
        )
        super().__init__(choices=[*empty, *((text, text) for text in self._values)], **options)

    def prepare_value(self, value: Any) -> str:
        """The text of an initial value."""
        return "" if value is None else as_text(value)

    def clean(self, value: Any) -> Any:
        """The allowed value itself, not its text; not posted means the default that the form showed."""
        if value is None and not self.can_be_empty:
            return None
        text = super().clean(None if value is None else as_text(value))
        return self._values.get(text)


class JsonField(forms.CharField):
    """An object typed as JSON. A cleared field means an empty one where the form showed a default."""

    empty: type[dict[str, Any]] | type[list[Any]] = dict

    def __init__(self, *, shows_default: bool = False, **options: Any) -> None:
        self.shows_default = shows_default
        options.setdefault("widget", forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"}))
        super().__init__(max_length=MAX_CHARACTERS, strip=True, **options)

    def prepare_value(self, value: Any) -> str:
        """What was typed, or an initial value as readable JSON."""
        if isinstance(value, str):
            return value
        return "" if value in (None, {}, []) else json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        """The parsed value, checked for its shape."""
        if value is None and self.shows_default:
            return None
        text = super().clean(value if value is None or isinstance(value, str) else json.dumps(value))
        if text:
            return self.checked(self.parse(text))
        return self.checked(self.empty()) if self.shows_default else None

    def parse(self, text: str) -> Any:
        """The value of the text."""
        return read_json(text)

    def checked(self, value: Any) -> Any:
        """The value if it is an object."""
        if not isinstance(value, dict):
            raise ValidationError(_('This must be an object: {"name": "value"}.'), code="type")
        return value


class ListField(JsonField):
    """An array: JSON, or one text a line."""

    empty = list

    def __init__(self, *, min_items: int | None, max_items: int | None, **options: Any) -> None:
        self.min_items, self.max_items = min_items, max_items
        super().__init__(**options)

    def prepare_value(self, value: Any) -> str:
        """Plain texts one a line, anything else as JSON."""
        if isinstance(value, list) and value and all(_is_plain_line(item) for item in value):
            return "\n".join(value)
        return super().prepare_value(value)

    def parse(self, text: str) -> Any:
        """JSON when it looks like it, lines otherwise."""
        if text.startswith(("[", "{")):
            return read_json(text)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def checked(self, value: Any) -> Any:
        """The value if it is an array with an allowed number of items."""
        if not isinstance(value, list):
            raise ValidationError(_("This must be a list: one item a line, or JSON in [ ]."), code="type")
        if self.min_items is not None and len(value) < self.min_items:
            message = _("Give at least %(limit)d items; there are %(count)d.")
            raise ValidationError(message, code="items", params={"limit": self.min_items, "count": len(value)})
        if self.max_items is not None and len(value) > self.max_items:
            message = _("Give at most %(limit)d items; there are %(count)d.")
            raise ValidationError(message, code="items", params={"limit": self.max_items, "count": len(value)})
        return value


class SecretTextField(forms.CharField):
    """A secure string: typed into a password box, never shown again, not even after an error."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        options.setdefault("max_length", MAX_CHARACTERS)
        super().__init__(widget=widget, strip=False, **options)

    def clean(self, value: Any) -> str | None:
        """The text, None when nothing was typed."""
        text: str = super().clean(value)
        return text or None


class SecretJsonField(JsonField):
    """A secure object, as JSON in a password box."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        super().__init__(widget=widget, **options)


class YesNoField(forms.NullBooleanField):
    """A bool that may be left to the template."""

    widget = forms.Select

    def __init__(self, **options: Any) -> None:
        choices = [("", _("Decided by the template")), ("true", _("Yes")), ("false", _("No"))]
        super().__init__(widget=forms.Select(choices=choices), **options)

    def prepare_value(self, value: Any) -> str:
        """The choice's word."""
        return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else str(value or "")


class CheckField(forms.BooleanField):
    """A bool: ticked or not; a missing tick means no."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "required": False})


def as_text(value: Any) -> str:
    """A JSON value as the text of a choice: strings as they are, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_plain_line(item: Any) -> bool:
    """True when the text survives being a line among lines."""
    if not isinstance(item, str) or not item or item != item.strip() or item.startswith(("[", "{")):
        return False
    try:
        ProhibitNullCharactersValidator()(item)
    except ValidationError:
        return False
    return len(item.splitlines()) == 1
