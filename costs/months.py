"""Calendar months as their first days: what budgets, reservations and reports are keyed by."""

from datetime import UTC, date, datetime, timedelta


def today() -> date:
    """Today in UTC, which is the day Azure's charges are dated by."""
    return datetime.now(UTC).date()


def first_day(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return first_day(first_day(month) + timedelta(days=32))


def last_day(month: date) -> date:
    """The last day of the month."""
    return next_month(month) - timedelta(days=1)


def previous_month(month: date) -> date:
    """The first day of the month before."""
    return first_day(first_day(month) - timedelta(days=1))


def pieces(since: date, until: date) -> list[tuple[date, date]]:
    """The span cut at the ends of months (a daily cost query covers at most 31 days)."""
    found = []
    while since <= until:
        end = min(last_day(since), until)
        found.append((since, end))
        since = end + timedelta(days=1)
    return found
