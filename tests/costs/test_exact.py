"""Money keeps its last digit in the database and is rounded once."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import exact, rounding
from costs.exact import ExactSum
from costs.models import CostRecord
from tests.costs.factories import a_charge, a_load

AMOUNTS = st.decimals(
    min_value=Decimal(-(10**12)), max_value=Decimal(10**12), places=18, allow_nan=False, allow_infinity=False
)


@pytest.mark.django_db
def test_all_eighteen_decimals_come_back_and_add_up():
    load = a_load()
    amounts = ["123456789012.123456789012345678", "0.000000000000000001", "-5.5"]
    for number, amount in enumerate(amounts):
        a_charge(load, f"rg-{number}", date(2026, 11, 1), amount)
    assert [record.amount for record in CostRecord.objects.order_by("pk")] == [Decimal(amount) for amount in amounts]
    found = CostRecord.objects.aggregate(sum=ExactSum("amount"))["sum"]
    assert found == Decimal("123456789006.623456789012345679")


@pytest.mark.django_db
def test_the_sum_over_no_rows_is_nothing():
    assert CostRecord.objects.aggregate(sum=ExactSum("amount"))["sum"] is None


@pytest.mark.django_db
def test_a_record_can_be_found_by_its_amount():
    record = a_charge(a_load(), "rg", date(2026, 11, 1), "1.5")
    assert CostRecord.objects.get(amount=Decimal("1.50")) == record


@given(st.lists(AMOUNTS, max_size=40))
def test_shown_lines_always_add_up_to_the_shown_total(amounts: list[Decimal]):
    lines = dict(enumerate(amounts))
    for currency in ("JPY", "USD"):
        spread = rounding.spread(lines, currency)
        assert exact.total(spread.values()) == rounding.shown(exact.total(amounts), currency)
        unit = rounding.step(currency)
        assert all(abs(exact.difference(spread[key], lines[key])) < unit for key in lines)


def test_the_rest_goes_to_the_largest_remainder_and_ties_to_the_first():
    spread = rounding.spread({"a": Decimal("0.4"), "b": Decimal("0.4"), "c": Decimal("0.2")}, "JPY")
    assert spread == {"a": 1, "b": 0, "c": 0}


def test_a_sum_longer_than_python_keeps_by_itself_is_not_rounded():
    long = Decimal("99999999999999999999.123456789012345678")
    assert exact.total([long, Decimal("0.000000000000000001")]) == Decimal("99999999999999999999.123456789012345679")
