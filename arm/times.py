"""Dates the .NET way: reading the forms templates use, writing standard and custom formats, ISO durations."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from arm.errors import ExpressionError

_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP])M)?)?\s*(Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_RFC1123 = re.compile(r"\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$")
_DURATION = re.compile(
    r"(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,7}))?S)?)?$"
)
_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_STANDARD = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "f": "dddd, MMMM d, yyyy h:mm tt",
    "F": "dddd, MMMM d, yyyy h:mm:ss tt",
    "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt",
    "m": "MMMM d",
    "M": "MMMM d",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, MMMM d, yyyy h:mm:ss tt",
    "y": "MMMM yyyy",
    "Y": "MMMM yyyy",
}
COMPACT = "yyyyMMddTHHmmssZ"
_PIECE = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|%|([dfFghHKmMstyz])\1*|.", re.DOTALL)


def _zone(text: str | None) -> timezone:
    if not text or text.upper() == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _read_iso(match: re.Match[str]) -> datetime:
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    micro = int((match[7] or "0").ljust(6, "0")[:6])
    clock = (int(match[4] or 0), int(match[5] or 0), int(match[6] or 0), micro)
    return datetime(year, month, day, *clock, tzinfo=_zone(match[8]))


def _read_american(match: re.Match[str]) -> datetime:
    hour = int(match[4] or 0)
    if match[7]:
        hour = hour % 12 + (12 if match[7].upper() == "P" else 0)
    return datetime(
        int(match[3]),
        int(match[1]),
        int(match[2]),
        hour,
        int(match[5] or 0),
        int(match[6] or 0),
        tzinfo=_zone(match[8]),
    )


def _read_rfc1123(match: re.Match[str]) -> datetime:
    month = next(place for place, name in enumerate(_MONTHS, start=1) if name[:3].lower() == match[2].lower())
    return datetime(int(match[3]), month, int(match[1]), int(match[4]), int(match[5]), int(match[6]), tzinfo=UTC)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], datetime]], ...] = (
    (_ISO, _read_iso),
    (_AMERICAN, _read_american),
    (_RFC1123, _read_rfc1123),
)


def read(text: str) -> datetime:
    """The moment a text stands for, in UTC when it names no zone."""
    for pattern, make in _READERS:
        match = pattern.match(text.strip()[:64])
        if match is not None:
            try:
                return make(match).astimezone(UTC)
            except (ValueError, OverflowError, StopIteration):
                break
    raise ExpressionError(f"The value '{text[:64]}' is not a valid date and time.")


def write(moment: datetime, spec: str) -> str:
    """A moment under a .NET standard (one letter) or custom date format."""
    if len(spec) == 1:
        if spec not in _STANDARD:
            raise ExpressionError(f"The date format '{spec}' is not valid.")
        spec = _STANDARD[spec]
    if len(spec) > 1000:
        raise ExpressionError("The date format is too long.")
    return "".join(_piece(match[0], moment) for match in _PIECE.finditer(spec))


def _piece(piece: str, moment: datetime) -> str:
    letter, count = piece[0], len(piece)
    if letter in {"'", '"'} and count > 1:
        return piece[1:-1]
    if letter == "\\":
        return piece[1:]
    if letter == "%":
        return ""
    writer = _WRITERS.get(letter)
    return writer(moment, count) if writer else piece


def _padded(number: int, count: int) -> str:
    return str(number) if count == 1 else str(number).rjust(2, "0")


def _year(moment: datetime, count: int) -> str:
    if count <= 2:
        return _padded(moment.year % 100, count)
    return str(moment.year).rjust(count, "0")


def _month(moment: datetime, count: int) -> str:
    if count <= 2:
        return _padded(moment.month, count)
    return _MONTHS[moment.month - 1] if count > 3 else _MONTHS[moment.month - 1][:3]


def _day(moment: datetime, count: int) -> str:
    if count <= 2:
        return _padded(moment.day, count)
    return _DAYS[moment.weekday()] if count > 3 else _DAYS[moment.weekday()][:3]


def _half(moment: datetime, count: int) -> str:
    return ("AM" if moment.hour < 12 else "PM")[:count]


def _offset(moment: datetime, count: int) -> str:
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    hours = _padded(minutes // 60, count)
    return f"{sign}{hours}:{minutes % 60:02}" if count > 2 else sign + hours


_WRITERS: dict[str, Callable[[datetime, int], str]] = {
    "y": _year,
    "M": _month,
    "d": _day,
    "H": lambda moment, count: _padded(moment.hour, count),
    "h": lambda moment, count: _padded((moment.hour - 1) % 12 + 1, count),
    "m": lambda moment, count: _padded(moment.minute, count),
    "s": lambda moment, count: _padded(moment.second, count),
    "f": lambda moment, count: f"{moment.microsecond:06}0"[:count],
    "F": lambda moment, count: f"{moment.microsecond:06}0"[:count].rstrip("0"),
    "t": _half,
    "z": _offset,
    "K": lambda _, count: "Z" * count,
    "g": lambda *_: "A.D.",
}


def read_duration(text: str) -> timedelta:
    """An ISO 8601 duration; a year is 365 days and a month 30, as Azure documents."""
    match = _DURATION.match(text)
    if match is None or text.endswith(("P", "T")):
        raise ExpressionError(f"The value '{text[:64]}' is not a valid ISO 8601 duration.")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:8])
    try:
        span = timedelta(
            days=years * 365 + months * 30 + weeks * 7 + days,
            hours=hours,
            minutes=minutes,
            seconds=seconds,
            microseconds=int((match[9] or "0").ljust(6, "0")[:6]),
        )
    except OverflowError as error:
        raise ExpressionError(f"The duration '{text[:64]}' is too long.") from error
    return -span if match[1] else span
