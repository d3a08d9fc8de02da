"""Secure values open only where they belong."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import secrets
from environments import parameters
from environments.models import SecretParameter


@given(st.text() | st.dictionaries(st.text(), st.integers()))
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert secrets.decrypt(secrets.encrypt(value, bound_to="a|b"), bound_to="a|b") == value


def test_a_value_moved_to_another_holder_does_not_open() -> None:
    sealed = secrets.encrypt("s3cret", bound_to="holder-1|password")

    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(sealed, bound_to="holder-2|password")


@pytest.mark.django_db
def test_what_is_stored_does_not_show_the_value() -> None:
    holder = uuid.uuid4()
    parameters.keep({"password": "canary-5f1c"}, holder_id=holder)

    stored = bytes(SecretParameter.objects.get(holder_id=holder).ciphertext)

    assert b"canary-5f1c" not in stored
    assert parameters.reveal(holder) == {"password": "canary-5f1c"}


@pytest.mark.django_db
def test_forgetting_leaves_no_row() -> None:
    holder = uuid.uuid4()
    parameters.keep({"password": "x"}, holder_id=holder)

    parameters.forget(holder)

    assert not SecretParameter.objects.filter(holder_id=holder).exists()
