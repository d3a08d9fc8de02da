"""Tags of the catalog pages: choices and defaults of parameters as people read them."""

import json
import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog.form_fields import as_text
from catalog.parameters import Parameter

register = template.Library()

_SEPARATOR = re.compile(r"(?<=[/._-])|(?<=[a-z])(?=[A-Z])")
_BREAK = mark_safe("<wbr>")


@register.filter
def choice(value: Any) -> str:
    """An allowed value as the form shows it."""
    return as_text(value)


@register.filter
def breakable(name: Any) -> SafeString:
    """A technical name that may break after its separators, so that a narrow column does not cut words apart."""
    parts = _SEPARATOR.split(str(name))
    return format_html("<code>{}</code>", format_html_join(_BREAK, "{}", ((part,) for part in parts)))


@register.simple_tag
def parameter_default(parameter: Parameter) -> SafeString | str:
    """The default; a secret's is never shown, an expression is Azure's to compute."""
    if not parameter.has_default:
        return "—"
    if parameter.secure:
        return _("none shown")
    if parameter.default_is_expression:
        return format_html("{} {}", _("computed by Azure:"), breakable(parameter.default))
    if isinstance(parameter.default, bool):
        return _("yes") if parameter.default else _("no")
    if parameter.default in ("", [], {}):
        return _("empty")
    text = (
        parameter.default if isinstance(parameter.default, str) else json.dumps(parameter.default, ensure_ascii=False)
    )
    return breakable(text)
