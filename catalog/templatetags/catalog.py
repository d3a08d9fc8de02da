"""Tags of the catalog pages: choices and defaults of parameters as people read them."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.form_fields import as_text
from catalog.parameters import Parameter

register = template.Library()


@register.filter
def choice(value: Any) -> str:
    """An allowed value as the form shows it."""
    return as_text(value)


@register.simple_tag
def parameter_default(parameter: Parameter) -> SafeString | str:
    """The default; a secret's is never shown, an expression is Azure's to compute."""
    if not parameter.has_default:
        return "—"
    if parameter.secure:
        return _("none shown")
    if parameter.default_is_expression:
        return format_html("{} <code>{}</code>", _("computed by Azure:"), parameter.default)
    if isinstance(parameter.default, bool):
        return _("yes") if parameter.default else _("no")
    if parameter.default in ("", [], {}):
        return _("empty")
    text = (
        parameter.default if isinstance(parameter.default, str) else json.dumps(parameter.default, ensure_ascii=False)
    )
    return format_html("<code>{}</code>", text)
