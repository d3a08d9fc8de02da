"""Money, numbers, lengths of time and moments in both languages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common import wording
from common.templatetags.genkan import breakable

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (Decimal("1284310"), "JPY", "¥1,284,310"),
        (Decimal("1284310.4999"), "JPY", "¥1,284,310"),
        (Decimal("0.5"), "JPY", "¥1"),
        (Decimal("0.49"), "JPY", "under ¥1"),
        (Decimal(0), "JPY", "¥0"),
        (Decimal("-41500"), "JPY", "−¥41,500"),
        (Decimal("12.345"), "EUR", "€12.35"),
        (Decimal("0.004"), "USD", "under $0.01"),
        (Decimal("7.1"), "CHF", "CHF 7.10"),
        (None, "JPY", "not known"),
    ],
)
def test_money_has_its_currency_and_its_decimals(amount, currency, text):
    assert wording.money(amount, currency) == text


def test_money_can_have_a_unit():
    assert wording.money(410, "JPY", unit="a day") == "¥410 a day"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_money_is_never_shown_more_than_half_a_step_away(amount):
    text = wording.money(amount, "JPY")
    if not text.startswith("under"):
        shown = Decimal(text.replace("¥", "").replace(",", "").replace("−", "-"))
        assert abs(shown - amount) <= Decimal("0.5")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (42, "42 s"), (60, "1 min"), (171, "2 min 51 s"), (3660, "1 h 1 min"), (90000, "1 d 1 h")],
)
def test_a_duration_has_its_two_largest_units(seconds, text):
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(seconds=-10), "just now"),
        (timedelta(seconds=10), "in a moment"),
        (timedelta(minutes=-3), "3 minutes ago"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(hours=26), "in 26 hours"),
        (timedelta(days=5), "in 5 days"),
        (timedelta(days=-40), "11 Oct 2026"),
    ],
)
def test_a_moment_is_said_relative_to_now(distance, text):
    assert wording.relative(NOON + distance, now=NOON) == text


def test_a_moment_can_be_said_exactly():
    assert wording.moment(NOON) == "20 Nov 2026, 12:00 UTC"


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (4_404_019, "4.2 MiB")])
def test_a_size_is_in_binary_units(count, text):
    assert wording.size(count) == text


def test_a_long_technical_name_breaks_after_dots_and_slashes_and_stays_escaped():
    assert breakable("A.B/c<d") == "A.<wbr>B/<wbr>c&lt;d"
