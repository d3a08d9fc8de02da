"""Tags of every page: states, moments, money, numbers, sortable headers."""

import re
from datetime import date, datetime
from typing import Any

from django import template
from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import wording
from common.paging import Page

register = template.Library()

# Which tone a status word has, whatever row it belongs to; a word not listed is neutral.
_TONES = {
    "ok": "ready succeeded done accepted published sent active complete gone",
    "run": "building updating deleting open running planned ending",
    "warn": "pending missing deprecated draft kept_until",
    "bad": "failed blocked refused void left",
}
_PIECES = re.compile(r"[^./]+[./]?|[./]")
_TONE_OF = {word: tone for tone, words in _TONES.items() for word in words.split()}


@register.inclusion_tag("_pill.html")
def pill(subject: Any, label: str = "", tone: str = "") -> dict[str, str]:
    """A state as a word with a dot: give a row with a `status`, or a value with its label."""
    if isinstance(subject, Model):
        value = str(getattr(subject, "status", ""))
        label = label or str(subject.get_status_display())  # type: ignore[attr-defined]  # made by Django for choices
    else:
        value = str(getattr(subject, "value", subject))
        label = label or str(getattr(subject, "label", subject))
    return {"tone": tone or _TONE_OF.get(value, ""), "label": label}


@register.simple_tag
def when(value: datetime | None, missing: str = "—") -> SafeString | str:
    """Relative time; the exact one on hover and for screen readers."""
    if not value:
        return missing
    return _time(value, text=wording.relative(value), exact=wording.moment(value))


@register.simple_tag
def moment(value: datetime | None, missing: str = "—") -> SafeString | str:
    """The exact time; how far away it is on hover."""
    if value is None:
        return missing
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), wording.relative(value), wording.moment(value)
    )


@register.simple_tag
def day(value: date | datetime | None, missing: str = "—") -> SafeString | str:
    """The day without a time."""
    if value is None:
        return missing
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), wording.day(value))


@register.simple_tag
def money(amount: wording.Number | None, currency: str, unit: str = "") -> str:
    """`{% money total.amount total.currency %}` or `{% money cost "JPY" unit=per_day %}`."""
    return wording.money(amount, currency, unit=unit)


@register.filter
def number(value: wording.Number | None) -> str:
    """The number with separators of thousands."""
    return wording.number(value)


@register.filter
def duration(seconds: wording.Number | None) -> str:
    """Seconds as people say them."""
    return wording.duration(seconds)


@register.filter
def size(count: int | None) -> str:
    """Bytes as people say them."""
    return wording.size(count)


@register.inclusion_tag("_sort_header.html")
def sort_header(page: Page[Any], name: str, label: str, css: str = "") -> dict[str, Any]:
    """A column header that sorts by link; `name` is one of the sorts the page was made with."""
    direction = {name: "ascending", f"-{name}": "descending"}.get(page.sort, "none")
    return {"label": label, "url": page.sort_url(name), "direction": direction, "css": css}


@register.filter
def breakable(text: str) -> SafeString:
    """A long technical name that may break after its dots and slashes instead of anywhere."""
    return format_html_join(format_html("<wbr>"), "{}", ((piece,) for piece in _PIECES.findall(str(text))))


@register.filter
def or_dash(value: Any) -> str:
    """The value, or a dash where there is none."""
    return "—" if value in {None, ""} else str(value)


@register.simple_tag
def yes_no(value: object) -> str:
    """A truth as a word."""
    return _("yes") if value else _("no")


def _time(value: datetime, *, text: str, exact: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}<span class="visually-hidden"> ({})</span></time>',
        value.isoformat(),
        exact,
        text,
        exact,
    )
