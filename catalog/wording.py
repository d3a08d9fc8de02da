"""Saying what a parameter is and where its limits are, for forms and pages alike."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.parameters import Parameter
from common.errors import Text

_TYPES: dict[str, Text] = {
    "string": gettext_lazy("text"),
    "securestring": gettext_lazy("secret text"),
    "int": gettext_lazy("whole number"),
    "bool": gettext_lazy("yes or no"),
    "array": gettext_lazy("list"),
    "object": gettext_lazy("object (JSON)"),
    "secureobject": gettext_lazy("secret object (JSON)"),
}


def type_word(parameter: Parameter) -> str:
    """The type as people say it."""
    return str(_TYPES.get(parameter.type, parameter.type))


def limits(parameter: Parameter) -> str:
    """The limits as a sentence, said before somebody breaks them; empty when there are none."""
    if parameter.allowed:
        return ""
    match parameter.type:
        case "int":
            return _number_limits(parameter.min_value, parameter.max_value)
        case "string" | "securestring":
            return _length_limits(parameter.min_length, parameter.max_length)
        case "array":
            return _item_limits(parameter.min_length, parameter.max_length)
        case _:
            return ""


def _number_limits(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return _("%(low)d to %(high)d.") % {"low": low, "high": high}
    if low is not None:
        return _("At least %(low)d.") % {"low": low}
    return _("At most %(high)d.") % {"high": high} if high is not None else ""


def _length_limits(low: int | None, high: int | None) -> str:
    if low and high is not None:
        return _("%(low)d to %(high)d characters.") % {"low": low, "high": high}
    if low:
        return _("At least %(low)d characters.") % {"low": low}
    return _("At most %(high)d characters.") % {"high": high} if high is not None else ""


def _item_limits(low: int | None, high: int | None) -> str:
    if low and high is not None:
        return _("%(low)d to %(high)d items.") % {"low": low, "high": high}
    if low:
        return _("At least %(low)d items.") % {"low": low}
    return _("At most %(high)d items.") % {"high": high} if high is not None else ""
