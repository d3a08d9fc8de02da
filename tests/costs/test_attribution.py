"""Whose charge it is."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import exact
from costs.attribution import TAIL, Charge, Lifetime, Owners

DAY = date(2026, 11, 10)


def lifetime(group: str, since: date, until: date | None = None, subscription_id: str = "s") -> Lifetime:
    return Lifetime(subscription_id, group, uuid.uuid4(), uuid.uuid4(), group, since, until)


def charge(group: str, day: date, amount: str = "1", subscription_id: str = "s") -> Charge:
    return Charge(subscription_id, group, day, "JPY", Decimal(amount))


def test_group_names_are_compared_without_case():
    owner = lifetime("RG-Apollo", DAY)
    assert Owners([owner]).owner(charge("rg-apollo", DAY, subscription_id="S")) == owner


def test_the_same_name_in_another_subscription_is_another_group():
    assert Owners([lifetime("rg", DAY)]).owner(charge("rg", DAY, subscription_id="other")) is None


@pytest.mark.parametrize(("offset", "belongs"), [(-1, False), (0, True), (5, True), (8, True), (9, False)])
def test_charges_up_to_three_days_after_the_end_still_belong_to_the_group(offset: int, belongs: bool):
    owner = lifetime("rg", DAY, DAY + timedelta(days=5))
    found = Owners([owner]).owner(charge("rg", DAY + timedelta(days=offset)))
    assert (found is not None) == belongs


def test_a_name_used_again_belongs_to_its_new_owner_from_the_first_day():
    old, new = lifetime("rg", DAY, DAY + timedelta(days=2)), lifetime("rg", DAY + timedelta(days=3))
    known = Owners([new, old])
    assert known.owner(charge("rg", DAY + timedelta(days=2))) == old
    assert known.owner(charge("rg", DAY + timedelta(days=3))) == new


def test_a_charge_without_a_group_belongs_to_nobody():
    assert Owners([lifetime("rg", DAY)]).owner(charge("", DAY)) is None


days = st.integers(0, 20).map(lambda number: DAY + timedelta(days=number))
groups = st.sampled_from(["rg-a", "RG-A", "rg-b", ""])
lifetimes = st.builds(
    lambda group, since, length: lifetime(group, since, None if length is None else since + timedelta(days=length)),
    groups,
    days,
    st.none() | st.integers(0, 6),
)
amounts = st.decimals(min_value=-1000, max_value=10**9, places=18, allow_nan=False)
charges = st.builds(lambda group, day, amount: charge(group, day, str(amount)), groups, days, amounts)


@given(st.lists(lifetimes, max_size=12), st.lists(charges, max_size=40))
def test_every_charge_is_counted_once_and_only_for_an_owner_of_that_day(known: list[Lifetime], billed: list[Charge]):
    attributed = list(Owners(known).attributed(billed))
    assert [one for one, _ in attributed] == billed
    owned = exact.total(one.amount for one, owner in attributed if owner)
    rest = exact.total(one.amount for one, owner in attributed if not owner)
    assert exact.total([owned, rest]) == exact.total(one.amount for one in billed)
    for one, owner in attributed:
        covering = [
            life
            for life in known
            if life.resource_group.lower() == one.resource_group.lower()
            and life.since <= one.day
            and (life.until is None or one.day <= life.until + TAIL)
        ]
        assert (owner is None) == (not covering)
        if owner:
            assert owner.since == max(life.since for life in covering)
