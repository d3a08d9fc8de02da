"""Saying money, numbers, lengths of time and moments the way a reader of the page's language expects them."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

Number = int | float | Decimal

# Symbol and decimals of the currencies Azure bills in that have a sign people know; the others show their code.
_CURRENCIES = {
    "JPY": ("¥", 0),
    "KRW": ("₩", 0),
    "USD": ("$", 2),
    "EUR": ("€", 2),
    "GBP": ("£", 2),
    "INR": ("₹", 2),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB")


def money(amount: Number | None, currency: str, *, unit: str = "") -> str:
    """`¥1,284,310`, `−$0.50`, `¥410 a day`; a sum too small to show says so instead of pretending to be zero."""
    if amount is None:
        return _("not known")
    symbol, decimals = _CURRENCIES.get(currency.upper(), (f"{currency} ", 2))
    exact = Decimal(str(amount))
    step = Decimal(1).scaleb(-decimals)
    shown = abs(exact).quantize(step, rounding=ROUND_HALF_UP)
    sign = "−" if exact < 0 else ""
    if exact and not shown:
        text = _("under %(money)s") % {"money": f"{symbol}{formats.number_format(step, decimals, force_grouping=True)}"}
    else:
        text = f"{sign}{symbol}{formats.number_format(shown, decimals, force_grouping=True)}"
    return f"{text} {unit}" if unit else text


def number(value: Number | None, *, decimals: int | None = None) -> str:
    """The number with separators of thousands; a float shows what it is, not sixteen digits of it."""
    if value is None:
        return _("not known")
    if decimals is None and isinstance(value, float):
        value = round(value, 2)
    return str(formats.number_format(value, decimals, force_grouping=True))


def duration(seconds: Number | None) -> str:
    """`42 s`, `2 min 51 s`, `3 h 5 min`, `4 d 2 h`: the two largest units that matter."""
    if seconds is None:
        return _("not known")
    total = max(0, round(float(seconds)))
    if total < _MINUTE:
        return _("%(seconds)d s") % {"seconds": total}
    if total < _HOUR:
        minutes, rest = divmod(total, _MINUTE)
        text, tail = _("%(minutes)d min") % {"minutes": minutes}, _("%(seconds)d s") % {"seconds": rest}
    elif total < _DAY:
        hours, rest = divmod(total // _MINUTE, _MINUTE)
        text, tail = _("%(hours)d h") % {"hours": hours}, _("%(minutes)d min") % {"minutes": rest}
    else:
        days, rest = divmod(total // _HOUR, 24)
        text, tail = _("%(days)d d") % {"days": days}, _("%(hours)d h") % {"hours": rest}
    return pgettext("two units of time", "%(large)s %(small)s") % {"large": text, "small": tail} if rest else text


def size(count: int | None) -> str:
    """Bytes in binary units: `4.2 MiB`."""
    if count is None:
        return _("not known")
    value, unit = float(count), _SIZES[0]
    for unit in _SIZES:
        if value < 1024 or unit == _SIZES[-1]:
            break
        value /= 1024
    return f"{formats.number_format(round(value, 1) if unit != 'B' else int(value))} {unit}"


def moment(value: datetime) -> str:
    """`20 Nov 2026, 18:00 UTC`: a time nobody can misread."""
    local = timezone.localtime(value)
    text = formats.date_format(local, pgettext("date format", "j M Y, H:i"))
    return f"{text} {local.tzname() or ''}".strip()


def day(value: date | datetime) -> str:
    """`20 Nov 2026`."""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return formats.date_format(local, pgettext("date format", "j M Y"))


def relative(value: datetime, *, now: datetime | None = None) -> str:
    """`3 min ago`, `in 5 days`; beyond a month the day itself says more."""
    distance = value - (now or timezone.now())
    if abs(distance) > timedelta(days=31):
        return day(value)
    seconds = int(abs(distance).total_seconds())
    if seconds < 45:
        return _("just now") if distance <= timedelta() else _("in a moment")
    text = _span(seconds)
    return (_("in %(span)s") if distance > timedelta() else _("%(span)s ago")) % {"span": text}


def _span(seconds: int) -> str:
    """One unit, rounded: a reader wants the order of size."""
    if seconds < 50 * _MINUTE:
        count = max(1, round(seconds / _MINUTE))
        return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
    if seconds < 36 * _HOUR:
        count = max(1, round(seconds / _HOUR))
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    count = round(seconds / _DAY)
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
